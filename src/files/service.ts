/**
 * Files without an audience: bytes in the store, a row for each. Whoever refers to a row (by a foreign key, under its own
 * rules and row-level security) says who may see it, and lets it go again.
 */
import { Readable } from 'node:stream';
import type { Ctx } from '../core/ctx.ts';
import type { ByteRange, ServedFile, Upload } from '../core/file-store.ts';
import { newId } from '../core/ids.ts';
import type { Tx } from '../core/transaction.ts';
import { receiveUpload } from './receive.ts';
import { servedMediaType } from './rules/formats.ts';
import { storageKeyOf } from './rules/storage-keys.ts';
import { type FileRow, getContent, getStorageKey, insertFileRow, type NewFileRow, releaseFileRow } from './store.ts';

export { type FileRow, fileColumns } from './store.ts';
export { sweepFiles } from './sweep.ts';

/**
 * Brings an upload into the store, before the transaction that will refer to it: without one, the sweep takes it away.
 * Ask whether the actor may, first.
 * @throws AppError TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID_INPUT for an empty one, UNAVAILABLE
 */
export async function storeUpload(ctx: Ctx, upload: Upload, maxBytes: number): Promise<NewFileRow> {
  const { staged, mediaType } = await receiveUpload(ctx.fileStore, upload, maxBytes);
  try {
    const id = newId();
    const now = ctx.clock.now();
    const storageKey = storageKeyOf(id, now);
    await ctx.fileStore.keep(storageKey, staged);
    const { sizeBytes, sha256 } = staged;
    const createdByUserId = ctx.actor.kind === 'user' ? ctx.actor.userId : '';
    return { id, mediaType, sizeBytes, sha256, storageKey, createdByUserId, createdAt: now, releasedAt: null };
  } finally {
    await staged.discard();
  }
}

/** In the transaction that refers to it. */
export async function insertFile(tx: Tx, file: NewFileRow): Promise<void> {
  await insertFileRow(tx, file);
}

/** In the transaction that refers to it no more. */
export async function releaseFile(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  await releaseFileRow(tx, id, ctx.clock.now());
}

/** A file for those whom its row was found for. Nothing is opened until its bytes are asked for. */
export function serveFile(ctx: Ctx, name: string, row: FileRow): ServedFile {
  const { mediaType, sizeBytes, sha256 } = row;
  return {
    name,
    mediaType: servedMediaType(mediaType),
    sizeBytes,
    sha256,
    open: (range) => openBytes(ctx, row, range),
  };
}

async function openBytes(ctx: Ctx, { id, storageKey }: FileRow, range: ByteRange | null): Promise<Readable> {
  if (storageKey !== null) return await ctx.fileStore.open(storageKey, range);
  const content = await getContent(ctx.db, id, range);
  if (content !== undefined) return Readable.from([content]);
  return await ctx.fileStore.open((await getStorageKey(ctx.db, id)) ?? '', range);
}
