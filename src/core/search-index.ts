/** The port to the search engine (search.md). It returns ids; rows come from PostgreSQL and are authorised again. */
export type SearchKind = 'demand' | 'result';

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
  publishedAt: Date;
}

export interface SearchFilters {
  technologyField?: string;
  industry?: string;
  cooperationMode?: string;
  /** Matches the region itself and everything in it. */
  regionCode?: string;
  minTrl?: number;
}

export const searchFacets = ['technologyField', 'cooperationMode', 'region'] as const;
export type SearchFacet = (typeof searchFacets)[number];

/** Nobody reads further than this many hits; what is not among them is found by asking more precisely. */
export const maxSearchWindow = 1_000;

export interface SearchQuery {
  kind: SearchKind;
  q: string;
  filters: SearchFilters;
  facets: readonly SearchFacet[];
  sort: 'relevance' | 'newest';
  /** Zero-based rank of the first hit. */
  offset: number;
  limit: number;
  highlight: boolean;
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
  facets: Partial<Record<SearchFacet, Record<string, number>>>;
  /** True when the answer comes from the fallback. */
  degraded: boolean;
}

export interface SearchIndex {
  readonly name: string;
  ensureIndexes(): Promise<void>;
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  remove(kind: SearchKind, ids: readonly string[]): Promise<void>;
  search(query: SearchQuery): Promise<SearchAnswer>;
  /** Ids and versions held, to compare with the truth. */
  versions(kind: SearchKind): Promise<Map<string, number>>;
  health(): Promise<'ok' | 'down'>;
}
