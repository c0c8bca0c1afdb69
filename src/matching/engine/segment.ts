import type { IdStore } from './id-codec.ts';
import type { LengthNorms } from './length-norms.ts';
import { PostingBuffer } from './posting-buffer.ts';
import { type FieldLengths, onceInBody } from './term-counts.ts';
import { findNumber, pairKey, pairKeyBits } from './term-id.ts';

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
  postings: Uint8Array;
  /** Of lists longer than a block, that are not dense: last document, where the bytes begin, highest impact. */
  blocks: { last: Uint32Array; offsets: Uint32Array; bounds: Uint16Array };
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
  /** Where each list begins; one entry more than there are terms, as in firstBlocks. */
  offsets: Uint32Array;
  firstBlocks: Uint32Array;
  /** Highest impact in the list. */
  bounds: Uint16Array;
  /** 1: a byte for every document instead of a compressed list. */
  dense: Uint8Array;
};

/** What is gone, for all threads: bits only ever get set, counts only grow. */
export type Removed = {
  count: Uint32Array;
  bits: Uint32Array;
  /** How many of a term's documents are gone; not kept for tags. */
  byTerm: Uint32Array;
};

export const blockLength = 128;
/** Pairs in at least so many documents have a list of their own. */
export const minListedPair = 64;

/** A list with a byte for each document pays from this share of documents on: it costs no more and needs no search. */
export function isDenseFrequency(frequency: number, documents: number): boolean {
  return documents >= 256 && frequency * 4 >= documents;
}

/**
 * Counts in one byte: title and keywords up to 3, body up to 14. Others have 15 for the body and are written out after it; 0 in a
 * dense list is a document without the term.
 */
export const escapedCount = 15;

export function countCode(packed: number): number {
  const [title, keywords, body] = [packed >>> 12, (packed >>> 8) & 15, packed & 255];
  return title > 3 || keywords > 3 || body > 14 ? escapedCount : (title << 6) | (keywords << 4) | body;
}

export function packedOfCode(code: number): number {
  return ((code >>> 6) << 12) | (((code >>> 4) & 3) << 8) | (code & 15);
}

export function isRemoved({ bits }: Pick<Removed, 'bits'>, document: number): boolean {
  return (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
}

/** Reads a term's whole list. */
export function readList(segment: Segment, term: number, into: PostingBuffer): void {
  const { terms, postings, documents } = segment;
  const frequency = terms.frequencies[term] as number;
  into.reserve(frequency);
  const start = terms.offsets[term] as number;
  if (terms.dense[term] === 1) {
    readDense(postings, start, documents, into);
  } else {
    readPostings(postings, start, frequency, into);
  }
}

function readDense(bytes: Uint8Array, start: number, documents: number, into: PostingBuffer): void {
  let count = 0;
  for (let document = 0; document < documents; document++) {
    const code = bytes[start + document] as number;
    if (code !== 0) {
      into.documents[count] = document;
      into.packed[count] = code === escapedCount ? escapedIn(bytes, start, documents, document) : packedOfCode(code);
      count++;
    }
  }
  into.count = count;
}

/** Counts that a dense list's byte does not hold stand after it, by document: 4 bytes of length, then 4 + 2 bytes each. */
export function escapedIn(bytes: Uint8Array, start: number, documents: number, document: number): number {
  const from = start + documents + 4;
  let low = 0;
  let high = read32(bytes, from - 4);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (read32(bytes, from + 6 * middle) < document) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const at = from + 6 * low + 4;
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function read32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

/**
 * Compressed postings: the gap to the document before minus one, times two, plus one unless the term stands once in the body; then
 * the count's byte; then two bytes if that is an escape. Returns where the list ends.
 */
function readPostings(bytes: Uint8Array, start: number, count: number, into: PostingBuffer): number {
  const { documents, packed } = into;
  let at = start;
  let document = -1;
  for (let posting = 0; posting < count; posting++) {
    let value = bytes[at++] as number;
    if (value > 127) {
      value &= 127;
      let shift = 7;
      let byte: number;
      do {
        byte = bytes[at++] as number;
        value |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
    }
    document += (value >>> 1) + 1;
    documents[posting] = document;
    if ((value & 1) === 0) {
      packed[posting] = onceInBody;
    } else {
      const code = bytes[at++] as number;
      if (code === escapedCount) {
        packed[posting] = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
        at += 2;
      } else {
        packed[posting] = packedOfCode(code);
      }
    }
  }
  into.count = count;
  return at;
}

/** The number of a word, a tag or a frequent pair; -1 if there is none. */
export function findTerm({ terms }: Segment, id: number): number {
  return findNumber(terms.table, terms.ids, id);
}

/** Reads the list of a rare pair; nothing if it is not there. */
export function readPair({ pairs }: Segment, id: number, into: PostingBuffer): void {
  into.count = 0;
  const unit = 2 ** (pairKeyBits - pairs.bits);
  const key = pairKey(id);
  const bucket = Math.floor(key / unit);
  const wanted = key - bucket * unit;
  const end = pairs.offsets[bucket + 1] as number;
  const { bytes } = pairs;
  let at = pairs.offsets[bucket] as number;
  let remainder = 0;
  while (at < end) {
    let scale = 1;
    let byte: number;
    do {
      byte = bytes[at++] as number;
      remainder += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    if (remainder === wanted) {
      readPairPostings(bytes, at, into);
      return;
    }
    if (remainder > wanted) {
      return;
    }
    at = skipPairPostings(bytes, at);
  }
}

const skipped = new PostingBuffer();

/** After the key: document × 2 for one document that has the pair once in the body, else length × 2 + 1 and postings. */
export function readPairPostings(bytes: Uint8Array, start: number, into: PostingBuffer): number {
  let at = start;
  let value = 0;
  let shift = 0;
  let byte: number;
  do {
    byte = bytes[at++] as number;
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  if ((value & 1) === 1) {
    into.reserve(value >>> 1);
    return readPostings(bytes, at, value >>> 1, into);
  }
  into.documents[0] = value >>> 1;
  into.packed[0] = onceInBody;
  into.count = 1;
  return at;
}

function skipPairPostings(bytes: Uint8Array, start: number): number {
  let at = start;
  const first = bytes[at] as number;
  while ((bytes[at++] as number) > 127) {}
  return (first & 1) === 0 ? at : readPairPostings(bytes, start, skipped);
}
