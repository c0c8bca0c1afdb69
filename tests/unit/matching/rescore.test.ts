import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseDocument } from '../../../src/matching/engine/analyse-document.ts';
import { InvertedIndex } from '../../../src/matching/engine/inverted-index.ts';
import { prepareQuery } from '../../../src/matching/engine/query.ts';
import { rescore } from '../../../src/matching/engine/rescore.ts';
import type { SearchLists } from '../../../src/matching/engine/segment-reader.ts';
import { smallDictionary } from './records.ts';

const words = [
  'glass',
  'wine',
  'membrane',
  'indium',
  'solid waste',
  '高纯铟',
  '葡萄酒',
  '6N',
  'furnace',
  'rice',
  'wine wine',
];
const text = fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((parts) => parts.join(' '));
const fields = fc.record({ title: text, keywords: text, body: text });

describe('ranking candidates anew', () => {
  it('gives each the points that a search with the new weights gives it, in all kinds of segments', () => {
    fc.assert(
      fc.property(
        fc.array(fields, { minLength: 1, maxLength: 120, size: 'max' }),
        fields,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 30 }),
        (documents, asked, factors, limit) => {
          const index = new InvertedIndex({ firstPostings: 64 });
          documents.forEach((document, at) => {
            index.upsert(analyseDocument({ id: `d${at % 90}`, fields: document }));
          });
          const before = prepareQuery(asked, index.reader, smallDictionary).concepts.map((concept) => ({
            concept,
            weight: concept.weight,
          }));
          const after = before.map(({ concept, weight }, at) => ({
            concept,
            weight: weight * (factors[at % factors.length] as number),
          }));
          const lists: SearchLists = new Map();
          const found = index.reader.search(before, { limit, lists });
          const points = new Map(
            index.reader
              .search(after, { limit: documents.length, exhaustive: true })
              .map(({ id, score }) => [id, score]),
          );
          const expected = found
            .map(({ id }) => ({ id, score: points.get(id) ?? 0 }))
            .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
          expect(rescore(found, before, after, lists).map(({ id, score }) => ({ id, score }))).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});
