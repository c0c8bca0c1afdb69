import { isObject, type Json, type JsonObject, matchesPattern } from './json.ts';

export interface FilterableRule {
  attributePatterns: string[];
  features: { facetSearch: boolean; filter: { equality: boolean; comparison: boolean } };
}

export interface Settings {
  displayedAttributes: string[];
  searchableAttributes: string[];
  filterableAttributes: (string | FilterableRule)[];
  sortableAttributes: string[];
  rankingRules: string[];
  stopWords: string[];
  nonSeparatorTokens: string[];
  separatorTokens: string[];
  dictionary: string[];
  synonyms: Record<string, string[]>;
  distinctAttribute: string | null;
  proximityPrecision: 'byWord' | 'byAttribute';
  typoTolerance: {
    enabled: boolean;
    minWordSizeForTypos: { oneTypo: number; twoTypos: number };
    disableOnWords: string[];
    disableOnAttributes: string[];
    disableOnNumbers: boolean;
  };
  faceting: { maxValuesPerFacet: number; sortFacetValuesBy: Record<string, 'alpha' | 'count'> };
  pagination: { maxTotalHits: number };
  embedders: Record<string, never>;
  searchCutoffMs: number | null;
  localizedAttributes: { attributePatterns: string[]; locales: string[] }[] | null;
  facetSearch: boolean;
  prefixSearch: 'indexingTime' | 'disabled';
}

export function defaultSettings(): Settings {
  return {
    displayedAttributes: ['*'],
    searchableAttributes: ['*'],
    filterableAttributes: [],
    sortableAttributes: [],
    rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
    stopWords: [],
    nonSeparatorTokens: [],
    separatorTokens: [],
    dictionary: [],
    synonyms: {},
    distinctAttribute: null,
    proximityPrecision: 'byWord',
    typoTolerance: {
      enabled: true,
      minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
      disableOnWords: [],
      disableOnAttributes: [],
      disableOnNumbers: false,
    },
    faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'alpha' } },
    pagination: { maxTotalHits: 1000 },
    embedders: {},
    searchCutoffMs: null,
    localizedAttributes: null,
    facetSearch: true,
    prefixSearch: 'indexingTime',
  };
}

/** Kept as ordered sets: sorted and without repeats, however they were sent. */
const sets = new Set([
  'sortableAttributes',
  'stopWords',
  'nonSeparatorTokens',
  'separatorTokens',
  'dictionary',
  'disableOnWords',
  'disableOnAttributes',
]);

/** Objects whose members are set one by one; all else is replaced as a whole. */
const merged = new Set(['typoTolerance', 'minWordSizeForTypos', 'faceting', 'sortFacetValuesBy', 'pagination']);

/** By code points, as the server's ordered sets are. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function mergeInto(target: JsonObject, change: JsonObject, defaults: JsonObject): void {
  for (const [name, given] of Object.entries(change)) {
    const standard = defaults[name];
    const now = target[name];
    if (given === null) {
      if (standard === undefined) delete target[name];
      else target[name] = structuredClone(standard);
    } else if (merged.has(name) && isObject(given) && isObject(now)) {
      mergeInto(now, given, isObject(standard) ? standard : {});
    } else if (sets.has(name) && Array.isArray(given)) {
      target[name] = [...new Set(given as string[])].toSorted(byCodePoint);
    } else if (name === 'filterableAttributes' && Array.isArray(given)) {
      target[name] = given.map(completeRule);
    } else if (['searchableAttributes', 'displayedAttributes'].includes(name) && Array.isArray(given)) {
      target[name] = given.includes('*') ? ['*'] : [...new Set(given)];
    } else {
      target[name] = structuredClone(given);
    }
  }
}

/** What a granular rule leaves out: equality is on, comparison and facet search are off. */
function completeRule(rule: Json): Json {
  if (!isObject(rule)) return rule;
  const features = isObject(rule.features) ? rule.features : {};
  const filter = isObject(features.filter) ? features.filter : {};
  return {
    attributePatterns: structuredClone(rule.attributePatterns ?? []),
    features: {
      facetSearch: features.facetSearch ?? false,
      filter: { equality: filter.equality ?? true, comparison: filter.comparison ?? false },
    },
  };
}

/** The settings after a change of which every part is optional; null puts a part back to its default. */
export function withChange(settings: Settings, change: JsonObject): Settings {
  const next = structuredClone(settings) as unknown as JsonObject;
  mergeInto(next, change, defaultSettings() as unknown as JsonObject);
  return next as unknown as Settings;
}

/** What a field may be used for in filters and facets, by the first rule that names it. Null: nothing. */
export function featuresOf(
  settings: Settings,
  name: string,
): { facetSearch: boolean; equality: boolean; comparison: boolean } | null {
  for (const rule of settings.filterableAttributes) {
    if (typeof rule === 'string') {
      if (matchesPattern(rule, name)) return { facetSearch: true, equality: true, comparison: true };
    } else if (rule.attributePatterns.some((pattern) => matchesPattern(pattern, name))) {
      return { facetSearch: rule.features.facetSearch, ...rule.features.filter };
    }
  }
  return null;
}
