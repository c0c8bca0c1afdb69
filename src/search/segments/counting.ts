import { facetFilters, type SearchFacet, type SearchQuery } from '../../core/search-index.ts';
import { idAt } from './columns.ts';
import { compileFilters } from './filters.ts';
import type { Matches } from './matching.ts';
import { createRanking } from './ranking.ts';
import type { ValueTables } from './values.ts';

export interface Answered {
  total: number;
  page: { id: string; score: number }[];
  facets: Partial<Record<SearchFacet, Record<string, number>>>;
}

/** What of the matches is under the filters: how many, a page of them, and the facets, each under the filters of the others. */
export function answerOf(
  query: Pick<SearchQuery, 'filters' | 'facets' | 'sort' | 'offset' | 'limit'>,
  tables: ValueTables,
  matched: readonly Matches[],
): Answered {
  const filters = compileFilters(query.filters, tables);
  const ranking = createRanking(query.sort, query.limit === 0 ? 0 : query.offset + query.limit);
  const counted = query.facets.map((facet) => ({
    facet,
    counts: new Uint32Array(tables[facet].values.length),
    binding: ~facetFilters[facet].reduce((bits, name) => bits | filters.bitOf(name), 0),
  }));
  let total = 0;
  for (const matches of matched) {
    const { segment, documents } = matches;
    const failing = filters.failing(segment.held);
    for (const document of documents) {
      if (failing !== null && failing[document] !== 0) continue;
      total += 1;
      ranking.offer(matches, document);
    }
    for (const { facet, counts, binding } of counted) {
      countValues(segment.held.values[facet], documents, failing, binding, counts);
    }
  }
  return {
    total,
    page: ranking
      .sorted()
      .slice(query.offset)
      .map(({ matches, document, score }) => ({ id: idAt(matches.segment.held.ids, document), score })),
    facets: Object.fromEntries(counted.map(({ facet, counts }) => [facet, perCode(tables[facet].codes, counts)])),
  };
}

/** Adds to the counts of the values that the documents have. */
function countValues(
  values: Uint32Array,
  documents: Int32Array,
  failing: Uint16Array | null,
  binding: number,
  counts: Uint32Array,
): void {
  for (const document of documents) {
    if (failing !== null && ((failing[document] as number) & binding) !== 0) continue;
    const value = values[document] as number;
    counts[value] = (counts[value] as number) + 1;
  }
}

/** Each document once for a code; in the order of the codes. */
function perCode(codes: readonly string[][], counts: Uint32Array): Record<string, number> {
  const perCode = new Map<string, number>();
  counts.forEach((count, value) => {
    if (count > 0) for (const code of codes[value] ?? []) perCode.set(code, (perCode.get(code) ?? 0) + count);
  });
  return Object.fromEntries([...perCode].sort(([a], [b]) => (a < b ? -1 : 1)));
}
