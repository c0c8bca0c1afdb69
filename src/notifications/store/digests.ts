import { and, desc, eq, gt, gte, inArray, isNull, lt, sql } from 'drizzle-orm';
import { digestRuns, mailDigests, notifications } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { DigestMode } from '../categories.ts';
import type { NotificationRow } from '../store.ts';

export type MailDigestRow = typeof mailDigests.$inferSelect;

/** From a moment on, until before another. */
export interface Period {
  fromAt: Date;
  upToAt: Date;
}

function unreadIn({ fromAt, upToAt }: Period) {
  return and(gte(notifications.createdAt, fromAt), lt(notifications.createdAt, upToAt), isNull(notifications.readAt));
}

export async function findLastRun(db: Db, mode: DigestMode): Promise<Date | null> {
  const [row] = await db
    .select({ upToAt: digestRuns.upToAt })
    .from(digestRuns)
    .where(eq(digestRuns.mode, mode))
    .orderBy(desc(digestRuns.upToAt))
    .limit(1);
  return row?.upToAt ?? null;
}

export async function insertRun(tx: Tx, row: typeof digestRuns.$inferInsert): Promise<void> {
  await tx.insert(digestRuns).values(row).onConflictDoNothing();
}

/** People with unread notices of a period and the types of these, in the order of their ids, after one of them. */
export async function listReadersOfPeriod(
  tx: Tx,
  period: Period,
  page: { afterUserId: string | null; limit: number },
): Promise<{ userId: string; types: string[] }[]> {
  return await tx
    .select({ userId: notifications.userId, types: sql<string[]>`array_agg(distinct ${notifications.type})` })
    .from(notifications)
    .where(and(unreadIn(period), page.afterUserId === null ? undefined : gt(notifications.userId, page.afterUserId)))
    .groupBy(notifications.userId)
    .orderBy(notifications.userId)
    .limit(page.limit);
}

/** Leaves out those that another process has made; returns the ids of the others. */
export async function insertDigests(tx: Tx, rows: readonly (typeof mailDigests.$inferInsert)[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const inserted = await tx
    .insert(mailDigests)
    .values([...rows])
    .onConflictDoNothing()
    .returning({ id: mailDigests.id });
  return inserted.map((row) => row.id);
}

export async function findDigest(db: Db, id: string): Promise<MailDigestRow | undefined> {
  const [row] = await db.select().from(mailDigests).where(eq(mailDigests.id, id));
  return row;
}

/** Of the unread ones of a period: those with the highest score first, then the newest; and how many there are of all. */
export async function listForDigest(
  tx: Tx,
  of: Period & { userId: string; types: readonly string[]; limit: number },
): Promise<{ rows: NotificationRow[]; total: number }> {
  const found = await tx
    .select({ row: notifications, total: sql<number>`(count(*) over ())::int` })
    .from(notifications)
    .where(and(eq(notifications.userId, of.userId), inArray(notifications.type, [...of.types]), unreadIn(of)))
    .orderBy(sql`(${notifications.params}->>'score')::numeric desc nulls last`, desc(notifications.id))
    .limit(of.limit);
  return { rows: found.map(({ row }) => row), total: found[0]?.total ?? 0 };
}

/** Digests and runs that were made before a moment. */
export async function deleteOldDigests(tx: Tx, before: Date): Promise<void> {
  await tx.delete(mailDigests).where(lt(mailDigests.createdAt, before));
  await tx.delete(digestRuns).where(lt(digestRuns.createdAt, before));
}
