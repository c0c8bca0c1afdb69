import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthNorms } from '../../../src/matching/engine/length-norms.ts';
import { runToEnd } from '../../../src/matching/engine/merge-segments.ts';
import { PostingBuffer } from '../../../src/matching/engine/posting-buffer.ts';
import { isChunked, readList } from '../../../src/matching/engine/postings.ts';
import { SegmentBuilder } from '../../../src/matching/engine/segment-builder.ts';

const documents = 9_000;

function listOf(postings: readonly { document: number; packed: number }[]): PostingBuffer {
  const list = new PostingBuffer();
  list.reserve(postings.length);
  postings.forEach(({ document, packed }, at) => {
    list.documents[at] = document;
    list.packed[at] = packed;
  });
  list.count = postings.length;
  return list;
}

/** Counts of every kind: once and several times in one field, in several fields, more than a byte holds. */
const packedArbitrary = fc.oneof(
  { weight: 8, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 255 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1 << 12, 3 << 12, 1 << 8, 4 << 8, (1 << 12) | 1, (15 << 12) | (15 << 8) | 255),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 65_535 }) },
);

describe('the lists of a segment', () => {
  it('are read as they were written, in all three forms', () => {
    fc.assert(
      fc.property(
        fc.array(packedArbitrary, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(1, 2, 3, 5, 40, 60, 100, 4_000),
        fc.integer({ min: 0, max: 5_000 }),
        (counts, step, from) => {
          const postings = [];
          for (let document = from; document < documents; document += step) {
            postings.push({ document, packed: counts[document % counts.length] as number });
          }
          const sizes = { documents, terms: 2, pairs: 0, idBytes: 0, tokenBytes: 0, postingBytes: 16, pairBytes: 0 };
          const builder = new SegmentBuilder(sizes, lengthNorms([0, 0, 0], 1));
          for (let document = 0; document < documents; document++) {
            builder.addDocument(new Uint8Array([document & 255, document >>> 8]), [1, 1, 1 + (document % 90)]);
          }
          const lists = [postings, [{ document: 7, packed: 1 }], postings];
          lists.forEach((list, at) => {
            builder.addTerm(at + 1, listOf(list));
          });
          const segment = runToEnd(builder.finish());
          const read = new PostingBuffer();
          lists.forEach((list, term) => {
            readList(segment, term, read);
            const found = Array.from({ length: read.count }, (_, at) => ({
              document: read.documents[at],
              packed: read.packed[at],
            }));
            expect(found).toEqual(list);
          });
          expect(isChunked(segment, 0)).toBe(postings.length >= 128 && 4 * postings.length < documents);
        },
      ),
      { numRuns: 40 },
    );
  });
});
