import { MeilisearchError } from './errors.ts';
import { normalizedFacet, scalarsAt } from './filter-match.ts';
import { type Json, type JsonObject, matchesPattern, pathsOf } from './json.ts';
import { featuresOf, type Settings } from './settings.ts';

export interface FacetValue {
  value: string;
  count: number;
}

/** Documents per value: values that differ in case only are one, under the first spelling. */
export function facetValues(documents: readonly JsonObject[], field: string, by: 'alpha' | 'count'): FacetValue[] {
  const counted = new Map<string, FacetValue & { number: number | null }>();
  for (const document of documents) {
    const seen = new Set<string>();
    for (const value of scalarsAt(document, field)) {
      const key = typeof value === 'number' ? `number ${value}` : `word ${normalizedFacet(value)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const number = typeof value === 'number' ? value : null;
      const entry = counted.get(key) ?? { value: String(value), count: 0, number };
      counted.set(key, { ...entry, count: entry.count + 1 });
    }
  }
  const alphabetical = [...counted].toSorted(([keyA, a], [keyB, b]) => {
    if (a.number !== null && b.number !== null) return a.number - b.number;
    return Buffer.compare(Buffer.from(keyA), Buffer.from(keyB));
  });
  const values = alphabetical.map(([, { value, count }]) => ({ value, count }));
  return by === 'alpha' ? values : values.toSorted((a, b) => b.count - a.count);
}

function filterablePatterns(settings: Settings): string[] {
  return settings.filterableAttributes
    .flatMap((rule) => (typeof rule === 'string' ? [rule] : rule.attributePatterns))
    .toSorted();
}

/** The paths that stand in the documents and that a requested facet means. */
function requestedPaths(requested: readonly string[], documents: readonly JsonObject[], settings: Settings): string[] {
  const paths = new Set(documents.flatMap((document) => pathsOf(document)));
  return [...paths].filter(
    (path) => featuresOf(settings, path) !== null && requested.some((pattern) => matchesPattern(pattern, path)),
  );
}

function sortOf(settings: Settings, field: string): 'alpha' | 'count' {
  const { sortFacetValuesBy } = settings.faceting;
  return sortFacetValuesBy[field] ?? sortFacetValuesBy['*'] ?? 'alpha';
}

/**
 * Counts over `candidates`; `all` are the documents of the index, which tell what fields there are. A facet that
 * nothing has is there, and empty.
 */
export function facetsOf(
  requested: readonly string[],
  candidates: readonly JsonObject[],
  all: readonly JsonObject[],
  settings: Settings,
): { facetDistribution: JsonObject; facetStats: JsonObject } {
  const isKnown = (name: string) =>
    name.includes('*') ||
    featuresOf(settings, name) !== null ||
    filterablePatterns(settings).some((pattern) => matchesPattern(name, pattern));
  const unknown = requested.filter((name) => name !== '*' && !isKnown(name));
  if (unknown.length > 0) {
    const known = filterablePatterns(settings);
    const which =
      unknown.length === 1 ? `Pattern \`${unknown[0]}\` is` : `Patterns \`${unknown.toSorted().join(', ')}\` are`;
    const why =
      known.length === 0
        ? 'This index does not have configured filterable attributes.'
        : `Available filterable attributes patterns are: \`${known.join(', ')}\`.`;
    throw new MeilisearchError('invalid_search_facets', `Invalid facet distribution: ${which} not filterable. ${why}`);
  }

  const exact = requested.filter((name) => !name.includes('*') && featuresOf(settings, name) !== null);
  const names = [...new Set([...exact, ...requestedPaths(requested, all, settings)])].toSorted();
  const facetDistribution: JsonObject = {};
  const facetStats: JsonObject = {};
  for (const name of names) {
    const values = facetValues(candidates, name, sortOf(settings, name));
    // An object has no value of its own; only what is in it is counted.
    if (values.length === 0 && !exact.includes(name) && all.every((document) => scalarsAt(document, name).length === 0))
      continue;
    const shown = values.slice(0, settings.faceting.maxValuesPerFacet);
    facetDistribution[name] = Object.fromEntries(shown.map(({ value, count }) => [value, count]));
    const numbers = candidates
      .flatMap((document) => scalarsAt(document, name))
      .filter((one) => typeof one === 'number');
    if (numbers.length > 0)
      facetStats[name] = {
        min: numbers.reduce((a, b) => Math.min(a, b)),
        max: numbers.reduce((a, b) => Math.max(a, b)),
      } satisfies Json;
  }
  return { facetDistribution, facetStats };
}
