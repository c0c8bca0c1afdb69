import { AppError } from '../../src/core/errors.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import type { SearchEngines } from '../../src/core/search-index.ts';
import { indexChanges, indexReaderName, isIndexOurs, keepIndexIdentity } from '../../src/search/service.ts';
import { systemCtx, type WorkerDeps } from '../worker-deps.ts';
import { type CursorReader, createCursorReader } from './cursor-reader.ts';
import { fillIndex } from './fill-index.ts';
import { unlessAborted } from './lease.ts';
import { rebuildBeside } from './rebuild-index.ts';
import { type Cursor, findCursor, removeCursor } from './store.ts';

type Meilisearch = NonNullable<SearchEngines['meilisearch']>;

/** Above so many tasks the engine has enough to do; the messages wait. */
const maxQueueLength = 100;

/** Nobody notices a tenth of a second, and in a rush one transaction indexes what was published meanwhile. */
const gatherMs = 100;

/** One for each engine, so that one goes on while another is away. One process at a time reads for each. */
export function createSearchIndexReaders(deps: WorkerDeps): CursorReader[] {
  const { meilisearch } = deps.searchEngines;
  return [postgresReader(deps), ...(meilisearch === null ? [] : [meilisearchReader(deps, meilisearch)])];
}

function postgresReader(deps: WorkerDeps): CursorReader {
  const { db, clock, log, searchEngines } = deps;
  const { postgres, meilisearch } = searchEngines;
  const name = indexReaderName(postgres);
  const ctx = systemCtx(deps, 'search-index');
  const stopped = new AbortController();
  const reader = createCursorReader({
    name,
    db,
    clock,
    log,
    persist: true,
    gatherMs,
    // Another engine's cursor would keep all messages for as long as that is not configured. Later it is filled anew.
    prepare: async (kept) => {
      if (meilisearch === null) await removeCursor(db, indexReaderName({ name: 'meilisearch' }));
      return kept ?? (await fillIndex(ctx, postgres, stopped.signal));
    },
    apply: (messages) => indexChanges(ctx, postgres, messages),
  });
  // Filling takes longer than a process has to end; the next one goes on with it.
  return stoppedBy(stopped, reader);
}

function meilisearchReader(deps: WorkerDeps, engine: Meilisearch): CursorReader {
  const { db, clock, log } = deps;
  const name = indexReaderName(engine);
  const ctx = systemCtx(deps, name);
  const stopped = new AbortController();

  async function prepare(kept: Cursor | null): Promise<Cursor | null> {
    if (kept !== null && (await isIndexOurs(db, engine))) {
      await engine.ensureIndexes();
      await keepIndexIdentity(db, engine, await engine.identity());
      return kept;
    }
    log.info({ index: engine.name }, 'the search index is being filled; until then PostgreSQL answers');
    // Null where another process is filling it.
    return (await rebuildBeside(ctx, engine, { signal: stopped.signal })) === null ? null : await findCursor(db, name);
  }

  async function apply(messages: readonly StoredMessage[]): Promise<void> {
    // Writing would make an index that is not there, with these few documents in it. The next step fills it.
    if (!(await isIndexOurs(db, engine)))
      throw notNow(
        '搜索索引已丢失或被替换，正在重建。',
        'The search index is gone, or another; it will be filled again.',
      );
    const waiting = await engine.queueLength();
    if (waiting > maxQueueLength)
      throw notNow(`搜索引擎积压 ${waiting} 个任务。`, `The search engine has ${waiting} tasks to do.`);
    await indexChanges(ctx, engine, messages);
  }

  const reader = createCursorReader({
    name,
    db,
    clock,
    log,
    persist: true,
    prepare: (kept) => unlessAborted(stopped.signal, () => prepare(kept)),
    apply: (messages) => unlessAborted(stopped.signal, () => apply(messages)),
  });
  // An engine that hangs does not keep the process from ending: what it was asked is asked again by the next.
  return stoppedBy(stopped, reader);
}

/** The same reader, whose end aborts what it is at. */
function stoppedBy(stopped: AbortController, reader: CursorReader): CursorReader {
  return {
    ...reader,
    get watermark() {
      return reader.watermark;
    },
    stop: async () => {
      stopped.abort();
      await reader.stop();
    },
  };
}

function notNow(zh: string, en: string): AppError {
  return new AppError('UNAVAILABLE', { zh, en }, { retryAfterSeconds: 5 });
}
