import type { MultiSearchQuery } from 'meilisearch';
import { maxSearchWindow, type SearchAnswer, type SearchQuery } from '../../core/search-index.ts';
import type { AnalyseText } from '../index-terms.ts';
import { toAnswer } from './answer.ts';
import { facetAttributes, looseFacets } from './filters.ts';
import { markEnd, markStart } from './marks.ts';
import { type Asked, planQuestion } from './question.ts';
import { emptyFacets, type Found, facetsFrom, nothingAsked, pageCovering, searchFor } from './requests.ts';
import { type Server, talk } from './server.ts';
import { type CountedPart, findAny } from './widened.ts';

/** With fewer documents that have all words, those with some of them are found as well; as in PostgreSQL. */
const enoughDocuments = 10;
/** A part of a question that so many times more documents have than its rarest tells little of what is meant. */
const commonness = 10;
/** Words of a body around what matched. */
const cropWords = 24;

/** @throws AppError */
export async function searchDocuments(server: Server, analyse: AnalyseText, query: SearchQuery): Promise<SearchAnswer> {
  const question = planQuestion(analyse, query.q);
  if (question.by === 'nothing')
    return toAnswer({ hits: [], total: 0, facets: emptyFacets(query) }, query, analyse, []);
  if (question.by === 'everything') {
    const { found } = await findTogether(server, query, nothingAsked, []);
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
  for (const part of parts) queries.push({ ...searchFor(uid, query, part, loose), ...counting });
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
