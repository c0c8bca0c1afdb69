import { and, eq, isNotNull, lt } from 'drizzle-orm';
import { matchPreviews } from '../../../db/schema/index.ts';
import type { Tx } from '../../core/transaction.ts';

export type MatchPreviewRow = typeof matchPreviews.$inferSelect;

// All under row-level security: an author sees the own drafts, the handler that answers and the sweep see all.

export async function insertPreview(tx: Tx, row: typeof matchPreviews.$inferInsert): Promise<void> {
  await tx.insert(matchPreviews).values(row);
}

export async function getPreviewRow(tx: Tx, id: string): Promise<MatchPreviewRow | undefined> {
  const [row] = await tx.select().from(matchPreviews).where(eq(matchPreviews.id, id));
  return row;
}

export async function keepAnswer(tx: Tx, id: string, answer: unknown): Promise<void> {
  await tx.update(matchPreviews).set({ answer }).where(eq(matchPreviews.id, id));
}

/** Reads an answer and deletes it with its draft; undefined while there is none. */
export async function takeAnswer(tx: Tx, id: string): Promise<unknown> {
  const [row] = await tx
    .delete(matchPreviews)
    .where(and(eq(matchPreviews.id, id), isNotNull(matchPreviews.answer)))
    .returning({ answer: matchPreviews.answer });
  return row?.answer;
}

export async function deletePreview(tx: Tx, id: string): Promise<void> {
  await tx.delete(matchPreviews).where(eq(matchPreviews.id, id));
}

/** @returns how many */
export async function deletePreviewsBefore(tx: Tx, before: Date): Promise<number> {
  const deleted = await tx
    .delete(matchPreviews)
    .where(lt(matchPreviews.createdAt, before))
    .returning({ id: matchPreviews.id });
  return deleted.length;
}
