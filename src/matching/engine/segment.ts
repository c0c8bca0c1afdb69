import type { IdStore } from './id-codec.ts';
import type { LengthNorms } from './length-norms.ts';
import type { FieldLengths } from './term-counts.ts';
import { findNumber } from './term-id.ts';

/**
 * An unchanging part of the index; only removals are marked later. Every array lies in shared memory, so that other threads attach
 * without copying. Documents and terms are numbered from 0 within the segment: words and tags first, about by frequency (the
 * numbers of frequent words are short in `tokens`), then the pairs that are frequent enough for a list of their own.
 */
export type Segment = {
  documents: number;
  /** Sums of the exact field lengths, of all documents. */
  totals: FieldLengths;
  /** The mean lengths that bounds were made under. */
  norms: LengthNorms;
  /** Length codes: those of all titles, then keywords, then bodies. */
  lengths: Uint8Array;
  ids: IdStore;
  /** Each document's words in reading order: three field lengths, then term number × 2 + joined; all varints. */
  tokens: { offsets: Uint32Array; bytes: Uint8Array };
  terms: Terms;
  /** Lists, each in one of three forms (postings.ts). */
  postings: Uint8Array;
  /** Where each chunk of a chunked list begins in `postings`, in units of two bytes, and where the last one ends. */
  chunkStarts: Uint32Array;
  /** Rare pairs in 2^bits buckets by the first bits of their keys (segment-builder.ts tells the format). */
  pairs: { bits: number; offsets: Uint32Array; bytes: Uint8Array };
  removed: Removed;
};

export type Terms = {
  ids: Float64Array;
  /** Open addressing from ids to numbers (term-id.ts). */
  table: Uint32Array;
  firstPair: number;
  /** In how many documents, gone or not. */
  frequencies: Uint32Array;
  /** Where each list begins; one entry more than there are terms, as in firstChunks. */
  offsets: Uint32Array;
  /** Where each list's entries in chunkStarts begin; none unless it is chunked. */
  firstChunks: Uint32Array;
  /** Highest impact in the list. */
  bounds: Uint16Array;
  /** 1: a byte for every document. */
  dense: Uint8Array;
};

/** What is gone, for all threads: bits only ever get set, counts only grow. */
export type Removed = {
  count: Uint32Array;
  bits: Uint32Array;
  /** How many of a term's documents are gone; not kept for tags. */
  byTerm: Uint32Array;
};

export function isRemoved({ bits }: Pick<Removed, 'bits'>, document: number): boolean {
  return (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
}

/** The number of a word, a tag or a frequent pair; -1 if there is none. */
export function findTerm({ terms }: Segment, id: number): number {
  return findNumber(terms.table, terms.ids, id);
}
