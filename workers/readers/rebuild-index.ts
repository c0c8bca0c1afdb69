import type { Ctx } from '../../src/core/ctx.ts';
import type { IndexRebuild, RebuildableIndex, SearchIndex, SearchKind } from '../../src/core/search-index.ts';
import {
  type DocumentTarget,
  indexAllRecords,
  indexChanges,
  indexReaderName,
  isIndexOurs,
  keepIndexIdentity,
  type RebuildProgress,
  searchKinds,
} from '../../src/search/service.ts';
import { withLease, withLeaseIfFree } from './lease.ts';
import { addCursor, type Cursor, cursorAtHorizon, messagesAfter, removeCursor } from './store.ts';

const messagesPerRead = 1_000;

interface RebuildOptions {
  kinds?: readonly SearchKind[];
  onProgress?: (progress: RebuildProgress) => void;
  /** Lets the leases go at once; the index that was begun is left to the next rebuild. */
  signal?: AbortSignal;
}

/**
 * Fills a new index beside the one that is searched and puts it in its place, without a moment in which something is
 * missing: the rows are read after the place is noted from which messages are followed, and for the last of these, and
 * the change of places, the reader of the engine stands still. What dies half-way leaves the searched index as it was;
 * the next rebuild removes what was left.
 * @returns null, with nothing done, while another process is at it
 */
export async function rebuildBeside(
  ctx: Ctx,
  engine: SearchIndex & RebuildableIndex,
  options: RebuildOptions = {},
): Promise<readonly SearchKind[] | null> {
  const { db, clock } = ctx;
  const { kinds = searchKinds, signal } = options;
  const name = indexReaderName(engine);
  const work = async () => {
    const wasOurs = await isIndexOurs(db, engine);
    // What is there is nothing, or not ours: nobody may ask it, and the reader may not go on, until it is filled.
    if (!wasOurs) await withLease(db, name, () => removeCursor(db, name), signal);
    const wanted = wasOurs ? kinds : searchKinds;
    const start = await cursorAtHorizon(db);
    for (const kind of wanted) await rebuildKind(ctx, engine, kind, start, options);
    if (wanted.length === searchKinds.length) await addCursor(db, name, start, clock.now());
    await keepIndexIdentity(db, engine, await engine.identity());
    return wanted;
  };
  return await withLeaseIfFree(db, `${name}.rebuild`, work, signal);
}

async function rebuildKind(
  ctx: Ctx,
  engine: SearchIndex & RebuildableIndex,
  kind: SearchKind,
  start: Cursor,
  { onProgress, signal }: RebuildOptions,
): Promise<void> {
  const rebuild = await engine.beginRebuild(kind);
  const target = targetOf(engine, rebuild);
  try {
    await indexAllRecords(ctx, target, kind, onProgress);
    const place = await follow(ctx, target, kind, start);
    const finish = async () => {
      await follow(ctx, target, kind, place);
      signal?.throwIfAborted();
      await rebuild.commit();
      // What dies in between is taken for somebody else's index, and filled once more.
      await keepIndexIdentity(ctx.db, engine, await engine.identity());
    };
    await withLease(ctx.db, indexReaderName(engine), finish, signal);
  } catch (error) {
    await rebuild.abort().catch((cause: unknown) => {
      ctx.log.warn(
        { err: cause, index: engine.name },
        'an unfinished search index is left; the next rebuild removes it',
      );
    });
    throw error;
  }
}

/** Applies all messages of which no earlier one can still appear; returns the place reached. */
async function follow(ctx: Ctx, target: DocumentTarget, kind: SearchKind, from: Cursor): Promise<Cursor> {
  let place = from;
  for (;;) {
    const { messages } = await messagesAfter(ctx.db, place, messagesPerRead);
    const last = messages.at(-1);
    if (last === undefined) return place;
    await indexChanges(ctx, target, messages, [kind]);
    place = { xid: last.xid, messageId: last.id };
  }
}

function targetOf(engine: SearchIndex, rebuild: IndexRebuild): DocumentTarget {
  return {
    name: engine.name,
    upsert: (documents) => rebuild.upsert(documents),
    remove: (_, ids) => rebuild.remove(ids),
  };
}
