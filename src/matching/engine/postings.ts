import type { PostingBuffer } from './posting-buffer.ts';
import { packedOfKind } from './posting-kinds.ts';
import type { Segment } from './segment.ts';
import { onceInBody } from './term-counts.ts';

/*
 * A list of postings takes one of three forms: a byte for each document when they are many (dense); 16 bits for each posting, in
 * chunks of 4,096 documents, so that nothing is decoded to walk or to search it (chunked); gaps as varints when there are so few
 * that the chunks would cost more than they spare, to be read as a whole (short).
 */

export const chunkShift = 12;
export const chunkSize: number = 2 ** chunkShift;
/** Of a posting's 16 bits, those that say which document of the chunk it is; above them stands its kind (posting-kinds.ts). */
export const placeMask: number = chunkSize - 1;
export const kindShift = 12;
/** Postings for each chunk of the segment from which on a list is chunked, and the least in all. */
const leastPerChunk = 16;
const leastChunked = 128;

export function chunksOf(documents: number): number {
  return Math.ceil(documents / chunkSize);
}

export function isChunkedFrequency(frequency: number, documents: number): boolean {
  return frequency >= Math.max(leastChunked, leastPerChunk * chunksOf(documents));
}

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

/** Reads a term's whole list. */
export function readList(segment: Segment, term: number, into: PostingBuffer): void {
  const { terms, postings, documents } = segment;
  const frequency = terms.frequencies[term] as number;
  into.reserve(frequency);
  const start = terms.offsets[term] as number;
  if (terms.dense[term] === 1) {
    readDense(postings, start, documents, into);
  } else if (isChunked(segment, term)) {
    readChunked(segment, term, into);
  } else {
    readShort(postings, start, frequency, into);
  }
}

export function isChunked({ terms: { firstChunks } }: Segment, term: number): boolean {
  return (firstChunks[term + 1] as number) > (firstChunks[term] as number);
}

/** The postings in units of two bytes, as chunked lists are read. */
export function halvesOf({ postings }: Segment): Uint16Array {
  return new Uint16Array(postings.buffer, 0, postings.length >>> 1);
}

/**
 * A chunk: how many of its postings are of kinds 1 to 14, and how many are of none (escaped); then by document the postings of kind 0,
 * of the other kinds, and the escaped ones; then the packed counts of these. The chunk after begins where it ends.
 */
function readChunked(segment: Segment, term: number, into: PostingBuffer): void {
  const { chunkStarts, terms } = segment;
  const halves = halvesOf(segment);
  const first = terms.firstChunks[term] as number;
  into.count = 0;
  for (let chunk = 0; chunk < chunksOf(segment.documents); chunk++) {
    const start = chunkStarts[first + chunk] as number;
    readChunk(halves, start, chunkStarts[first + chunk + 1] as number, chunk * chunkSize, into);
  }
}

function readChunk(halves: Uint16Array, start: number, end: number, base: number, into: PostingBuffer): void {
  const escapedCount = halves[start + 1] as number;
  const escapedEnd = end - escapedCount;
  const kindsEnd = escapedEnd - escapedCount;
  const onceEnd = kindsEnd - (halves[start] as number);
  let [once, other, escaped] = [start + 2, onceEnd, kindsEnd];
  let { count } = into;
  for (;;) {
    const onceAt = once < onceEnd ? (halves[once] as number) : chunkSize;
    const otherAt = other < kindsEnd ? (halves[other] as number) & placeMask : chunkSize;
    const escapedAt = escaped < escapedEnd ? (halves[escaped] as number) : chunkSize;
    const place = Math.min(onceAt, otherAt, escapedAt);
    if (place === chunkSize) {
      break;
    }
    if (place === onceAt) {
      into.packed[count] = packedOfKind(0);
      once++;
    } else if (place === otherAt) {
      into.packed[count] = packedOfKind((halves[other] as number) >>> kindShift);
      other++;
    } else {
      into.packed[count] = halves[escaped + escapedCount] as number;
      escaped++;
    }
    into.documents[count] = base + place;
    count++;
  }
  into.count = count;
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
 * Short lists: the gap to the document before minus one, times two, plus one unless the term stands once in the body; then
 * the count's byte; then two bytes if that is an escapedAt. Returns where the list ends.
 */
export function readShort(bytes: Uint8Array, start: number, count: number, into: PostingBuffer): number {
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
