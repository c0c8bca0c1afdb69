import { describe, expect, it } from 'vitest';
import { measureQuality } from '../../../bench/quality/measures.ts';
import type { QualitySet } from '../../../bench/quality/sets.ts';

function setOf(relevant: Record<string, Record<string, number>>): QualitySet {
  return {
    name: 'made up',
    documents: [],
    queries: Object.keys(relevant).map((id) => ({ id, title: '', text: id })),
    relevant: new Map(Object.entries(relevant).map(([id, values]) => [id, new Map(Object.entries(values))])),
  };
}

function places(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `other${at}`);
}

// The figures are worked out by hand: a gain g at place p counts g / log2(p + 1).
describe('the measures of one query', () => {
  it('take graded relevance as it is, not as a power of two', () => {
    // (1/1 + 3/1.58496 + 2/2.32193 = 3.75414) over (3/1 + 2/1.58496 + 1/2 = 4.76186)
    const row = measureQuality(setOf({ q: { low: 1, high: 3, middle: 2 } }), 'x', () => [
      'low',
      'high',
      'other',
      'middle',
    ]);
    expect(row.ndcg10).toBeCloseTo(0.788_4, 4);
    expect(row.mrr10).toBe(1);
    expect(row.recall100).toBe(1);
  });

  it('know an ideal of ten where more are relevant', () => {
    const relevant = Object.fromEntries(places(20).map((id) => [id, 1]));
    const row = measureQuality(setOf({ q: relevant }), 'x', () => places(10));
    expect(row).toMatchObject({ ndcg10: 1, mrr10: 1, recall100: 0.5 });
  });

  it('do not see what stands at the eleventh or the hundred and first place', () => {
    const eleventh = measureQuality(setOf({ q: { a: 1 } }), 'x', () => [...places(10), 'a']);
    expect(eleventh).toMatchObject({ ndcg10: 0, mrr10: 0, recall100: 1 });
    const tenth = measureQuality(setOf({ q: { a: 1 } }), 'x', () => [...places(9), 'a']);
    expect(tenth.ndcg10).toBeCloseTo(0.289_1, 4); // 1 / log2(11)
    expect(tenth.mrr10).toBe(0.1);
    const hundredFirst = measureQuality(setOf({ q: { a: 1 } }), 'x', () => [...places(100), 'a']);
    expect(hundredFirst).toMatchObject({ ndcg10: 0, mrr10: 0, recall100: 0 });
  });

  it('count a relevant document that the collection does not have as not found', () => {
    const row = measureQuality(setOf({ q: { a: 1, gone: 1 } }), 'x', () => ['a']);
    expect(row.recall100).toBe(0.5);
    expect(row.ndcg10).toBeCloseTo(0.613_1, 4); // 1 / (1 + 1 / log2(3))
  });
});

describe('the measures of a set', () => {
  it('weigh each query alike, and a query without an answer as nothing', () => {
    const answers: Record<string, string[]> = { first: ['a'], third: ['no', 'no2', 'a'], never: [] };
    const set = setOf({ first: { a: 1 }, third: { a: 1 }, never: { a: 1, b: 1 } });
    const row = measureQuality(set, 'x', ({ text }) => answers[text] ?? []);
    expect(row).toMatchObject({ set: 'made up', system: 'x', queries: 3 });
    expect(row.ndcg10).toBeCloseTo((1 + 0.5 + 0) / 3, 10);
    expect(row.mrr10).toBeCloseTo((1 + 1 / 3 + 0) / 3, 10);
    expect(row.recall100).toBeCloseTo(2 / 3, 10);
  });
});
