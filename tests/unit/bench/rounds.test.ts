import { describe, expect, it } from 'vitest';
import { peersOf, wholeNumbers } from '../../../bench/flags.ts';
import { BenchInputError } from '../../../bench/input-error.ts';
import { type Asked, askInRounds } from '../../../bench/speed/rounds.ts';
import { percentile } from '../../../bench/speed/rows.ts';

/** Answers each query in `queryMs` and writes down what it was asked. */
function systemOf(name: string, queryMs: number, budgetMs: number, turns: string[] = []): Asked & { asked: number[] } {
  const asked: number[] = [];
  return {
    name,
    budgetMs,
    asked,
    ask: (from, to) => {
      turns.push(name);
      const numbers = Array.from({ length: to - from }, (_, at) => from + at);
      asked.push(...numbers);
      return numbers.map(() => queryMs);
    },
  };
}

function unexpected(name: string, error: unknown): never {
  throw new Error(`${name} failed`, { cause: error });
}

describe('rounds', () => {
  it('ask each query once, warm with the first half and measure the second', async () => {
    const system = systemOf('fast', 1, Number.POSITIVE_INFINITY);
    const times = await askInRounds([system], 12, unexpected);
    expect(system.asked).toEqual(Array.from({ length: 24 }, (_, at) => at));
    expect(times.get('fast')).toHaveLength(12);
  });

  it('let the systems take turns while they measure', async () => {
    const turns: string[] = [];
    const [a, b] = [systemOf('a', 1, 1_000, turns), systemOf('b', 1, 1_000, turns)];
    await askInRounds([a, b], 5, unexpected);
    expect(turns.slice(2)).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('ask a slow system fewer queries, but never fewer than five', async () => {
    const slow = systemOf('slow', 100, 2_000);
    const slowest = systemOf('slowest', 9_000, 2_000);
    const times = await askInRounds([slow, slowest], 100, unexpected);
    expect(times.get('slow')).toHaveLength(16);
    expect(times.get('slowest')).toHaveLength(5);
  });

  it('go on without a system that fails, and say so', async () => {
    const broken: Asked = { name: 'broken', budgetMs: 1, ask: () => Promise.reject(new Error('found nothing')) };
    const failed: string[] = [];
    const times = await askInRounds([broken, systemOf('well', 1, 1_000)], 5, (name) => failed.push(name));
    expect(failed).toEqual(['broken']);
    expect([...times.keys()]).toEqual(['well']);
  });
});

describe('what a bench is told', () => {
  it('sorts sizes and reads each once', () => {
    expect(wholeNumbers('documents', '50000, 5000,50_000')).toEqual([5_000, 50_000]);
  });

  it.each(['', '0', '-5', '1.5', '5000,', 'many', '1e3'])('refuses "%s" as a number of documents', (text) => {
    expect(() => wholeNumbers('documents', text)).toThrow(BenchInputError);
  });

  it('knows peers by name, all or none', () => {
    expect(peersOf('none')).toEqual([]);
    expect(peersOf('all')).toHaveLength(4);
    expect(peersOf('orama,postgres')).toEqual(['orama', 'postgres']);
    expect(() => peersOf('lucene')).toThrow(BenchInputError);
  });
});

describe('a percentile', () => {
  it('is the value that so many lie below', () => {
    const values = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect(percentile(values, 0.5)).toBe(101);
    expect(percentile(values, 0.99)).toBe(199);
    expect(percentile([3], 0.99)).toBe(3);
  });
});
