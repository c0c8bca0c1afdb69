import { facetFilters, type SearchFacet, type SearchFilters } from '../../core/search-index.ts';
import { storableText } from '../index-terms.ts';

/** The server's attribute of each facet. */
export const facetAttributes: Record<SearchFacet, string> = {
  technologyField: 'technologyFields',
  industry: 'industries',
  cooperationMode: 'cooperationModes',
  region: 'regions',
  trl: 'trl',
  moneyBand: 'moneyBand',
  activityType: 'activityType',
  stage: 'stage',
  iprKind: 'iprKinds',
};

const clauseFor = {
  technologyField: (codes: readonly string[]) => isOneOf('technologyFields', codes),
  industry: (codes: readonly string[]) => isOneOf('industries', codes),
  cooperationMode: (codes: readonly string[]) => isOneOf('cooperationModes', codes),
  regionCode: (codes: readonly string[]) => isOneOf('regions', codes),
  minTrl: (level: number) => `trl >= ${finite(level)}`,
  maxTrl: (level: number) => `trl <= ${finite(level)}`,
  moneyBand: (bands: readonly string[]) => isOneOf('moneyBand', bands),
  activityType: (types: readonly string[]) => isOneOf('activityType', types),
  stage: (stages: readonly string[]) => isOneOf('stage', stages),
  iprKind: (kinds: readonly string[]) => isOneOf('iprKinds', kinds),
  language: (language: string) => isOneOf('language', [language]),
  publishedAfter: (at: Date) => `publishedAt >= ${seconds(at)}`,
  validAt: (at: Date) => `validUntil NOT EXISTS OR validUntil >= ${seconds(at)}`,
} satisfies { [name in keyof Required<SearchFilters>]: (wanted: NonNullable<SearchFilters[name]>) => string };

/** One clause for each filter, all of which must hold; those that a facet's own values set can be left out for its counts. */
export function filterClauses(filters: SearchFilters, without: readonly SearchFacet[] = []): string[] {
  const left: readonly string[] = without.flatMap((facet) => facetFilters[facet]);
  return Object.entries(filters)
    .filter(([name, wanted]) => wanted !== undefined && !left.includes(name))
    .map(([name, wanted]) => (clauseFor[name as keyof SearchFilters] as (wanted: never) => string)(wanted as never));
}

/** Each facet that has a filter of its own. */
export function looseFacets(facets: readonly SearchFacet[], filters: SearchFilters): SearchFacet[] {
  return facets.filter((facet) => facetFilters[facet].some((name) => filters[name] !== undefined));
}

export function idClause(ids: readonly string[]): string {
  return isOneOf('id', ids);
}

/** No value is ever part of a clause but through here. One list instead of many ORs: nesting is limited. */
function isOneOf(attribute: string, values: readonly string[]): string {
  return `${attribute} IN [${values.map(quoted).join(', ')}]`;
}

/** The server takes backslashes away twice, once before quotes and once as in C: doubling them serves both. */
export function quoted(value: string): string {
  // A NUL as a blank would make another value of it: the server trims.
  return `"${storableText(value.replaceAll('\0', '\ufffd')).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function seconds(at: Date): number {
  return finite(at.getTime() / 1_000);
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new TypeError('a filter wants a finite number');
  return number;
}
