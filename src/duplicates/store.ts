import { and, eq, or } from 'drizzle-orm';
import { duplicateLinks } from '../../db/schema/index.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type LinkRow = typeof duplicateLinks.$inferSelect;

/** undefined where the pair is linked already. */
export async function insertLink(tx: Tx, row: LinkRow): Promise<LinkRow | undefined> {
  const [inserted] = await tx.insert(duplicateLinks).values(row).onConflictDoNothing().returning();
  return inserted;
}

export async function deleteLink(tx: Tx, [firstId, secondId]: readonly [string, string]): Promise<LinkRow | undefined> {
  const [deleted] = await tx
    .delete(duplicateLinks)
    .where(and(eq(duplicateLinks.firstId, firstId), eq(duplicateLinks.secondId, secondId)))
    .returning();
  return deleted;
}

/** Of a record, the first made first. */
export async function listLinks(db: Db, id: string, limit: number): Promise<LinkRow[]> {
  return await db
    .select()
    .from(duplicateLinks)
    .where(or(eq(duplicateLinks.firstId, id), eq(duplicateLinks.secondId, id)))
    .orderBy(duplicateLinks.createdAt, duplicateLinks.id)
    .limit(limit);
}
