import type { FacetDistribution, Hit, MultiSearchQuery } from 'meilisearch';
import {
  maxSearchWindow,
  type SearchAnswer,
  type SearchFacet,
  type SearchHit,
  type SearchQuery,
} from '../../core/search-index.ts';
import { highlightFragment, highlightText } from '../highlight.ts';
import type { AnalyseText, QueryTerm } from '../index-terms.ts';
import type { IndexedDocument } from './documents.ts';
import { facetAttributes, filterClauses, idClause, looseFacets } from './filters.ts';
import { hasMarks, markEnd, markStart, marksToHtml } from './marks.ts';
import { type Asked, localesOf, planQuestion } from './question.ts';
import { type Server, talk } from './server.ts';

/** With fewer documents that have all words, those with some of them are found as well; as in PostgreSQL. */
const enoughDocuments = 10;
/** A part of a question that so many times more documents have than its rarest tells little of what is meant. */
const commonness = 10;
/** Of a score, what the parts of a question give; the rest is for its words together. */
const partsShare = 0.4;
/** Words of a body around what matched. */
const cropWords = 24;

/** With the documents that have it, as far as the server counts. */
type CountedPart = { part: Asked; count: number };

type Found = Pick<SearchAnswer, 'total' | 'facets'> & { hits: Hit<Partial<IndexedDocument>>[] };

const nothing: Asked = { q: '', attributes: [], matching: 'all' };

/** @throws AppError */
export async function searchDocuments(server: Server, analyse: AnalyseText, query: SearchQuery): Promise<SearchAnswer> {
  const question = planQuestion(analyse, query.q);
  if (question.by === 'nothing')
    return toAnswer({ hits: [], total: 0, facets: emptyFacets(query) }, query, analyse, []);
  if (question.by === 'everything') {
    const { found } = await findTogether(server, query, nothing, []);
    return toAnswer({ ...found, hits: found.hits.map((hit) => ({ ...hit, _rankingScore: 0 })) }, query, analyse, []);
  }
  const { whole, stretches, parts, terms } = question;
  const { found, counts } = await findTogether(server, query, whole, parts);
  if (whole !== null && (found.total >= enoughDocuments || parts.length === 0)) {
    return toAnswer(found, query, analyse, terms);
  }
  const widened = await findAny(server, query, stretches, telling(parts, counts));
  return toAnswer(widened, query, analyse, terms);
}

/** The parts that some documents have and not too many. */
function telling(parts: readonly Asked[], counts: readonly number[]): CountedPart[] {
  const rarest = Math.min(...counts.filter((count) => count > 0));
  const counted = parts.map((part, at) => ({ part, count: counts[at] ?? 0 }));
  return counted.filter(({ count }) => {
    return count > 0 && count < maxSearchWindow && count <= Math.max(enoughDocuments, rarest * commonness);
  });
}

/** One request: a page of what has all words, its facets, and how many documents have each of the parts. */
async function findTogether(
  server: Server,
  query: SearchQuery,
  whole: Asked | null,
  parts: readonly Asked[],
): Promise<{ found: Found; counts: number[] }> {
  const uid = server.uidOf(query.kind);
  const page = pageCovering(query);
  const loose = looseFacets(query.facets, query.filters);
  const counting = { hitsPerPage: 0, attributesToRetrieve: ['id'] };
  const queries: MultiSearchQuery[] = [];
  if (whole !== null) {
    queries.push({
      ...searchFor(uid, query, whole),
      ...shown(query),
      ...{ page: page.number, hitsPerPage: page.size },
      facets: query.facets.filter((facet) => !loose.includes(facet)).map((facet) => facetAttributes[facet]),
    });
    for (const facet of loose) {
      queries.push({ ...searchFor(uid, query, whole, [facet]), ...counting, facets: [facetAttributes[facet]] });
    }
  }
  for (const part of parts) queries.push({ ...searchFor(uid, query, part), ...counting });
  if (queries.length === 0) return { found: { hits: [], total: 0, facets: emptyFacets(query) }, counts: [] };
  const { results } = await talk(() => server.searcher.multiSearch<{ queries: MultiSearchQuery[] }>({ queries }));
  const answers = whole === null ? [] : results.slice(0, 1 + loose.length);
  const [main] = answers;
  return {
    found: {
      hits: main?.hits.slice(page.skipped, page.skipped + page.wanted) ?? [],
      total: main?.totalHits ?? 0,
      facets: facetsFrom(query, Object.assign({}, ...answers.map(({ facetDistribution }) => facetDistribution))),
    },
    counts: results.slice(answers.length).map(({ totalHits }) => totalHits ?? 0),
  };
}

