import type { EncodedId } from './id-codec.ts';
import type { Impacts, LengthNorms } from './length-norms.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import type { Member, QueryList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { TokenBuffer } from './token-buffer.ts';

/** A segment, frozen or not, as one thread reads it under the current mean lengths. */
export type SegmentReader = {
  readonly impacts: Impacts;
  /** The frozen segment, where lists lie; undefined for a mutable one. */
  readonly segment: Segment | undefined;
  /** All document numbers are below; a mutable segment's grows. */
  readonly size: number;
  /** Length codes: titles, keywords and bodies, `lengthsStride` apart. */
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  setNorms(norms: LengthNorms): void;
  isGone(document: number): boolean;
  goneCount(): number;
  idAt(document: number): string;
  find(id: EncodedId): number;
  /** The documents with any of the members, whose counts are added up before they saturate. `key` names the members. */
  list(key: string, members: readonly Member[]): QueryList | undefined;
  /** In how many documents that are not gone any of the members occurs. */
  frequency(key: string, members: readonly Member[]): number;
  /** Every posting of a term, gone or not. */
  read(id: number, into: PostingBuffer): void;
  readTokens(document: number, into: TokenBuffer): void;
  termIdAt(term: number): number;
  /** What `readTokens` calls a word; -1 for one that it has not. */
  termNumber(id: number): number;
};

/** By segment, the lists of a search in the order of its concepts; undefined for those without any document. */
export type SearchLists = Map<SegmentReader, readonly (QueryList | undefined)[]>;
