import { join } from 'node:path';
import type { StoredMessage } from '../../src/core/messages.ts';
import { getDemandRows, isDemandPublic, readMatchableDemands } from '../../src/demands/service.ts';
import { type MatchIndex, toMatchDemand, toMatchResult } from '../../src/matches/service.ts';
import { demandText, resultText } from '../../src/matching/record-text.ts';
import type { IndexedRecord, IndexSize, WriterMethods } from '../../src/matching/threads/index-writer.ts';
import { ReaderPool } from '../../src/matching/threads/reader-pool.ts';
import { type Side, sides } from '../../src/matching/threads/sides.ts';
import { startThread, type Thread, threadIsGone } from '../../src/matching/threads/thread.ts';
import { type ThreadModules, threadModules } from '../../src/matching/threads/thread-modules.ts';
import type { MatchDemand, MatchResult } from '../../src/matching/types.ts';
import { getResultRows, isResultPublic, readMatchableResults } from '../../src/results/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { type CursorReader, createCursorReader } from './cursor-reader.ts';
import { createIndexSnapshots } from './index-snapshots.ts';
import { createIndexTidying } from './index-tidying.ts';
import { sharedDictionary } from './shared-dictionary.ts';
import { type Cursor, cursorAtHorizon, lastCursorBelow } from './store.ts';

const rowsPerQuery = 100;

export interface MatchIndexOptions {
  modules?: ThreadModules;
  /** Where snapshots lie; null for none. */
  folder?: string | null;
}

/**
 * This process's matching index: one thread changes it, others read it in the same memory. At the reader's first step it is
 * restored from its snapshot, or built from PostgreSQL; from there it is kept up from messages. It starts where messages
 * stood before the build, so what changed meanwhile is read once more. Stopping the reader ends the threads, for good.
 */