/**
 * A page of what any of the searches finds, each document once, those first that most of them find. The documents are
 * found first, under the filters that no facet leaves out; then they are filtered and counted.
 */
async function findAny(
  server: Server,
  query: SearchQuery,
  stretches: readonly Asked[],
  parts: readonly CountedPart[],
): Promise<Found> {
  const uid = server.uidOf(query.kind);
  const loose = looseFacets(query.facets, query.filters);
  const scores = await scoresOf(server, query, stretches, parts, loose);
  if (scores.size === 0) return { hits: [], total: 0, facets: emptyFacets(query) };
  const among = idClause([...scores.keys()]);
  const narrowed = (without?: SearchFacet) => {
    const search = searchFor(uid, query, nothing, without === undefined ? [] : [without]);
    return { ...search, filter: [...filterClauses(query.filters, without === undefined ? [] : [without]), among] };
  };
  const queries: MultiSearchQuery[] = [
    {
      ...narrowed(),
      hitsPerPage: maxSearchWindow,
      attributesToRetrieve: ['id'],
      facets: query.facets.filter((facet) => !loose.includes(facet)).map((facet) => facetAttributes[facet]),
    },
    ...loose.map((facet) => ({
      ...narrowed(facet),
      hitsPerPage: 0,
      attributesToRetrieve: ['id'],
      facets: [facetAttributes[facet]],
    })),
  ];
  const { results } = await talk(() => server.searcher.multiSearch<{ queries: MultiSearchQuery[] }>({ queries }));
  const ids = (results[0]?.hits ?? []).map(({ id }) => String(id));
  // In the server's order, newest first or as asked; sorting by score keeps it among equals.
  if (query.sort === 'relevance') ids.sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
  const { from, wanted } = withinWindow(query);
  const page = ids.slice(from, from + wanted);
  return {
    hits: await withTexts(server, query, page, scores),
    total: ids.length,
    facets: facetsFrom(query, Object.assign({}, ...results.map(({ facetDistribution }) => facetDistribution))),
  };
}

/** By id, 0–1: how well the stretches match, and the share of the parts found; rare parts count more. */
async function scoresOf(
  server: Server,
  query: SearchQuery,
  stretches: readonly Asked[],
  parts: readonly CountedPart[],
  loose: readonly SearchFacet[],
): Promise<Map<string, number>> {
  const uid = server.uidOf(query.kind);
  const asked = [...stretches, ...parts.map(({ part }) => part)];
  const rarities = parts.map(({ count }) => Math.log(1 + 1e4 / (1 + count)));
  const allRarities = rarities.reduce((sum, rarity) => sum + rarity, 0);
  const { results } = await talk(() =>
    server.searcher.multiSearch<{ queries: MultiSearchQuery[] }>({
      queries: asked.map((one) => ({
        ...searchFor(uid, { ...query, sort: 'relevance' }, one, loose),
        limit: maxSearchWindow,
        attributesToRetrieve: ['id'],
        showRankingScore: true,
      })),
    }),
  );
  const scores = new Map<string, number>();
  results.forEach(({ hits }, at) => {
    const rarity = rarities[at - stretches.length];
    for (const { id, _rankingScore = 0 } of hits) {
      const share =
        rarity === undefined
          ? ((1 - partsShare) * _rankingScore) / stretches.length
          : (partsShare * rarity) / allRarities;
      scores.set(String(id), (scores.get(String(id)) ?? 0) + share);
    }
  });
  const best = [...scores].sort(([, a], [, b]) => b - a).slice(0, maxSearchWindow);
  return new Map(best);
}

/** What a page shows of its hits; texts only to be marked. */
async function withTexts(
  server: Server,
  { kind, highlight }: SearchQuery,
  ids: readonly string[],
  scores: ReadonlyMap<string, number>,
): Promise<Found['hits']> {
  const texts = new Map<string, Partial<IndexedDocument>>();
  if (highlight && ids.length > 0) {
    const { results } = await talk(() =>
      server.searcher.index<IndexedDocument>(server.uidOf(kind)).getDocuments({
        ids: [...ids],
        fields: ['id', 'title_zh', 'title_en', 'body_zh', 'body_en'],
        limit: ids.length,
      }),
    );
    for (const document of results) texts.set(document.id, document);
  }
  return ids.map((id) => ({ ...texts.get(id), id, _rankingScore: scores.get(id) ?? 0 }));
}

