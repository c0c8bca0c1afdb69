import type { MultiSearchQuery } from 'meilisearch';
import { maxSearchWindow, type SearchFacet, type SearchQuery } from '../../core/search-index.ts';
import type { IndexedDocument } from './documents.ts';
import { facetAttributes, filterClauses, idClause, looseFacets } from './filters.ts';
import type { Asked } from './question.ts';
import { emptyFacets, type Found, facetsFrom, nothingAsked, searchFor, withinWindow } from './requests.ts';
import { type Server, talk } from './server.ts';

/** Of a score, what the parts of a question give; the rest is for its words together. */
const partsShare = 0.4;

/** With the documents that have it, as far as the server counts. */
export type CountedPart = { part: Asked; count: number };

/**
 * A page of what any of the searches finds, each document once, those first that most of them find. The documents are
 * found first, under the filters that no facet leaves out; then they are filtered and counted.
 */
export async function findAny(
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
    const search = searchFor(uid, query, nothingAsked, without === undefined ? [] : [without]);
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
