/** A record as the engine sees it; absent parts are empty strings. */
export type TextFields = { title: string; keywords: string; body: string };

export type FieldName = keyof TextFields;

export const fieldNames = ['title', 'keywords', 'body'] as const satisfies readonly FieldName[];

/** `tags` ("region:640300") are what searches filter by. */
export type EngineDocument = { id: string; fields: TextFields; tags?: readonly string[] };

/** Ids of a field's words in reading order; `joined` is 1 where a word makes a pair with the one before it. */
export type FieldTokens = { terms: Float64Array; joined: Uint8Array };

/** A document whose text has been read, by whatever thread: `analyseDocument` makes it, `upsertAnalysed` takes it. */
export type AnalysedDocument = {
  id: string;
  /** Title, keywords, body. */
  fields: readonly [title: FieldTokens, keywords: FieldTokens, body: FieldTokens];
  tags: readonly string[];
};

/** Documents must have a tag out of each list in `all`, and none out of `none`. */
export type TagFilter = { all?: readonly (readonly string[])[]; none?: readonly string[] };

/** A word of an indexed document, and how often it stands in each field, packed (term-counts.ts). */
export type DocumentTerm = { termId: number; packed: number };

/** Where something stands in a field's original text: UTF-16 units, end exclusive. */
export type Place = { field: FieldName; start: number; end: number };

export type SearchHit = { id: string; score: number };

export type SearchOptions = {
  limit: number;
  filter?: TagFilter;
  /** Scores every document instead of leaving out those that cannot be among the best; the answer is the same. */
  exhaustive?: boolean;
};

/** A stretch that both texts share, or that one says in Chinese and the other in English. */
export type MatchedTerm = {
  kind: 'same' | 'translated';
  /** As written in the query, and as written in the document. */
  queryText: string;
  documentText: string;
  /** Share of the query's whole term weight, 0–1; the list is sorted by it. */
  share: number;
  queryPlaces: Place[];
  documentPlaces: Place[];
};

/** How well one document answers one query, independent of which other documents were found. All 0–1. */
export type Relevance = {
  /** The titles and keywords against each other. */
  title: number;
  /** Everything against everything, in the words as written. */
  body: number;
  /** Everything against everything, through the dictionary. */
  crossLanguage: number;
  /** Share of the query that is written in a language the document is not: 0 same language, 1 wholly different. */
  languageGap: number;
};
