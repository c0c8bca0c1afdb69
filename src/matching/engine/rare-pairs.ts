import { PostingBuffer } from './posting-buffer.ts';
import { readShort } from './postings.ts';
import type { Segment } from './segment.ts';
import { onceInBody } from './term-counts.ts';
import { pairKey, pairKeyBits } from './term-id.ts';

/** Pairs in at least so many documents have a list of their own. */
export const minListedPair = 64;

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
    return readShort(bytes, at, value >>> 1, into);
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
