import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { analyseDocument } from '../../../src/matching/engine/analyse-document.ts';
import { attach, createEngine, type Engine, type ReadOnlyEngine } from '../../../src/matching/engine/engine.ts';
import { encodeId, enterIds, findId, idAt, idTable } from '../../../src/matching/engine/id-codec.ts';
import { runMerge } from '../../../src/matching/engine/merge-jobs.ts';
import { runToEnd } from '../../../src/matching/engine/merge-segments.ts';
import { readSnapshot, SnapshotError, writeSnapshot } from '../../../src/matching/engine/snapshot.ts';
import { isPairId, pairId, tagId, termId } from '../../../src/matching/engine/term-id.ts';
import type { EngineDocument, TextFields } from '../../../src/matching/engine/types.ts';
import { smallDictionary } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'engine-'));
afterAll(() => rmSync(folder, { recursive: true }));

const words = ['glass', 'wine', 'membrane', 'indium', 'rice', 'furnace', '高纯铟', '葡萄酒', '6N'];

/** Document `at` of a collection in which frequent and rare words, pairs and tags all occur. */
function documentOf(at: number): EngineDocument {
  const word = (step: number) => words[(at * step + (at >>> 3)) % words.length] ?? '';
  const body = `${word(3)} ${word(5)} ${'glass '.repeat(at % 20)} ${word(7)} only${at % 97}`;
  const fields = { title: `${word(1)} ${word(2)}`, keywords: at % 3 === 0 ? word(4) : '', body };
  return { id: `id-${at}`, fields, tags: [`third:${at % 3}`] };
}

const queries: TextFields[] = [
  { title: 'glass wine', keywords: '', body: 'membrane furnace only5' },
  { title: '高纯铟', keywords: '', body: 'rice glass glass indium' },
  { title: '', keywords: '葡萄酒', body: 'only12 only13 6N' },
];

function answersOf(engine: ReadOnlyEngine): unknown {
  return queries.flatMap((query) => [
    engine.search(query, { limit: 15 }),
    engine.search(query, { limit: 5, filter: { all: [['third:1', 'third:2']] } }),
  ]);
}

function filled(from: number, to: number, options = {}): Engine {
  const engine = createEngine({ dictionary: smallDictionary, firstPostings: 256, ...options });
  for (let at = from; at < to; at++) {
    engine.upsert(documentOf(at));
  }
  return engine;
}

describe('ids of terms', { timeout: 30_000 }, () => {
  it('are whole numbers that tell words, pairs and tags apart', () => {
    expect(termId('glass wine')).toBe(pairId(termId('glass'), termId('wine')));
    expect(termId('glass wine')).toBe(termId('wine glass'));
    expect(termId('glass wine')).not.toBe(termId('glass bottle'));
    expect(isPairId(termId('glass wine'))).toBe(true);
    expect([termId('glass'), tagId('glass')].map(isPairId)).toEqual([false, false]);
    expect(tagId('glass')).not.toBe(termId('glass'));
    for (const id of [termId('glass'), tagId('glass'), termId('glass wine')]) {
      expect(Number.isSafeInteger(id)).toBe(true);
    }
  });

  it('differ for 300,000 words and stay below the expected collisions for as many pairs', () => {
    const ids = Array.from({ length: 300_000 }, (_, at) => termId(`word${at}`));
    expect(new Set(ids).size).toBe(ids.length);
    const pairs = new Set(ids.map((id, at) => pairId(id, ids[(at * 7 + 1) % ids.length] ?? 0)));
    // 38 bits: 0.16 collisions are expected.
    expect(pairs.size).toBeGreaterThanOrEqual(ids.length - 4);
  });
});

