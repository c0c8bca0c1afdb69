import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { among, amongTexts } from '../../db/among.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { importKeys, importRows, imports } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { ImportKind } from './inputs.ts';

export type ImportRow = typeof imports.$inferSelect;
export type NewImport = typeof imports.$inferInsert;
export type FileRow = typeof importRows.$inferSelect;
export type ProblemRow = Pick<FileRow, 'rowNumber' | 'problems'>;

export async function insertImport(tx: Tx, row: NewImport): Promise<ImportRow | undefined> {
  const [inserted] = await tx.insert(imports).values(row).returning();
  return inserted;
}

export async function getImportRow(db: Db, id: string): Promise<ImportRow | undefined> {
  const [row] = await db.select().from(imports).where(eq(imports.id, id));
  return row;
}

/** One person's, the newest first, with one more than asked for. */
export async function listImportRows(
  db: Db,
  by: { userId: string; organizationId: string },
  {
    kind,
    status,
    after,
    limit,
  }: { kind?: ImportKind; status?: ImportRow['status']; after: PageKey | null; limit: number },
): Promise<ImportRow[]> {
  return await db
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.organizationId, by.organizationId),
        eq(imports.requestedByUserId, by.userId),
        kind === undefined ? undefined : eq(imports.kind, kind),
        status === undefined ? undefined : eq(imports.status, status),
        after === null ? undefined : lt(imports.id, after.id),
      ),
    )
    .orderBy(desc(imports.id))
    .limit(limit + 1);
}

export async function lockImport(tx: Tx, id: string): Promise<ImportRow | undefined> {
  const [row] = await tx.select().from(imports).where(eq(imports.id, id)).for('update');
  return row;
}

export async function updateImportRow(
  tx: Tx,
  row: ImportRow,
  changes: Partial<NewImport>,
  now: Date,
): Promise<ImportRow> {
  const [updated] = await tx
    .update(imports)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(imports.id, row.id))
    .returning();
  return updated ?? row;
}

/** Under row-level security. */
export async function insertFileRows(tx: Tx, rows: readonly FileRow[]): Promise<void> {
  await insertRows(tx, importRows, rows);
}

/** Rows of one status in the order of the file. */
export async function listFileRows(
  db: Db,
  query: { importId: string; status?: FileRow['status']; afterRow: number; limit: number },
): Promise<FileRow[]> {
  const { importId, status, afterRow, limit } = query;
  return await db
    .select()
    .from(importRows)
    .where(
      and(
        eq(importRows.importId, importId),
        gt(importRows.rowNumber, afterRow),
        status === undefined ? undefined : eq(importRows.status, status),
      ),
    )
    .orderBy(asc(importRows.rowNumber))
    .limit(limit);
}

/** What has become of rows; the same of all, but for the record and the problems of each. */
export async function settleFileRows(
  tx: Tx,
  importId: string,
  settled: readonly Pick<FileRow, 'rowNumber' | 'status' | 'recordId' | 'problems'>[],
): Promise<void> {
  if (settled.length === 0) return;
  await tx.execute(sql`
    update import_rows r set status = s.status, record_id = s.record_id, problems = s.problems
    from jsonb_to_recordset(${JSON.stringify(
      settled.map(({ rowNumber, status, recordId, problems }) => ({
        row_number: rowNumber,
        status,
        record_id: recordId,
        problems,
      })),
    )}::jsonb) as s(row_number int, status text, record_id uuid, problems jsonb)
    where r.import_id = ${importId} and r.row_number = s.row_number`);
}

/** Records that were made of these rows before, by "owner/key". */
export async function findImportedRecords(
  db: Db,
  kind: ImportKind,
  rows: readonly { organizationId: string; rowKey: string }[],
): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const known = await db
    .select()
    .from(importKeys)
    .where(
      and(
        eq(importKeys.kind, kind),
        among(importKeys.organizationId, [...new Set(rows.map((row) => row.organizationId))]),
        amongTexts(
          importKeys.rowKey,
          rows.map((row) => row.rowKey),
        ),
      ),
    );
  return new Map(known.map((row) => [`${row.organizationId}/${row.rowKey}`, row.recordId]));
}

export async function insertImportKeys(tx: Tx, keys: readonly (typeof importKeys.$inferInsert)[]): Promise<void> {
  await insertRows(tx, importKeys, keys);
}

/** With its rows. */
export async function deleteImport(tx: Tx, id: string): Promise<void> {
  await tx.delete(imports).where(eq(imports.id, id));
}

/** With their rows. The owner of the tables deletes those: row-level security would show them to nobody else. */
export async function deleteExpiredImports(tx: Tx, now: Date): Promise<number> {
  const deleted = await tx.delete(imports).where(lt(imports.expiresAt, now)).returning({ id: imports.id });
  return deleted.length;
}

export async function findImportOfJob(db: Db, jobId: string): Promise<ImportRow | undefined> {
  const [row] = await db.select().from(imports).where(eq(imports.jobId, jobId));
  return row;
}
