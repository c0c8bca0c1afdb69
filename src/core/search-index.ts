import type { MoneyBand } from './money.ts';

/** The port to the search engine (search.md). It returns ids; rows come from PostgreSQL and are authorised again. */
export type SearchKind = 'demand' | 'result';

/** Public fields of one record, and nothing of whose it is. */
export interface SearchDocument {
  id: string;
  kind: SearchKind;
  version: number;
  title: string;
  keywords: readonly string[];
  body: string;
  language: string;
  technologyFields: readonly string[];
  industries: readonly string[];
  cooperationModes: readonly string[];
  regionCode: string;
  trl: number | null;
  /** Of a demand's budget or a result's price. */
  moneyBand: MoneyBand | null;
  /** A demand's; null for a result. */
  activityType: string | null;
  /** A result's; null for a demand. */
  stage: string | null;
  /** A result's, each once; empty for a demand. */
  iprKinds: readonly string[];
  publishedAt: Date;
  validUntil: Date | null;
}

/** All that are given must hold; of a list, any. */
export interface SearchFilters {
  /** A code of the first level stands for all of its second level. */
  technologyField?: readonly string[];
  industry?: readonly string[];
  cooperationMode?: readonly string[];
  /** Each matches the region itself and everything in it. */
  regionCode?: readonly string[];
  minTrl?: number;
  maxTrl?: number;
  moneyBand?: readonly MoneyBand[];
  activityType?: readonly string[];
  stage?: readonly string[];
  iprKind?: readonly string[];
  language?: string;
  publishedAfter?: Date;
  /** Still valid at that moment; records without an end are. */
  validAt?: Date;
}

export const searchFacets = [
  'technologyField',
  'industry',
  'cooperationMode',
  'region',
  'trl',
  'moneyBand',
  'activityType',
  'stage',
  'iprKind',
] as const;
export type SearchFacet = (typeof searchFacets)[number];

/** The filters that a facet's own values set. Its counts leave them out: they say what choosing another value would find. */
export const facetFilters = {
  technologyField: ['technologyField'],
  industry: ['industry'],
  cooperationMode: ['cooperationMode'],
  region: ['regionCode'],
  trl: ['minTrl', 'maxTrl'],
  moneyBand: ['moneyBand'],
  activityType: ['activityType'],
  stage: ['stage'],
  iprKind: ['iprKind'],
} as const satisfies Record<SearchFacet, readonly (keyof SearchFilters)[]>;

/** Nobody reads further than this many hits; what is not among them is found by asking more precisely. */
export const maxSearchWindow = 1_000;

export const searchSorts = ['relevance', 'newest', 'expiring'] as const;
export type SearchSort = (typeof searchSorts)[number];

export interface SearchQuery {
  kind: SearchKind;
  q: string;
  filters: SearchFilters;
  facets: readonly SearchFacet[];
  /** `expiring`: the next to end first, those without an end last. */
  sort: SearchSort;
  /** Zero-based rank of the first hit. */
  offset: number;
  limit: number;
  highlight: boolean;
  /** Only documents that have all the words as they are written: no guesses, no parts. */
  everyWord?: boolean;
}

export interface SearchHit {
  id: string;
  score: number;
  /** HTML-escaped text with <mark> around what matched. */
  highlight: { title: string; body: string } | null;
}

export interface SearchAnswer {
  hits: SearchHit[];
  total: number;
  /** Documents per code: under the question and all filters but the facet's own. */
  facets: Partial<Record<SearchFacet, Record<string, number>>>;
  /** True when so many documents were found that the facets were counted on a sample of them. */
  facetsAreEstimates?: boolean;
  /** True when the answer comes from the fallback. */
  degraded: boolean;
}

/** What a person who has typed so far may mean: a keyword or title as it stands in published records. */
export interface SearchSuggestion {
  text: string;
  /** Records that have it. */
  count: number;
}

export interface SuggestQuery {
  kind: SearchKind;
  /** As typed; the last word may be unfinished. */
  prefix: string;
  limit: number;
}

export interface SearchIndex {
  readonly name: string;
  ensureIndexes(): Promise<void>;
  /** Resolves when the documents can be found. A newer version that is there already stays. */
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  remove(kind: SearchKind, ids: readonly string[]): Promise<void>;
  search(query: SearchQuery): Promise<SearchAnswer>;
  suggest(query: SuggestQuery): Promise<SearchSuggestion[]>;
  /** Ids and versions held, to compare with the truth. */
  versions(kind: SearchKind): Promise<Map<string, number>>;
  health(): Promise<'ok' | 'down'>;
}
