import type { MergeInput } from './merge-segments.ts';
import { exactLengths, type MutableSegment } from './mutable-segment.ts';
import { findTerm, type Removed, type Segment } from './segment.ts';
import type { FieldLengths } from './term-counts.ts';
import { pairId } from './term-id.ts';
import { readTokens, TokenBuffer } from './token-buffer.ts';

const buffer = new TokenBuffer();
/** Words and pairs of the document in hand, as often as they stand there. */
let heldTerms = new Uint32Array(512);

/** Marks a document as gone and takes it out of its terms' statistics; returns the exact lengths of its fields. */
export function removeFromSegment(segment: Segment, document: number): Readonly<FieldLengths> {
  const { removed, terms } = segment;
  readTokens(segment, document, buffer);
  const { tokens, lengths } = buffer;
  if (heldTerms.length < 2 * buffer.count) {
    heldTerms = new Uint32Array(3 * buffer.count);
  }
  let held = 0;
  let at = 0;
  for (const length of lengths) {
    for (const end = at + length; at < end; at++) {
      const token = tokens[at] as number;
      heldTerms[held++] = token >>> 1;
      if ((token & 1) === 1) {
        const before = terms.ids[(tokens[at - 1] as number) >>> 1] as number;
        const pair = findTerm(segment, pairId(before, terms.ids[token >>> 1] as number));
        if (pair >= 0) {
          heldTerms[held++] = pair;
        }
      }
    }
  }
  heldTerms.subarray(0, held).sort();
  for (let which = 0; which < held; which++) {
    const term = heldTerms[which] as number;
    if (which === 0 || term !== heldTerms[which - 1]) {
      removed.byTerm[term] = (removed.byTerm[term] as number) + 1;
    }
  }
  mark(removed, document);
  return lengths;
}

/** What a document of one of the inputs is called in the segment that they were merged into: those gone by then have no number. */
export function numberAfterMerge(
  inputs: readonly Pick<MergeInput, 'documents' | 'gone'>[],
  input: number,
  document: number,
): number {
  let number = document;
  for (let which = 0; which <= input; which++) {
    const { documents, gone } = inputs[which] as MergeInput;
    const end = which < input ? documents : document;
    number += (which < input ? documents : 0) - countBits(gone, end);
  }
  return number;
}

/** Adds up the bits of a word side by side: pairs, fours, bytes (Warren, Hacker's Delight). */
function bitsOf(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many of the first so many bits are set. */
function countBits(words: Uint32Array, bits: number): number {
  let count = 0;
  for (let at = 0; 32 * at < bits; at++) {
    const word = words[at] as number;
    count += bitsOf(bits - 32 * at < 32 ? word & ((1 << (bits - 32 * at)) - 1) : word);
  }
  return count;
}

export function removeFromMutable(segment: MutableSegment, document: number): Readonly<FieldLengths> {
  exactLengths(segment, document, buffer.lengths);
  mark(segment.removed, document);
  return buffer.lengths;
}

function mark({ count, bits }: Pick<Removed, 'count' | 'bits'>, document: number): void {
  bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
  count[0] = (count[0] as number) + 1;
}
