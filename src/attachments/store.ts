import { and, asc, count, eq, getTableColumns, ne } from 'drizzle-orm';
import { attachments, files } from '../../db/schema/index.ts';
import { found } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { type FileRow, fileColumns } from '../files/service.ts';

type NewAttachment = typeof attachments.$inferInsert;
export type AttachmentRow = typeof attachments.$inferSelect & { file: FileRow };

function selectAttachments(tx: Tx) {
  return tx
    .select({ ...getTableColumns(attachments), file: fileColumns })
    .from(attachments)
    .innerJoin(files, eq(files.id, attachments.fileId));
}

function named(recordId: string, name: string) {
  return and(eq(attachments.recordId, recordId), eq(attachments.name, name));
}

export async function listAttachmentRows(tx: Tx, recordId: string): Promise<AttachmentRow[]> {
  return await selectAttachments(tx).where(eq(attachments.recordId, recordId)).orderBy(asc(attachments.name));
}

export async function getAttachmentRow(tx: Tx, recordId: string, name: string): Promise<AttachmentRow | undefined> {
  const [row] = await selectAttachments(tx).where(named(recordId, name));
  return row;
}

export async function countOtherAttachments(tx: Tx, recordId: string, name: string): Promise<number> {
  const [row] = await tx
    .select({ others: count() })
    .from(attachments)
    .where(and(eq(attachments.recordId, recordId), ne(attachments.name, name)));
  return row?.others ?? 0;
}

/** A file of the same name is replaced, and the attachment keeps its id. */
export async function saveAttachmentRow(tx: Tx, row: NewAttachment): Promise<typeof attachments.$inferSelect> {
  const { fileId, createdAt } = row;
  const [saved] = await tx
    .insert(attachments)
    .values(row)
    .onConflictDoUpdate({ target: [attachments.recordId, attachments.name], set: { fileId, createdAt } })
    .returning();
  return found(saved);
}

export async function deleteAttachmentRow(tx: Tx, id: string): Promise<void> {
  await tx.delete(attachments).where(eq(attachments.id, id));
}
