import { describe, expect, it } from 'vitest';
import { createBm25 } from '../../../bench/quality/bm25.ts';
import { measureQuality } from '../../../bench/quality/measures.ts';
import { type QualitySet, thinQueries } from '../../../bench/quality/sets.ts';

function setOf(relevant: Record<string, Record<string, number>>): QualitySet {
  return {
    name: 'made up',
    documents: [],
    queries: Object.keys(relevant).map((id) => ({ id, title: id, text: '' })),
    relevant: new Map(Object.entries(relevant).map(([id, values]) => [id, new Map(Object.entries(values))])),
  };
}

describe('the measures of ranking', () => {
  it('give everything for the ideal order and nothing for an empty answer', () => {
    const set = setOf({ q: { a: 2, b: 1 } });
    expect(measureQuality(set, 'x', () => ['a', 'b'])).toMatchObject({ ndcg10: 1, recall100: 1, mrr10: 1, queries: 1 });
    expect(measureQuality(set, 'x', () => [])).toMatchObject({ ndcg10: 0, recall100: 0, mrr10: 0 });
  });

  it('discount by the logarithm of the place, with linear gain', () => {
    const row = measureQuality(setOf({ q: { a: 3, b: 1 } }), 'x', () => ['no', 'b', 'a']);
    const gained = 1 / Math.log2(3) + 3 / Math.log2(4);
    expect(row.ndcg10).toBeCloseTo(gained / (3 + 1 / Math.log2(3)), 10);
    expect(row.mrr10).toBe(0.5);
  });

  it('average over queries and look no deeper than they say', () => {
    const ranked = [...Array.from({ length: 10 }, (_, at) => `no${at}`), 'a'];
    const row = measureQuality(setOf({ q: { a: 1 }, r: { no0: 1 } }), 'x', () => ranked);
    expect(row).toMatchObject({ ndcg10: 0.5, recall100: 1, mrr10: 0.5, queries: 2 });
  });
});

describe('the sets', () => {
  it('are thinned evenly to the number asked for', () => {
    const set = setOf(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`q${at}`, { a: 1 }])));
    expect(thinQueries(set, 4).queries.map(({ id }) => id)).toEqual(['q0', 'q3', 'q5', 'q8']);
    expect(thinQueries(set, undefined).queries).toHaveLength(10);
  });
});

describe('the baseline', () => {
  it('puts a document with both words first, by stem, and leaves out what shares nothing', () => {
    const rank = createBm25(
      [
        { id: 'one', title: '', text: 'membranes for water' },
        { id: 'both', title: 'Membrane', text: 'electrolysis of water' },
        { id: 'none', title: '', text: '葡萄栽培' },
      ],
      10,
    );
    expect(rank({ title: 'membrane electrolysis', text: '' })).toEqual(['both', 'one']);
    expect(rank({ title: '葡萄', text: '' })).toEqual(['none']);
  });
});