describe('ids of documents', { timeout: 30_000 }, () => {
  it('come back as they were, whatever they are made of, and are found', () => {
    const uuid = fc.uuid();
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(uuid, fc.string({ unit: 'binary' }), fc.string()), { maxLength: 40 }),
        (ids) => {
          const encoded = ids.map((id) => encodeId(id));
          const offsets = new Uint32Array(ids.length + 1);
          encoded.forEach(({ bytes }, at) => {
            offsets[at + 1] = (offsets[at] ?? 0) + bytes.length;
          });
          const store = {
            offsets,
            bytes: Uint8Array.from(encoded.flatMap(({ bytes }) => [...bytes])),
            table: idTable(ids.length),
          };
          enterIds(store, 0, ids.length);
          ids.forEach((id, at) => {
            expect(idAt(store, at)).toBe(id);
            expect(findId(store, encodeId(id), () => false)).toBe(at);
            expect(findId(store, encodeId(id), () => true)).toBe(-1);
          });
          expect(findId(store, encodeId('somebody else, longer than the others by far'), () => false)).toBe(-1);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('an index read by others', { timeout: 30_000 }, () => {
  it('answers there like here, also on what was added and removed since it was shared', () => {
    const engine = filled(0, 900);
    // What a thread gets by message: a copy of the structure, the same memory.
    const reader = attach(structuredClone(engine.share()), { dictionary: smallDictionary });
    expect(answersOf(reader)).toEqual(answersOf(engine));
    const { version } = engine.share();
    engine.remove('id-5');
    engine.remove('id-899');
    engine.upsert({ ...documentOf(900), id: 'id-7' });
    expect(engine.share().version).toBe(version);
    expect(reader.size).toBe(898);
    expect(answersOf(reader)).toEqual(answersOf(engine));
  });

  it('goes over to other segments when it is told', () => {
    const engine = filled(0, 100);
    const reader = attach(structuredClone(engine.share()), { dictionary: smallDictionary });
    for (let at = 100; at < 1_500; at++) {
      engine.upsert(documentOf(at));
    }
    reader.update(structuredClone(engine.share()));
    expect(answersOf(reader)).toEqual(answersOf(engine));
  });

  it('tells the words of a document with their counts, frozen or not, and nothing of strangers', () => {
    const engine = filled(0, 600);
    engine.upsert({ id: 'x', fields: { title: 'glass wine', keywords: 'wine', body: 'glass glass 膜' } });
    expect(engine.documentTerms('x')?.toSorted((a, b) => a.packed - b.packed)).toEqual([
      { termId: termId('膜'), packed: 0x0001 },
      { termId: termId('glass'), packed: 0x1002 },
      { termId: termId('wine'), packed: 0x1100 },
    ]);
    const frozen = engine.documentTerms('id-0') ?? [];
    expect(new Set(frozen.map(({ termId: id }) => id))).toContain(termId('glass'));
    expect(frozen.some(({ termId: id }) => isPairId(id))).toBe(false);
    engine.remove('x');
    expect(engine.documentTerms('x')).toBeUndefined();
  });
});

describe('merges', { timeout: 30_000 }, () => {
  it('done by the caller give the same index, also when documents go meanwhile', () => {
    const engine = filled(0, 2_000, { merging: 'caller' });
    let merges = 0;
    for (let job = engine.pendingMerge(); job !== undefined; job = engine.pendingMerge()) {
      const segment = runToEnd(runMerge(structuredClone(job)));
      for (let at = merges; at < 2_000; at += 211) {
        engine.remove(`id-${at}`);
      }
      engine.upsert({ ...documentOf(merges), id: `id-${2_000 - merges}` });
      expect(engine.install(job.id, segment)).toBe(true);
      expect(engine.install(job.id, segment)).toBe(false);
      merges++;
    }
    expect(merges).toBeGreaterThan(5);
    const kept = Array.from({ length: 2_001 }, (_, at) => `id-${at}`).filter(
      (id) => engine.documentTerms(id) !== undefined,
    );
    expect(kept).toHaveLength(engine.size);
    const rebuilt = createEngine({ dictionary: smallDictionary });
    for (const id of kept) {
      const at = Number(id.slice(3));
      const replacedBy = 2_000 - at < merges ? 2_000 - at : at;
      rebuilt.upsert({ ...documentOf(replacedBy), id });
    }
    expect(answersOf(engine)).toEqual(answersOf(rebuilt));
  });

  it('leave few segments, and none of what is gone when most is', () => {
    const engine = filled(0, 3_000);
    engine.finishMerges();
    expect(engine.share().parts.length).toBeLessThan(12);
    for (let at = 0; at < 2_990; at++) {
      engine.remove(`id-${at}`);
    }
    engine.finishMerges();
    const documents = engine.share().parts.map((part) => (part.kind === 'segment' ? part.segment.documents : 0));
    expect(documents.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(10);
    expect(engine.size).toBe(10);
  });

  it('answer like an index built at once, with dense lists, blocks and frequent pairs', () => {
    const engine = filled(0, 4_000);
    for (let at = 0; at < 4_000; at += 3) {
      engine.upsert({ ...documentOf(at + 1), id: `id-${at}` });
    }
    const atOnce = createEngine({ dictionary: smallDictionary, firstPostings: 2 ** 18 });
    for (let at = 3_999; at >= 0; at--) {
      atOnce.upsert({ ...documentOf(at % 3 === 0 ? at + 1 : at), id: `id-${at}` });
    }
    expect(answersOf(engine)).toEqual(answersOf(atOnce));
    engine.finishMerges();
    expect(answersOf(engine)).toEqual(answersOf(atOnce));
    for (const query of queries) {
      expect(engine.search(query, { limit: 10 })).toEqual(engine.search(query, { limit: 10, exhaustive: true }));
    }
  });
});

describe('loading many documents', { timeout: 30_000 }, () => {
  const analysed = (at: number, id: string) => analyseDocument({ ...documentOf(at), id });

  it('gives the same index as adding them one by one, with few segments', () => {
    const engine = filled(0, 700);
    const ids = Array.from({ length: 2_000 }, (_, at) => `id-${at + 300}`);
    // Some ids are there already, and some come twice: the last counts.
    const documents = [...ids.slice(0, 50).map((id) => analysed(1, id)), ...ids.map((id, at) => analysed(at + 7, id))];
    engine.load(documents);
    const oneByOne = filled(0, 700);
    for (const document of documents) {
      oneByOne.upsertAnalysed(document);
    }
    expect(engine.size).toBe(2_300);
    expect(answersOf(engine)).toEqual(answersOf(oneByOne));
    expect(engine.documentTerms('id-1000')).toEqual(oneByOne.documentTerms('id-1000'));
    expect(engine.share().parts.filter(({ kind }) => kind === 'segment')).toHaveLength(1);
    for (const query of queries) {
      expect(engine.search(query, { limit: 10 })).toEqual(engine.search(query, { limit: 10, exhaustive: true }));
    }
    const last = ids.slice(-400);
    for (const id of last) {
      expect(engine.remove(id)).toBe(oneByOne.remove(id));
    }
    expect(answersOf(engine)).toEqual(answersOf(oneByOne));
  });
});

describe('a snapshot', { timeout: 30_000 }, () => {
  const path = join(folder, 'index.snapshot');

  it('restores an index that answers alike, keeps the caller’s word, and goes on', async () => {
    const engine = filled(0, 1_500);
    engine.remove('id-3');
    const before = answersOf(engine);
    const writing = writeSnapshot(engine, path, { cursor: '42' });
    for (let at = 0; at < 200; at++) {
      engine.remove(`id-${at}`);
      engine.upsert(documentOf(2_000 + at));
    }
    await writing;
    const { manifest, meta } = await readSnapshot(path);
    expect(meta).toEqual({ cursor: '42' });
    const restored = createEngine({ dictionary: smallDictionary, restored: manifest });
    expect(restored.size).toBe(1_499);
    expect(answersOf(restored)).toEqual(before);
    for (let at = 0; at < 200; at++) {
      restored.remove(`id-${at}`);
      restored.upsert(documentOf(2_000 + at));
    }
    expect(answersOf(restored)).toEqual(answersOf(engine));
  });

  it.each([
    ['MISSING', (_: Buffer): Buffer | undefined => undefined],
    ['FOREIGN', (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('x'), bytes])],
    ['TRUNCATED', (bytes: Buffer): Buffer => bytes.subarray(0, 5)],
    ['TRUNCATED', (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 2)],
    ['CORRUPT', (bytes: Buffer): Buffer => changed(bytes, bytes.length - 1_000)],
    ['CORRUPT', (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('more')])],
    ['OTHER_VERSION', (bytes: Buffer): Buffer => changed(bytes, 8)],
    ['OTHER_CONFIGURATION', (bytes: Buffer): Buffer => changed(bytes, bytes.indexOf('"fingerprint":') + 15)],
  ] as const)('is refused with its reason: %s', async (problem, spoil) => {
    const spoilt = join(folder, 'spoilt.snapshot');
    rmSync(spoilt, { force: true });
    await writeSnapshot(filled(0, 100), path, null);
    const bytes = spoil(readFileSync(path));
    if (bytes !== undefined) {
      writeFileSync(spoilt, bytes);
    }
    const error = await readSnapshot(spoilt).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SnapshotError);
    expect(error).toMatchObject({ problem });
  });
});

/** One digit or byte is another. */
function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const byte = copy[at] ?? 0;
  copy[at] = byte === 0x31 ? 0x32 : byte >= 0x30 && byte <= 0x39 ? 0x31 : byte ^ 1;
  return copy;
}
