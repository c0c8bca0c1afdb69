import { type SQL, sql } from 'drizzle-orm';
import { regionChain } from '../../core/region-codes.ts';
import { facetFilters, type SearchFacet, type SearchQuery } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import { allOf, codesOf, filterConditions } from './conditions.ts';

export type FacetCounts = Partial<Record<SearchFacet, Record<string, number>>>;

/** Buckets of documents; see `search_documents.bucket`. */
const buckets = 64;

/** A facet's column, and the codes for which a document with that value counts. */
const facetColumns: Record<SearchFacet, { column: string; codes: (value: string) => string[] }> = {
  technologyField: { column: 'technology_fields', codes: codesOf },
  industry: { column: 'industries', codes: codesOf },
  cooperationMode: { column: 'cooperation_modes', codes: codesOf },
  iprKind: { column: 'ipr_kinds', codes: codesOf },
  region: { column: 'region_code', codes: regionChain },
  trl: { column: 'trl', codes: itself },
  moneyBand: { column: 'money_band', codes: itself },
  activityType: { column: 'activity_type', codes: itself },
  stage: { column: 'stage', codes: itself },
};

function itself(value: string): string[] {
  return [value];
}

/**
 * Documents per code, in one pass: grouped by each facet's column first, since among many documents there are few
 * different values; then spread over the codes.
 * @param from what the question matches, with the documents as `d`
 * @param everyNth 1, or a power of two up to 64: only so many documents are counted, each for as many
 */
export async function countFacets(
  db: Db,
  query: Pick<SearchQuery, 'kind' | 'filters' | 'facets'>,
  from: SQL,
  everyNth: number,
): Promise<FacetCounts> {
  const { kind, filters, facets } = query;
  if (facets.length === 0) return {};
  const conditions = filterConditions(filters);
  // A facet's own filters do not bind it, so they move from the rows that are read into the counting of the others.
  const loose = new Set<string>(facets.flatMap((facet) => facetFilters[facet]).filter((name) => conditions.has(name)));
  const columns = facets.map((facet) => sql.raw(facetColumns[facet].column));
  const counted = facets.map((facet) => {
    const own = new Set<string>(facetFilters[facet]);
    const others = [...conditions].filter(([name]) => loose.has(name) && !own.has(name)).map(([, one]) => one);
    return others.length === 0 ? sql`count(*)` : sql`count(*) filter (where ${sql.join(others, sql` and `)})`;
  });
  const results = facets.map((_, at) => {
    // The bit of a column is unset in the set that groups by it.
    const alone = 2 ** facets.length - 1 - 2 ** (facets.length - 1 - at);
    return sql`(select coalesce(json_object_agg(${columns[at]}, alike[${at + 1}]), '{}') from grouped
      where grouping_set = ${alone} and alike[${at + 1}] > 0 and ${columns[at]} is not null)`;
  });
  const { rows } = await db.execute<{ values: Record<string, number>[] }>(sql`
    with grouped as materialized (
      select ${sql.join(columns, sql`, `)}, grouping(${sql.join(columns, sql`, `)}) as grouping_set,
        array[${sql.join(counted, sql`, `)}] as alike
      from ${from}
      where ${allOf(kind, conditions, (name) => !loose.has(name))}${sampled(everyNth)}
      group by grouping sets (${sql.join(
        columns.map((column) => sql`(${column})`),
        sql`, `,
      )})
    )
    select json_build_array(${sql.join(results, sql`, `)}) as values`);
  const values = rows[0]?.values ?? [];
  return Object.fromEntries(facets.map((facet, at) => [facet, perCode(facet, values[at] ?? {}, everyNth)]));
}

/** Each document once for a code; in the order of the codes. */
function perCode(facet: SearchFacet, values: Record<string, number>, everyNth: number): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [value, documents] of Object.entries(values)) {
    for (const code of new Set(facetColumns[facet].codes(value))) {
      counts.set(code, (counts.get(code) ?? 0) + documents * everyNth);
    }
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same documents each time, whatever is asked. */
function sampled(everyNth: number): SQL {
  return everyNth === 1 ? sql`` : sql` and d.bucket < ${buckets / everyNth}`;
}
