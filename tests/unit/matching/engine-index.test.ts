import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import type { TextFields } from '../../../src/matching/engine/types.ts';
import { smallDictionary } from './records.ts';

const words = [
  'glass',
  'wine',
  'membrane',
  'cell',
  'indium',
  'solid waste',
  '高纯铟',
  '葡萄酒',
  '预警',
  '6N',
  'furnace',
  'rice',
];
const textArbitrary = fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((parts) => parts.join(' '));
const fieldsArbitrary = fc.oneof(
  fc.record({ title: textArbitrary, keywords: textArbitrary, body: textArbitrary }),
  // Many documents of one word: they tie.
  fc.constantFrom('glass', 'glass wine', 'rice').map((title) => ({ title, keywords: '', body: '' })),
);
const ids = Array.from({ length: 40 }, (_, at) => `id-${at}`);

/** What can happen to an index. A search makes what was added before it a segment of its own. */
type Step = { kind: 'put'; id: string; fields: TextFields } | { kind: 'remove'; id: string } | { kind: 'search' };
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('put'), id: fc.constantFrom(...ids), fields: fieldsArbitrary }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), id: fc.constantFrom(...ids) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('search') }) },
);
const stepsArbitrary = fc.array(stepArbitrary, { maxLength: 150, size: 'max' });

function play(steps: readonly Step[]): { engine: Engine; left: Map<string, TextFields> } {
  // Room for a few documents only, so that many segments are frozen and merged.
  const engine = createEngine({ dictionary: smallDictionary, firstPostings: 64 });
  const left = new Map<string, TextFields>();
  for (const step of steps) {
    if (step.kind === 'put') {
      engine.upsert(step);
      left.set(step.id, step.fields);
    } else if (step.kind === 'remove') {
      expect(engine.remove(step.id)).toBe(left.delete(step.id));
    } else {
      engine.search({ title: 'glass', keywords: '', body: '' }, { limit: 1 });
    }
  }
  return { engine, left };
}

/** The same numbers on every machine: mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Frequent words and rare ones, as in real text, so that there are lists to leave out. */
function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => `t${Math.floor(400 ** random())}`).join(' ');
}

describe('searching in segments', { timeout: 30_000 }, () => {
  it('gives the same answer with early termination as by scoring everything', () => {
    fc.assert(
      fc.property(stepsArbitrary, fieldsArbitrary, fc.integer({ min: 0, max: 12 }), (steps, query, limit) => {
        const { engine } = play(steps);
        expect(engine.search(query, { limit })).toEqual(engine.search(query, { limit, exhaustive: true }));
      }),
      { numRuns: 80 },
    );
  });

  it('answers like an index built at once from what is left, whatever was put, replaced, removed and merged', () => {
    fc.assert(
      fc.property(stepsArbitrary, fieldsArbitrary, (steps, query) => {
        const { engine, left } = play(steps);
        const rebuilt = createEngine({ dictionary: smallDictionary });
        for (const [id, fields] of [...left].toReversed()) {
          rebuilt.upsert({ id, fields });
        }
        expect(engine.size).toBe(left.size);
        expect(engine.search(query, { limit: 20 })).toEqual(rebuilt.search(query, { limit: 20 }));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves nothing out over several windows of documents, with and without a filter', () => {
    const random = seededRandom(7);
    const engine = createEngine();
    for (let at = 0; at < 13_000; at++) {
      engine.upsert({
        id: `d${at}`,
        fields: { title: randomText(random, 2), keywords: '', body: randomText(random, 8) },
        tags: [`ends:${at % 10}`],
      });
    }
    for (let at = 0; at < 13_000; at += 9) {
      engine.remove(`d${at}`);
    }
    for (let query = 0; query < 25; query++) {
      const asked = { title: randomText(random, 2), keywords: '', body: randomText(random, 12) };
      for (const filter of [{}, { all: [['ends:3']] }, { none: ['ends:3', 'ends:4'] }]) {
        const found = engine.search(asked, { limit: 10, filter });
        expect(found).toHaveLength(10);
        expect(found).toEqual(engine.search(asked, { limit: 10, filter, exhaustive: true }));
      }
    }
  });

  it('filters by the tags as they are now, however often and with however many filters it was asked before', () => {
    const engine = createEngine({ firstPostings: 256 });
    const fields = { title: 'glass', keywords: '', body: 'wine' };
    const put = (at: number, tag: number) => engine.upsert({ id: `d${at}`, fields, tags: [`tag:${tag}`] });
    const withTag = (tag: number) =>
      engine
        .search(fields, { limit: 1_000, filter: { all: [[`tag:${tag}`]], none: ['tag:none'] } })
        .map(({ id }) => id);
    const tags = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 300; at++) {
        tags.set(`d${at}`, (at + round) % 20);
        put(at, (at + round) % 20);
      }
      engine.remove('d5');
      tags.delete('d5');
      for (let again = 0; again < 2; again++) {
        for (let tag = 0; tag < 20; tag++) {
          const expected = [...tags].filter(([, has]) => has === tag).map(([id]) => id);
          expect(withTag(tag).toSorted()).toEqual(expected.toSorted());
        }
      }
    }
  });

  it('adds up what comparing a pair adds up, up to the rounding of weights', () => {
    const chinese = fc.array(fc.constantFrom('高纯铟', '葡萄酒', '预警', '膜', '微晶玻璃'), { maxLength: 5 });
    const pairless = chinese.map((parts) => ({ title: parts[0] ?? '', keywords: '', body: parts.join('，') }));
    fc.assert(
      fc.property(fc.array(pairless, { minLength: 1, maxLength: 12 }), pairless, (documents, fields) => {
        const engine = createEngine();
        documents.forEach((document, at) => {
          engine.upsert({ id: String(at), fields: document });
        });
        const query = engine.prepare(fields);
        const whole = query.concepts.reduce((sum, { weight }) => sum + weight, 0);
        const scores = new Map(engine.search(query, { limit: 20 }).map(({ id, score }) => [id, score]));
        documents.forEach((document, at) => {
          expect(scores.get(String(at)) ?? 0).toBeCloseTo(whole * engine.compare(query, document).body, 1);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('orders all documents with one text by id and cuts there, across segments', () => {
    const engine = createEngine();
    const fields = { title: 'glass', keywords: '', body: '' };
    for (const at of [5, 8, 9, 6, 7, 4, 3, 2, 1, 0]) {
      engine.upsert({ id: `id-${at}`, fields });
      engine.search(fields, { limit: 1 });
    }
    expect(engine.search(fields, { limit: 4 }).map(({ id }) => id)).toEqual(['id-0', 'id-1', 'id-2', 'id-3']);
  });
});
