import { and, asc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { savedSearches, savedSearchMatches } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type SavedSearchRow = typeof savedSearches.$inferSelect;

/** Held to the end of the transaction: two requests at once do not both take a person's last place. */
export async function lockSavedSearchesOf(tx: Tx, userId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.saved_searches.' || ${userId}, 0))`);
}

export async function insertSavedSearch(
  tx: Tx,
  row: typeof savedSearches.$inferInsert,
): Promise<SavedSearchRow | undefined> {
  const [inserted] = await tx.insert(savedSearches).values(row).returning();
  return inserted;
}

export async function listSavedSearchesOf(tx: Tx, userId: string): Promise<SavedSearchRow[]> {
  return await tx.select().from(savedSearches).where(eq(savedSearches.userId, userId)).orderBy(asc(savedSearches.id));
}

export async function findSavedSearch(db: Db, id: string): Promise<SavedSearchRow | undefined> {
  const [row] = await db.select().from(savedSearches).where(eq(savedSearches.id, id));
  return row;
}

export async function findSavedSearches(db: Db, ids: readonly string[]): Promise<SavedSearchRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(savedSearches)
        .where(inArray(savedSearches.id, [...ids]));
}

export async function deleteSavedSearch(tx: Tx, userId: string, id: string): Promise<{ id: string } | undefined> {
  const [deleted] = await tx
    .delete(savedSearches)
    .where(and(eq(savedSearches.id, id), eq(savedSearches.userId, userId)))
    .returning({ id: savedSearches.id });
  return deleted;
}

/** Those last looked at before a moment that have told nothing since another, in the order of their ids, after one of them. */
export async function listDueSavedSearches(
  tx: Tx,
  due: { lookedBefore: Date; silentSince: Date; afterId: string | null; limit: number },
): Promise<SavedSearchRow[]> {
  const { lookedBefore, silentSince, afterId, limit } = due;
  return await tx
    .select()
    .from(savedSearches)
    .where(
      and(
        lt(savedSearches.lookedAt, lookedBefore),
        or(isNull(savedSearches.noticedAt), lt(savedSearches.noticedAt, silentSince)),
        afterId === null ? undefined : gt(savedSearches.id, afterId),
      ),
    )
    .orderBy(asc(savedSearches.id))
    .limit(limit);
}

/** Undefined when it is gone, or when another process has looked or is looking. */
export async function lockSavedSearch(tx: Tx, id: string, lookedAt: Date): Promise<SavedSearchRow | undefined> {
  const [row] = await tx
    .select()
    .from(savedSearches)
    .where(and(eq(savedSearches.id, id), eq(savedSearches.lookedAt, lookedAt)))
    .for('update', { skipLocked: true });
  return row;
}

export async function updateLook(
  tx: Tx,
  id: string,
  look: { lookedAt: Date; noticedAt?: Date; noticedCount?: number },
): Promise<void> {
  await tx.update(savedSearches).set(look).where(eq(savedSearches.id, id));
}

/** Keeps what is told; returns how many publications had not been told before. */
export async function insertMatches(
  tx: Tx,
  savedSearchId: string,
  found: readonly { recordId: string; publishedAt: Date }[],
): Promise<number> {
  if (found.length === 0) return 0;
  const fresh = await tx
    .insert(savedSearchMatches)
    .values(found.map((one) => ({ savedSearchId, ...one })))
    .onConflictDoNothing()
    .returning({ recordId: savedSearchMatches.recordId });
  return fresh.length;
}

/** Publications from before a moment, which the index is not asked for again. */
export async function deleteMatches(tx: Tx, savedSearchId: string, publishedBefore: Date): Promise<void> {
  await tx
    .delete(savedSearchMatches)
    .where(
      and(eq(savedSearchMatches.savedSearchId, savedSearchId), lt(savedSearchMatches.publishedAt, publishedBefore)),
    );
}