function searchFor(
  uid: string,
  query: SearchQuery,
  asked: Asked,
  without: readonly SearchFacet[] = [],
): MultiSearchQuery {
  const sort = sortOf(query, asked);
  return {
    indexUid: uid,
    q: asked.q,
    filter: filterClauses(query.filters, without),
    ...(asked.q === ''
      ? {}
      : {
          matchingStrategy: asked.matching,
          attributesToSearchOn: [...asked.attributes],
          locales: localesOf(asked.q),
        }),
    ...(sort.length > 0 ? { sort } : {}),
  };
}

function sortOf({ sort }: SearchQuery, { q }: Asked): string[] {
  if (sort === 'expiring') return ['validUntil:asc', 'publishedAt:desc'];
  return sort === 'newest' || q === '' ? ['publishedAt:desc'] : [];
}

/** What a page shows of its hits, and no more. */
function shown({ highlight }: SearchQuery): Partial<MultiSearchQuery> {
  const texts = ['title_zh', 'title_en', 'body_zh', 'body_en'];
  return {
    showRankingScore: true,
    attributesToRetrieve: highlight ? ['id', ...texts] : ['id'],
    ...(highlight
      ? {
          attributesToHighlight: texts,
          highlightPreTag: markStart,
          highlightPostTag: markEnd,
          attributesToCrop: ['body_zh', 'body_en'],
          cropLength: cropWords,
          cropMarker: '…',
        }
      : {}),
  };
}

/** What of a page lies within the window. */
function withinWindow({ offset, limit }: Pick<SearchQuery, 'offset' | 'limit'>): { from: number; wanted: number } {
  const from = Math.min(Math.max(0, offset), maxSearchWindow);
  return { from, wanted: Math.max(0, Math.min(limit, maxSearchWindow - from)) };
}

/** The smallest page of the server's that has all of ours: it counts exactly only when asked for pages. */
export function pageCovering(query: Pick<SearchQuery, 'offset' | 'limit'>): {
  number: number;
  size: number;
  skipped: number;
  wanted: number;
} {
  const { from, wanted } = withinWindow(query);
  if (wanted === 0) return { number: 1, size: 0, skipped: 0, wanted };
  let size = wanted;
  while (Math.floor(from / size) !== Math.floor((from + wanted - 1) / size)) size += 1;
  const number = Math.floor(from / size);
  return { number: number + 1, size, skipped: from - number * size, wanted };
}

function facetsFrom({ facets }: SearchQuery, distribution: FacetDistribution): Found['facets'] {
  return Object.fromEntries(facets.map((facet) => [facet, distribution[facetAttributes[facet]] ?? {}]));
}

function emptyFacets({ facets }: SearchQuery): Found['facets'] {
  return Object.fromEntries(facets.map((facet) => [facet, {}]));
}

function toAnswer(
  { hits, total, facets }: Found,
  { highlight }: SearchQuery,
  analyse: AnalyseText,
  terms: readonly QueryTerm[],
): SearchAnswer {
  return {
    hits: hits.map((hit) => ({
      id: String(hit.id),
      score: hit._rankingScore ?? 0,
      highlight: highlight ? highlightOf(hit, analyse, terms) : null,
    })),
    total,
    facets,
    degraded: false,
  };
}

/** Marked by the server; where it found by other words than stand there, or has not marked, by our own terms. */
function highlightOf(
  hit: Hit<Partial<IndexedDocument>>,
  analyse: AnalyseText,
  terms: readonly QueryTerm[],
): NonNullable<SearchHit['highlight']> {
  const marked = hit._formatted ?? {};
  const title = marked.title_zh ?? marked.title_en ?? '';
  const body = marked.body_zh ?? marked.body_en ?? '';
  return {
    title: hasMarks(title) ? marksToHtml(title) : highlightText(analyse, hit.title_zh ?? hit.title_en ?? '', terms),
    body: hasMarks(body) ? marksToHtml(body) : highlightFragment(analyse, hit.body_zh ?? hit.body_en ?? '', terms),
  };
}
