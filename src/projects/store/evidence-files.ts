import { and, asc, eq, getTableColumns, inArray, isNull } from 'drizzle-orm';
import { files, milestoneFiles } from '../../../db/schema/index.ts';
import type { Tx } from '../../core/transaction.ts';
import { type FileRow, fileColumns } from '../../files/service.ts';

export type EvidenceFileRow = typeof milestoneFiles.$inferSelect & { file: FileRow };

function selectFiles(tx: Tx) {
  return tx
    .select({ ...getTableColumns(milestoneFiles), file: fileColumns })
    .from(milestoneFiles)
    .innerJoin(files, eq(files.id, milestoneFiles.fileId));
}

/** Of these milestones, what is not handed in yet. */
function ready(milestoneIds: readonly string[]) {
  return and(inArray(milestoneFiles.milestoneId, [...milestoneIds]), isNull(milestoneFiles.submissionId));
}

export async function listReadyFiles(tx: Tx, milestoneId: string): Promise<EvidenceFileRow[]> {
  return await selectFiles(tx)
    .where(ready([milestoneId]))
    .orderBy(asc(milestoneFiles.name));
}

export async function getReadyFile(tx: Tx, milestoneId: string, name: string): Promise<EvidenceFileRow | undefined> {
  const [row] = await selectFiles(tx).where(and(ready([milestoneId]), eq(milestoneFiles.name, name)));
  return row;
}

/** By name, as far as row-level security shows them. */
export async function listSubmittedFiles(tx: Tx, submissionIds: readonly string[]): Promise<EvidenceFileRow[]> {
  if (submissionIds.length === 0) return [];
  return await selectFiles(tx)
    .where(inArray(milestoneFiles.submissionId, [...submissionIds]))
    .orderBy(asc(milestoneFiles.name));
}

export async function getSubmittedFile(
  tx: Tx,
  ref: { milestoneId: string; submissionId: string; name: string },
): Promise<EvidenceFileRow | undefined> {
  const [row] = await selectFiles(tx).where(
    and(
      eq(milestoneFiles.milestoneId, ref.milestoneId),
      eq(milestoneFiles.submissionId, ref.submissionId),
      eq(milestoneFiles.name, ref.name),
    ),
  );
  return row;
}

export async function insertReadyFile(
  tx: Tx,
  row: Omit<typeof milestoneFiles.$inferInsert, 'submissionId'>,
): Promise<void> {
  await tx.insert(milestoneFiles).values(row);
}

export async function deleteReadyFile(tx: Tx, id: string): Promise<void> {
  await tx.delete(milestoneFiles).where(and(eq(milestoneFiles.id, id), isNull(milestoneFiles.submissionId)));
}

/** Returns the ids of the files that nothing refers to any more. */
export async function deleteReadyFiles(tx: Tx, milestoneIds: readonly string[]): Promise<string[]> {
  if (milestoneIds.length === 0) return [];
  const rows = await tx.delete(milestoneFiles).where(ready(milestoneIds)).returning({ fileId: milestoneFiles.fileId });
  return rows.map(({ fileId }) => fileId);
}

export async function handInReadyFiles(tx: Tx, milestoneId: string, submissionId: string): Promise<void> {
  await tx
    .update(milestoneFiles)
    .set({ submissionId })
    .where(ready([milestoneId]));
}
