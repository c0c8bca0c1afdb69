import { and, asc, desc, eq, inArray, lt, max } from 'drizzle-orm';
import { projectChangeAnswers, projectChanges } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type ChangeRow = typeof projectChanges.$inferSelect;
export type ChangeAnswerRow = typeof projectChangeAnswers.$inferSelect;

export async function insertChange(tx: Tx, change: Omit<typeof projectChanges.$inferInsert, 'number'>): Promise<void> {
  const [last] = await tx
    .select({ number: max(projectChanges.number) })
    .from(projectChanges)
    .where(eq(projectChanges.projectId, change.projectId));
  await tx.insert(projectChanges).values({ ...change, number: (last?.number ?? 0) + 1 });
}

export async function insertChangeAnswer(tx: Tx, answer: typeof projectChangeAnswers.$inferInsert): Promise<void> {
  await tx.insert(projectChangeAnswers).values(answer);
}

/** Counts the version up. */
export async function updateChangeRow(
  tx: Tx,
  row: ChangeRow,
  changes: Pick<ChangeRow, 'status' | 'decidedAt'>,
): Promise<ChangeRow | undefined> {
  const [updated] = await tx
    .update(projectChanges)
    .set({ ...changes, version: row.version + 1 })
    .where(eq(projectChanges.id, row.id))
    .returning();
  return updated;
}

export async function getChangeRow(db: Db, id: string): Promise<ChangeRow | undefined> {
  const [row] = await db.select().from(projectChanges).where(eq(projectChanges.id, id));
  return row;
}

/** The one that waits for answers, if any. */
export async function getProposedChange(db: Db, projectId: string): Promise<ChangeRow | undefined> {
  const [row] = await db
    .select()
    .from(projectChanges)
    .where(and(eq(projectChanges.projectId, projectId), eq(projectChanges.status, 'proposed')));
  return row;
}

/** Newest first, one row longer than the page. */
export async function listChangeRows(
  db: Db,
  projectId: string,
  page: { after: PageKey | null; limit: number },
): Promise<ChangeRow[]> {
  return await db
    .select()
    .from(projectChanges)
    .where(
      and(
        eq(projectChanges.projectId, projectId),
        page.after === null ? undefined : lt(projectChanges.id, page.after.id),
      ),
    )
    .orderBy(desc(projectChanges.id))
    .limit(page.limit + 1);
}

/** Oldest first. */
export async function listChangeAnswerRows(db: Db, changeIds: readonly string[]): Promise<ChangeAnswerRow[]> {
  if (changeIds.length === 0) return [];
  return await db
    .select()
    .from(projectChangeAnswers)
    .where(inArray(projectChangeAnswers.changeId, [...changeIds]))
    .orderBy(asc(projectChangeAnswers.id));
}
