import { type SQL, sql } from 'drizzle-orm';
import { facetFilters, type SearchFacet, type SearchQuery } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import { allOf, filterConditions } from './conditions.ts';

export type FacetCounts = Partial<Record<SearchFacet, Record<string, number>>>;

/** A facet's column, and the codes for which a document with that value counts. */
const facetColumns: Record<SearchFacet, { column: SQL; codes: SQL }> = {
  technologyField: list('technology_fields'),
  industry: list('industries'),
  cooperationMode: list('cooperation_modes'),
  trl: single('trl'),
  moneyBand: single('money_band'),
  activityType: single('activity_type'),
  stage: single('stage'),
  iprKind: list('ipr_kinds'),
  region: {
    column: sql.raw('region_code'),
    codes: sql`select region_code union select left(region_code, 4) || '00' union select left(region_code, 2) || '0000'`,
  },
};

function list(name: string) {
  return { column: sql.raw(name), codes: sql`select distinct unnest(${sql.raw(name)})` };
}

function single(name: string) {
  return { column: sql.raw(name), codes: sql`select ${sql.raw(name)}::text where ${sql.raw(name)} is not null` };
}

/**
 * Documents per code, in one pass: grouped by each facet's column first, since among many documents there are few
 * different values; then spread over the codes.
 * @param from what the question matches, with the documents as `d`
 * @param everyNth 1, or a power of two: only so many documents are counted, each for as many
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
  const columns = facets.map((facet) => facetColumns[facet].column);
  const counted = facets.map((facet) => {
    const own = new Set<string>(facetFilters[facet]);
    const others = [...conditions].filter(([name]) => loose.has(name) && !own.has(name)).map(([, one]) => one);
    return others.length === 0 ? sql`count(*)` : sql`count(*) filter (where ${sql.join(others, sql` and `)})`;
  });
  const results = facets.map((facet, at) => {
    const { codes } = facetColumns[facet];
    // The bit of a column is unset in the set that groups by it.
    const alone = 2 ** facets.length - 1 - 2 ** (facets.length - 1 - at);
    return sql`${sql.raw(`'${facet}'`)}, (select coalesce(json_object_agg(code, documents order by code), '{}') from (
      select code, sum(alike[${at + 1}])::int * ${everyNth}::int as documents
      from grouped, lateral (${codes}) codes (code)
      where grouping_set = ${alone} and alike[${at + 1}] > 0 group by code) counted)`;
  });
  const { rows } = await db.execute<{ facets: FacetCounts }>(sql`
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
    select json_build_object(${sql.join(results, sql`, `)}) as facets`);
  return rows[0]?.facets ?? {};
}

/** The same documents each time, whatever is asked. */
function sampled(everyNth: number): SQL {
  return everyNth === 1 ? sql`` : sql` and uuid_hash(d.id) & ${everyNth - 1}::int = 0`;
}
