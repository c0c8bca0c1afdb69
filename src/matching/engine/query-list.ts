/**
 * The documents of one segment that answer one concept of a query, and what it is worth in each: as they lie in the segment
 * (`term`), or made for the query (`documents`, ascending, and either `impacts` or the `packed` counts that say them; the first
 * `count` of them).
 */
export type QueryList = {
  term: number;
  documents: Uint32Array;
  impacts: Uint16Array;
  packed: Uint16Array | undefined;
  count: number;
  /** No document gets more. */
  bound: number;
};

/** A list with its whole-number weight in the query. */
export type WeightedList = { list: QueryList; weight: number };

export const noDocuments: Uint32Array = new Uint32Array(0);
export const noImpacts: Uint16Array = new Uint16Array(0);

/** Any of these counts as the concept: all its terms must occur, weighing this much beside one word. */
export type Member = { ids: readonly number[]; weight: number };
