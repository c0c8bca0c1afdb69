/** A record as the engine sees it; absent parts are empty strings. */
export type TextFields = { title: string; keywords: string; body: string };

export type FieldName = keyof TextFields;

export const fieldNames = ['title', 'keywords', 'body'] as const satisfies readonly FieldName[];

export type EngineDocument = { id: string; fields: TextFields };

/** Where something stands in a field's original text: UTF-16 units, end exclusive. */
export type Place = { field: FieldName; start: number; end: number };

export type SearchHit = { id: string; score: number };

export type SearchOptions = {
  limit: number;
  filter?: (id: string) => boolean;
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
