import type { FacetDistribution, Hit, MultiSearchQuery } from 'meilisearch';
import { maxSearchWindow, type SearchAnswer, type SearchFacet, type SearchQuery } from '../../core/search-index.ts';
import type { IndexedDocument } from './documents.ts';
import { facetAttributes, filterClauses } from './filters.ts';
import { type Asked, localesOf } from './question.ts';

export type Found = Pick<SearchAnswer, 'total' | 'facets'> & { hits: Hit<Partial<IndexedDocument>>[] };

/** Everything that the filters leave. */
export const nothingAsked: Asked = { q: '', attributes: [], matching: 'all' };

/** One search of what is asked, under the filters but those that the facets left out set themselves. */
export function searchFor(
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

/** What of a page lies within the window. */
export function withinWindow({ offset, limit }: Pick<SearchQuery, 'offset' | 'limit'>): {
  from: number;
  wanted: number;
} {
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

export function facetsFrom({ facets }: SearchQuery, distribution: FacetDistribution): Found['facets'] {
  return Object.fromEntries(facets.map((facet) => [facet, distribution[facetAttributes[facet]] ?? {}]));
}

export function emptyFacets({ facets }: SearchQuery): Found['facets'] {
  return Object.fromEntries(facets.map((facet) => [facet, {}]));
}
