import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type AttachedEngine, attach, createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import { chooseIdleMerge, type Mergeable, restingSize } from '../../../src/matching/engine/merge-plan.ts';
import { readSnapshot, writeSnapshot } from '../../../src/matching/engine/snapshot.ts';
import type { TextFields } from '../../../src/matching/engine/types.ts';
import { smallDictionary } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'merging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const words = ['glass', 'wine', 'membrane', 'indium', 'solid waste', '高纯铟', '葡萄酒', '6N', 'rice'];
const text = fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((parts) => parts.join(' '));
const fieldsArbitrary = fc.record({ title: text, keywords: text, body: text });
const id = fc.integer({ min: 0, max: 60 }).map((at) => `id-${at}`);

/** `idle`: so many steps of merging. `restart`: the index goes on from a snapshot, merges under way are forgotten. */
type Step =
  | { kind: 'put'; id: string; fields: TextFields }
  | { kind: 'remove'; id: string }
  | { kind: 'idle'; steps: number }
  | { kind: 'publish' }
  | { kind: 'restart' };

const stepsArbitrary = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('put'), id, fields: fieldsArbitrary }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove'), id }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('idle'), steps: fc.integer({ min: 1, max: 150 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('publish') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
  ),
  { maxLength: 220, size: 'max' },
);

/** Room for a few documents only, so that many segments are frozen and merged. */
const options = { dictionary: smallDictionary, firstPostings: 64 };

function mergeUntilIdle(engine: Engine): number {
  let steps = 0;
  while (engine.mergeStep()) {
    steps++;
  }
  return steps;
}

function filled(documents: number): Engine {
  const engine = createEngine(options);
  for (let at = 0; at < documents; at++) {
    const fields = { title: `${words[at % 9]} only${at}`, keywords: '', body: `${words[at % 7]} ${words[at % 5]}` };
    engine.upsert({ id: `id-${at}`, fields });
  }
  return engine;
}

describe('merging between writes', { timeout: 60_000 }, () => {
  it('changes no answer, here or in a reader, whatever is put, removed, merged, published and restored in between', async () => {
    await fc.assert(
      fc.asyncProperty(stepsArbitrary, fieldsArbitrary, async (steps, query) => {
        let engine = createEngine(options);
        let reader: AttachedEngine = attach(structuredClone(engine.share()), options);
        const left = new Map<string, TextFields>();
        for (const step of steps) {
          if (step.kind === 'put') {
            engine.upsert(step);
            left.set(step.id, step.fields);
          } else if (step.kind === 'remove') {
            expect(engine.remove(step.id)).toBe(left.delete(step.id));
          } else if (step.kind === 'idle') {
            for (let at = 0; at < step.steps && engine.mergeStep(); at++) {}
          } else if (step.kind === 'publish') {
            reader.update(structuredClone(engine.share()));
            expect(reader.search(query, { limit: 20 })).toEqual(engine.search(query, { limit: 20 }));
          } else {
            const path = join(folder, 'index');
            const written = writeSnapshot(engine, path, {});
            // What is written is the state at the call.
            engine.mergeStep();
            await written;
            engine = createEngine({ ...options, restored: (await readSnapshot(path)).manifest });
            reader = attach(structuredClone(engine.share()), options);
          }
        }
        const rebuilt = createEngine(options);
        for (const [leftId, fields] of [...left].toReversed()) {
          rebuilt.upsert({ id: leftId, fields });
        }
        const answer = rebuilt.search(query, { limit: 20 });
        expect(engine.size).toBe(left.size);
        expect(engine.search(query, { limit: 20 })).toEqual(answer);
        mergeUntilIdle(engine);
        expect(engine.search(query, { limit: 20 })).toEqual(answer);
        expect(engine.search(query, { limit: 20, exhaustive: true })).toEqual(answer);
        reader.update(structuredClone(engine.share()));
        expect(reader.search(query, { limit: 20 })).toEqual(answer);
      }),
      { numRuns: 60 },
    );
  });

  it('lets a reader that has not heard of it yet answer on', () => {
    const engine = filled(300);
    const reader = attach(structuredClone(engine.share()), options);
    const query = { title: 'glass wine', keywords: '', body: 'indium' };
    const before = reader.search(query, { limit: 10 });
    expect(mergeUntilIdle(engine)).toBeGreaterThan(0);
    expect(reader.search(query, { limit: 10 })).toEqual(before);
    reader.update(structuredClone(engine.share()));
    expect(reader.search(query, { limit: 10 })).toEqual(before);
  });

  it('leaves few segments, and stops until enough has come to merge again', () => {
    const engine = filled(500);
    expect(engine.share().parts.length).toBeGreaterThan(5);
    mergeUntilIdle(engine);
    const { parts, version } = engine.share();
    expect(parts.length).toBeLessThanOrEqual(3);
    expect(engine.mergeStep()).toBe(false);
    engine.upsert({ id: 'one more', fields: { title: 'rice', keywords: '', body: '' } });
    expect(engine.mergeStep()).toBe(false);
    expect(engine.share().version).toBe(version);
  });

  it('comes in steps whose number grows with what there is to merge', () => {
    const [small, large] = [filled(2_000), filled(8_000)].map((engine) => mergeUntilIdle(engine)) as [number, number];
    expect(large).toBeGreaterThan(2 * small);
  });

  it('is left to the caller who wants to do it', () => {
    const engine = createEngine({ ...options, merging: 'caller' });
    for (let at = 0; at < 200; at++) {
      engine.upsert({ id: `id-${at}`, fields: { title: `glass only${at}`, keywords: '', body: '' } });
    }
    expect(engine.mergeStep()).toBe(false);
    expect(engine.pendingMerge()).toBeDefined();
  });
});

describe('memory', { timeout: 60_000 }, () => {
  it('of segments that were merged away is given back without being asked for', () => {
    // 8 MB for each mutable segment, and every document makes another one.
    const engine = createEngine({ firstPostings: 2 ** 18 });
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 100; at++) {
      engine.upsert({ id: 'only', fields: { title: 'glass', keywords: '', body: '' } });
      engine.finishMerges();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300 * 2 ** 20);
  });
});

describe('what is merged in idle time', () => {
  const part = fc.record({
    kind: fc.constant('segment' as const),
    live: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 * restingSize })),
    gone: fc.constant(0),
  });

  it('is no segment that rests, and none that the others together do not reach an eighth of', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const chosen = chooseIdleMerge(parts) ?? [];
        const largest = Math.max(0, ...chosen.map(({ live }) => live));
        const together = chosen.reduce((sum, { live }) => sum + live, 0);
        expect(largest).toBeLessThan(restingSize);
        expect(chosen.length).not.toBe(1);
        expect(8 * (together - largest)).toBeGreaterThanOrEqual(largest);
      }),
    );
  });

  it('leaves segments more than eight times as large as all smaller ones', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        let left: Mergeable[] = parts.filter(({ live }) => live > 0);
        for (let chosen = chooseIdleMerge(left); chosen !== undefined; chosen = chooseIdleMerge(left)) {
          const merged = chosen;
          const live = merged.reduce((sum, one) => sum + one.live, 0);
          left = [...left.filter((one) => !merged.includes(one)), { kind: 'segment', live, gone: 0 }];
        }
        let together = 0;
        for (const live of left.map((one) => one.live).sort((a, b) => a - b)) {
          // Beyond that they rest, or would together.
          if (live < restingSize && together < restingSize) {
            expect(live).toBeGreaterThan(8 * together);
          }
          together += live;
        }
      }),
    );
  });
});
