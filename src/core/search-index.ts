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
  /** An engine that stops counting says `maxSearchWindow`, for at least so many. */
  total: number;
  /** Documents per code: under the question and all filters but the facet's own. */
  facets: Partial<Record<SearchFacet, Record<string, number>>>;
  /** True when so many documents were found that the facets were counted on a sample of them. */
  facetsAreEstimates?: boolean;
  /** True when the answer comes from the fallback, or from an index that is being filled and finds less than there is. */
  degraded: boolean;
}

/** What a person who has typed so far may mean: a keyword or title as it stands in published records. */
export interface SearchSuggestion {
  text: string;
  /** Records that have it. */
  count: number;
}

export interface SuggestAnswer {
  suggestions: SearchSuggestion[];
  /** As of a search's answer. */
  degraded: boolean;
}

export interface SuggestQuery {
  kind: SearchKind;
  /** As typed; the last word may be unfinished. */
  prefix: string;
  limit: number;
}

/** `filling`: it answers, and finds less than there is until its index is filled. */
export type SearchHealth = 'ok' | 'filling' | 'down';

/** What those who ask need of an engine, or of several behind one another. */
export type Searcher = Pick<SearchIndex, 'name' | 'ensureIndexes' | 'search' | 'suggest' | 'health'>;

export interface SearchIndex {
  readonly name: string;
  ensureIndexes(): Promise<void>;
  /**
   * Resolves when the documents can be found. A newer version that is there already stays.
   * @throws DocumentsRejectedError when the engine refuses some for themselves; the others can be found
   */
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  remove(kind: SearchKind, ids: readonly string[]): Promise<void>;
  search(query: SearchQuery): Promise<SearchAnswer>;
  suggest(query: SuggestQuery): Promise<SuggestAnswer>;
  /** Ids and versions held, to compare with the truth. */
  versions(kind: SearchKind): Promise<Map<string, number>>;
  /** Makes fewer and larger parts of what was written, where many make questions slow; called now and then. */
  tidy?(): Promise<void>;
  health(): Promise<SearchHealth>;
}

/** One that will be refused again until its record changes. */
export interface RejectedDocument {
  kind: SearchKind;
  id: string;
  reason: string;
}

export class DocumentsRejectedError extends Error {
  readonly rejected: readonly RejectedDocument[];

  constructor(rejected: readonly RejectedDocument[]) {
    super(
      `${rejected.length} documents refused: ${rejected.map(({ kind, id, reason }) => `${kind} ${id}: ${reason}`).join('; ')}`,
    );
    this.name = 'DocumentsRejectedError';
    this.rejected = rejected;
  }
}

/** An index being made anew beside the one that is searched. Whoever fills it writes new changes to both. */
export interface IndexRebuild {
  /** As of the index itself. */
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /**
   * Puts it in the place of the searched one, at once, and keeps that one for a return.
   * @throws AppError UPSTREAM_FAILED, with nothing changed, when it does not hold as many documents as were written
   */
  commit(): Promise<void>;
  /** Forgets it; the searched one is as it was. */
  abort(): Promise<void>;
}

export interface RebuildableIndex {
  /**
   * Names the indexes that are searched: another name after a rebuild, and where somebody has put others in their place
   * or configured another server. Null while there is none for some kind.
   */
  identity(): Promise<string | null>;
  beginRebuild(kind: SearchKind): Promise<IndexRebuild>;
  /** Back to what was searched before the last commit; false when it is no longer kept. */
  rollBack(kind: SearchKind): Promise<boolean>;
}

/** An engine that works writes off one by one and keeps a list of them. */
export interface SearchTaskQueue {
  /** Tasks that wait or run: writers go easy when it grows. */
  queueLength(): Promise<number>;
  /** Forgets the tasks that were finished before then. */
  pruneTasks(olderThan: Date): Promise<void>;
}

/** The engines that hold a copy of the documents, each kept in step by a reader of its own. */
export interface SearchEngines {
  postgres: SearchIndex;
  meilisearch: (SearchIndex & RebuildableIndex & SearchTaskQueue) | null;
}
