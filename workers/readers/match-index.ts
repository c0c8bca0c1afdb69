import type { StoredMessage } from '../../src/core/messages.ts';
import { getDemandRows, isDemandPublic, listMatchableDemandIds } from '../../src/demands/service.ts';
import { type MatchIndex, toMatchDemand, toMatchResult } from '../../src/matches/service.ts';
import { demandText, resultText } from '../../src/matching/record-text.ts';
import type { IndexedRecord, IndexMethods, IndexSize, Side } from '../../src/matching/threads/index-thread.ts';
import { moduleBeside, startThread, type Thread, threadIsGone } from '../../src/matching/threads/thread.ts';
import type { MatchDemand, MatchResult } from '../../src/matching/types.ts';
import { getResultRows, isResultPublic, listMatchableResultIds } from '../../src/results/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { type CursorReader, createCursorReader } from './cursor-reader.ts';
import { type Cursor, cursorAtHorizon } from './store.ts';

const rowsPerQuery = 200;

/**
 * This process's matching index, in a thread of its own: built from PostgreSQL at the reader's first step and kept up from
 * messages. It starts where messages stood before the build, so what changed meanwhile is read once more. Stopping the
 * reader ends the thread.
 */
export function createMatchIndex(
  deps: WorkerDeps,
  threadUrl = moduleBeside('match-index-thread', import.meta.url),
): { index: MatchIndex; reader: CursorReader } {
  const { db, clock, log } = deps;
  let thread: IndexThread | null = null;
  let isBuilt = false;
  let isOver = false;

  async function build(): Promise<Cursor> {
    // A new thread each time: a build that failed half-way is not continued.
    await end();
    if (isOver) throw threadIsGone();
    const fresh = startThread<IndexMethods>(threadUrl, (cause) => {
      log.warn({ err: cause }, 'the matching index has ended and is built anew');
      isBuilt = false;
      reader.reset();
    });
    thread = fresh;
    const place = await cursorAtHorizon(db);
    await load(fresh, 'demand', await listMatchableDemandIds(db));
    const size = await load(fresh, 'result', await listMatchableResultIds(db));
    isBuilt = true;
    log.info(size, 'the matching index is built');
    return place;
  }

  async function end(): Promise<void> {
    isBuilt = false;
    await thread?.end();
    thread = null;
  }

  async function close(): Promise<void> {
    isOver = true;
    await end();
  }

  async function load(into: IndexThread, side: Side, ids: readonly string[]): Promise<IndexSize> {
    let indexed = into.call('change', { put: [], remove: [] });
    for (let at = 0; at < ids.length; at += rowsPerQuery) {
      const wanted = ids.slice(at, at + rowsPerQuery);
      // The thread indexes one page while the next is being read.
      const [put] = await Promise.all([read(side, wanted), indexed]);
      const present = new Set(put.map(({ id }) => id));
      const remove = wanted.filter((id) => !present.has(id)).map((id) => ({ side, id }));
      indexed = into.call('change', { put, remove });
    }
    return await indexed;
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
    for (const side of ['demand', 'result'] as const) {
      const ids = messages.filter((message) => message.subjectType === side).map((message) => message.subjectId);
      if (ids.length > 0) await load(built(), side, [...new Set(ids)]);
    }
  }

  function built(): IndexThread {
    if (thread === null || !isBuilt) throw threadIsGone();
    return thread;
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
        return await built().call('candidates', { side: 'result', text, technologyFields, limit });
      },
      demandsFor: async (result, limit) => {
        const { text, technologyFields } = indexedResult(result);
        return await built().call('candidates', { side: 'demand', text, technologyFields, limit });
      },
      rank: async (task) => await built().call('rank', task),
    },
  };
}

type IndexThread = Thread<IndexMethods>;

function indexedDemand(demand: MatchDemand): IndexedRecord {
  return { side: 'demand', ...shelved(demand), text: demandText(demand).fields };
}

function indexedResult(result: MatchResult): IndexedRecord {
  return { side: 'result', ...shelved(result), text: resultText(result).fields };
}

function shelved({ id, technologyFields, publishedAt }: MatchDemand | MatchResult) {
  return { id, technologyFields, publishedAtMs: publishedAt?.getTime() ?? 0 };
}
