import type { Ctx } from '../../src/core/ctx.ts';
import type { SearchIndex } from '../../src/core/search-index.ts';
import {
  checkIndex,
  indexChanges,
  indexMissingRecords,
  indexReaderName,
  searchKinds,
} from '../../src/search/service.ts';
import { withLeaseIfFree } from './lease.ts';
import { addCursor, type Cursor, cursorAtHorizon, messagesAfter } from './store.ts';

const messagesPerRead = 1_000;

/**
 * Writes all records into an index that people search meanwhile, then what was said of them in the meantime. Only after that the
 * index counts as filled, and answers are no longer marked. Goes on where one that died left off.
 * @returns where its reader goes on; null, with nothing done, while another process is at it
 */
export async function fillIndex(ctx: Ctx, engine: SearchIndex, signal?: AbortSignal): Promise<Cursor | null> {
  const { db, clock, log } = ctx;
  const name = indexReaderName(engine);
  const index = engine.name;
  return await withLeaseIfFree(db, `${name}.rebuild`, async () => {
    const beganAt = clock.now();
    log.info({ index }, 'the search index is being filled; until then searches find less than there is, and say so');
    const start = await cursorAtHorizon(db);
    await engine.ensureIndexes();
    let heldBefore = 0;
    for (const kind of searchKinds) {
      const missing = await indexMissingRecords(ctx, engine, kind, (progress) => {
        signal?.throwIfAborted();
        log.info({ index, ...progress }, 'indexed');
      });
      heldBefore += missing.heldBefore;
    }
    // What was there may be older than the messages from the start on.
    if (heldBefore > 0) await checkIndex(ctx, engine);
    const place = await follow(ctx, engine, start, signal);
    await addCursor(db, name, place, clock.now());
    log.info({ index, seconds: (clock.now().getTime() - beganAt.getTime()) / 1_000 }, 'the search index is filled');
    return place;
  });
}

/** Applies messages until few are left, which under constant writing there always are. */
async function follow(ctx: Ctx, engine: SearchIndex, from: Cursor, signal: AbortSignal | undefined): Promise<Cursor> {
  let place = from;
  for (;;) {
    signal?.throwIfAborted();
    const { messages } = await messagesAfter(ctx.db, place, messagesPerRead);
    await indexChanges(ctx, engine, messages);
    const last = messages.at(-1);
    if (last !== undefined) place = { xid: last.xid, messageId: last.id };
    if (messages.length < messagesPerRead) return place;
  }
}
