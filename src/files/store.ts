import { and, eq, getTableColumns, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { files } from '../../db/schema/index.ts';
import type { ByteRange } from '../core/file-store.ts';
import type { Db, Tx } from '../core/transaction.ts';

/** All but the bytes. */
const { content, ...fileColumns } = getTableColumns(files);

export { fileColumns };

export type FileRow = Omit<typeof files.$inferSelect, 'content'>;
export type NewFileRow = FileRow & { storageKey: string };

export async function insertFileRow(tx: Tx, row: NewFileRow): Promise<void> {
  await tx.insert(files).values(row);
}

export async function releaseFileRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.update(files).set({ releasedAt: now }).where(eq(files.id, id));
}

/** Fails on a row that is still referred to. */
export async function deleteReleasedRows(tx: Tx, before: Date): Promise<void> {
  await tx.delete(files).where(and(isNotNull(files.releasedAt), lt(files.releasedAt, before)));
}

export async function listKnownKeys(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .select({ key: files.storageKey })
    .from(files)
    .where(inArray(files.storageKey, [...keys]));
  return new Set(rows.flatMap(({ key }) => key ?? []));
}

/** Bytes that are not in the file store yet; undefined when they have been moved there meanwhile. */
export async function getContent(db: Db, id: string, range: ByteRange | null): Promise<Buffer | undefined> {
  const part =
    range === null
      ? sql<Buffer | null>`${content}`
      : sql<Buffer | null>`substring(${content} from ${range.first + 1} for ${range.last - range.first + 1})`;
  const [row] = await db.select({ part }).from(files).where(eq(files.id, id));
  return row?.part ?? undefined;
}

export async function getStorageKey(db: Db, id: string): Promise<string | null> {
  const [row] = await db.select({ key: files.storageKey }).from(files).where(eq(files.id, id));
  return row?.key ?? null;
}

export async function lockFileToMove(tx: Tx): Promise<{ id: string; content: Buffer } | undefined> {
  const [row] = await tx
    .select({ id: files.id, content })
    .from(files)
    .where(isNull(files.storageKey))
    .limit(1)
    .for('update', { skipLocked: true });
  return row?.content == null ? undefined : { id: row.id, content: row.content };
}

export async function saveMoved(tx: Tx, id: string, storageKey: string): Promise<void> {
  await tx.update(files).set({ storageKey, content: null }).where(eq(files.id, id));
}