export function createMatchIndex(
  deps: WorkerDeps,
  { modules = threadModules, folder = join(deps.config.dataDir, 'match-index') }: MatchIndexOptions = {},
): { index: MatchIndex; reader: CursorReader } {
  const { db, clock, log, config } = deps;
  const snapshots = folder === null ? null : createIndexSnapshots(deps, folder);
  let writer: Writer | null = null;
  let pool: ReaderPool | null = null;
  let isBuilt = false;
  let isOver = false;
  const tidying = createIndexTidying(deps, (published) => pool?.take(published));

  async function build(): Promise<Cursor> {
    // A new writer each time: a build that failed half-way is not continued.
    isBuilt = false;
    tidying.stop();
    await writer?.end();
    if (isOver) throw threadIsGone();
    const dictionary = sharedDictionary();
    dictionary.catch(() => undefined);
    writer = startThread<WriterMethods>(modules.writer, (cause) => {
      log.warn({ err: cause }, 'the matching index has lost its writer and is built anew');
      isBuilt = false;
      reader.reset();
    });
    pool ??= new ReaderPool({
      url: modules.reader,
      threads: config.matchingThreads,
      onDeath: (cause) => log.warn({ err: cause }, 'a reader of the matching index has ended and is replaced'),
    });
    pool.forget();
    const place = (await restore(writer)) ?? (await buildFromRows(writer));
    pool.begin(await dictionary);
    isBuilt = true;
    tidying.changed(writer);
    return place;
  }

  async function restore(into: Writer): Promise<Cursor | null> {
    const restored = (await snapshots?.restore(into)) ?? null;
    if (restored === null) return null;
    pool?.take(restored.changed.published);
    log.info(restored.changed.size, 'the matching index is restored from its snapshot');
    return restored.place;
  }

  async function buildFromRows(into: Writer): Promise<Cursor> {
    const place = await cursorAtHorizon(db);
    const last = await lastCursorBelow(db, place);
    const { demands } = await load('demand', await idsIn(readMatchableDemands(db)));
    const { results } = await load('result', await idsIn(readMatchableResults(db)));
    pool?.take((await into.call('settle')).published);
    log.info({ demands, results }, 'the matching index is built');
    if (last !== null) snapshots?.changed(into, last, demands + results);
    return place;
  }

  async function close(): Promise<void> {
    isOver = true;
    tidying.stop();
    if (isBuilt) await snapshots?.close();
    isBuilt = false;
    await Promise.all([writer?.end(), pool?.end()]);
  }

  async function load(side: Side, ids: readonly string[]): Promise<IndexSize> {
    let indexed = change([], []);
    for (let at = 0; at < ids.length; at += rowsPerQuery) {
      const wanted = ids.slice(at, at + rowsPerQuery);
      // The writer indexes one page while the next is being read.
      const [put] = await Promise.all([read(side, wanted), indexed]);
      const present = new Set(put.map(({ id }) => id));
      indexed = change(
        put,
        wanted.filter((id) => !present.has(id)).map((id) => ({ side, id })),
      );
    }
    return await indexed;
  }

  /** Resolves when every reader answers what is asked from then on with the change in view. */
  async function change(put: IndexedRecord[], remove: { side: Side; id: string }[]): Promise<IndexSize> {
    if (writer === null || pool === null) throw threadIsGone();
    tidying.changed(writer);
    const { published, size } = await writer.call('change', { put, remove });
    pool.take(published);
    return size;
  }

  /** Those of the records that are public now. */
  async function read(side: Side, ids: readonly string[]): Promise<IndexedRecord[]> {
    const now = clock.now();
    return side === 'demand'
      ? (await getDemandRows(db, ids))
          .filter((row) => isDemandPublic(row, now))
          .map((row) => indexedDemand(toMatchDemand(row)))
      : (await getResultRows(db, ids))
          .filter((row) => isResultPublic(row, now))
          .map((row) => indexedResult(toMatchResult(row)));
  }

  async function apply(messages: readonly StoredMessage[]): Promise<void> {
    let changes = 0;
    for (const side of sides) {
      const ids = messages.filter((message) => message.subjectType === side).map((message) => message.subjectId);
      changes += ids.length;
      if (ids.length > 0) await load(side, [...new Set(ids)]);
    }
    const last = messages.at(-1);
    if (changes > 0 && last !== undefined && writer !== null) {
      snapshots?.changed(writer, { xid: last.xid, messageId: last.id }, changes);
    }
  }

  function built(): ReaderPool {
    if (pool === null || !isBuilt) throw threadIsGone();
    return pool;
  }

  const reader = createCursorReader({
    name: 'match-index',
    db,
    clock,
    log,
    persist: false,
    from: build,
    apply,
    end: close,
  });
  return {
    reader,
    index: {
      waitUntil: (xid, timeoutMs) => reader.waitUntil(xid, timeoutMs),
      resultsFor: async (demand, limit) => {
        const { text, technologyFields } = indexedDemand(demand);
        return await built().ask('candidates', { side: 'result', text, technologyFields, limit });
      },
      demandsFor: async (result, limit) => {
        const { text, technologyFields } = indexedResult(result);
        return await built().ask('candidates', { side: 'demand', text, technologyFields, limit });
      },
      rank: async (task) => await built().ask('rank', task),
    },
  };
}

type Writer = Thread<WriterMethods>;

async function idsIn(pages: AsyncIterable<{ id: string }[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) for (const { id } of page) ids.push(id);
  return ids;
}

function indexedDemand(demand: MatchDemand): IndexedRecord {
  return { side: 'demand', ...shelved(demand), text: demandText(demand).fields };
}

function indexedResult(result: MatchResult): IndexedRecord {
  return { side: 'result', ...shelved(result), text: resultText(result).fields };
}

function shelved({ id, version, technologyFields, publishedAt }: MatchDemand | MatchResult) {
  return { id, version, technologyFields, publishedAtMs: publishedAt?.getTime() ?? 0 };
}
