import { and, asc, count, eq, getTableColumns, ne } from 'drizzle-orm';
import { attachments } from '../../db/schema/index.ts';
import { found } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';

type NewAttachment = typeof attachments.$inferInsert;
export type AttachmentRow = Omit<typeof attachments.$inferSelect, 'content'>;

/** What is told of a file: all but its bytes. */
const { content, ...described } = getTableColumns(attachments);

export async function listAttachmentRows(tx: Tx, recordId: string): Promise<AttachmentRow[]> {
  return await tx
    .select(described)
    .from(attachments)
    .where(eq(attachments.recordId, recordId))
    .orderBy(asc(attachments.name));
}

export async function countOtherAttachments(tx: Tx, recordId: string, name: string): Promise<number> {
  const [row] = await tx
    .select({ others: count() })
    .from(attachments)
    .where(and(eq(attachments.recordId, recordId), ne(attachments.name, name)));
  return row?.others ?? 0;
}

export async function getAttachmentContent(
  tx: Tx,
  recordId: string,
  name: string,
): Promise<{ mediaType: string; content: Buffer } | undefined> {
  const [row] = await tx
    .select({ mediaType: attachments.mediaType, content })
    .from(attachments)
    .where(and(eq(attachments.recordId, recordId), eq(attachments.name, name)));
  return row;
}

/** A file of the same name is replaced, and keeps its id. */
export async function saveAttachmentRow(tx: Tx, row: NewAttachment): Promise<AttachmentRow> {
  const { mediaType, sizeBytes, sha256, content, createdByUserId, createdAt } = row;
  const [saved] = await tx
    .insert(attachments)
    .values(row)
    .onConflictDoUpdate({
      target: [attachments.recordId, attachments.name],
      set: { mediaType, sizeBytes, sha256, content, createdByUserId, createdAt },
    })
    .returning(described);
  return found(saved);
}

export async function deleteAttachmentRow(tx: Tx, recordId: string, name: string): Promise<AttachmentRow | undefined> {
  const [deleted] = await tx
    .delete(attachments)
    .where(and(eq(attachments.recordId, recordId), eq(attachments.name, name)))
    .returning(described);
  return deleted;
}
