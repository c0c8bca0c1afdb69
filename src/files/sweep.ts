import { plusDays } from '../core/clock.ts';
import type { Ctx } from '../core/ctx.ts';
import { transaction } from '../core/transaction.ts';
import { isDayOld, storageKeyOf } from './rules/storage-keys.ts';
import { deleteReleasedRows, listKnownKeys, lockFileToMove, saveMoved } from './store.ts';

const batchSize = 500;

/**
 * Moves what is still in the database to the store; deletes the rows of files that were let go a day ago; then takes away
 * all bytes older than a day that no row knows: theirs, and those of uploads whose transaction did not commit.
 */
export async function sweepFiles(ctx: Ctx): Promise<void> {
  while (await moveOne(ctx)) ctx.log.debug({}, 'moved a file out of the database');
  const now = ctx.clock.now();
  await transaction(ctx, (tx) => deleteReleasedRows(tx, plusDays(now, -1)));
  let batch: string[] = [];
  for await (const key of ctx.fileStore.list()) {
    if (isDayOld(key, now)) batch.push(key);
    if (batch.length < batchSize) continue;
    await removeUnknown(ctx, batch);
    batch = [];
  }
  await removeUnknown(ctx, batch);
}

/** A key is never given to other bytes, so one that no row has will never have a row. */
async function removeUnknown(ctx: Ctx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const known = await listKnownKeys(ctx.db, keys);
  for (const key of keys) if (!known.has(key)) await ctx.fileStore.remove(key);
}

/** Bytes first, as for an upload: a move that does not commit leaves bytes for the sweep, under a key of its own day. */
async function moveOne(ctx: Ctx): Promise<boolean> {
  return await transaction(ctx, async (tx) => {
    const file = await lockFileToMove(tx);
    if (file === undefined) return false;
    const staged = await ctx.fileStore.stage(oneChunk(file.content));
    try {
      const key = storageKeyOf(file.id, ctx.clock.now());
      await ctx.fileStore.keep(key, staged);
      await saveMoved(tx, file.id, key);
    } finally {
      await staged.discard();
    }
    return true;
  });
}

async function* oneChunk(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
