import {
  and,
  asc,
  count,
  countDistinct,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  sql,
} from 'drizzle-orm';
import { notifications } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type NotificationRow = typeof notifications.$inferSelect;
export type NewNotification = typeof notifications.$inferInsert;

/** A notice that its reader has already is left as it is. */
export async function insertNotifications(tx: Tx, rows: readonly NewNotification[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(notifications)
    .values([...rows])
    .onConflictDoNothing({ target: [notifications.messageId, notifications.userId] });
}

/** Held to the end of the transaction: two notices at once do not both take an organization's last place of the day. */
export async function lockQuota(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.notices.' || ${organizationId}, 0))`);
}

/** How many facts of a type an organization's people were told of; not how many people were. */
export async function countTold(tx: Tx, organizationId: string, type: string, since: Date): Promise<number> {
  const [row] = await tx
    .select({ told: countDistinct(notifications.messageId) })
    .from(notifications)
    .where(
      and(
        eq(notifications.organizationId, organizationId),
        eq(notifications.type, type),
        gte(notifications.createdAt, since),
      ),
    );
  return row?.told ?? 0;
}

/** Newest first, one row longer than the page. */
export async function listNotificationRows(
  db: Db,
  filter: { userId: string; unread?: boolean; type?: string; after: PageKey | null; limit: number },
): Promise<NotificationRow[]> {
  return await db
    .select()
    .from(notifications)
    .where(
      and(
        eq(notifications.userId, filter.userId),
        filter.unread === undefined
          ? undefined
          : filter.unread
            ? isNull(notifications.readAt)
            : isNotNull(notifications.readAt),
        filter.type === undefined ? undefined : eq(notifications.type, filter.type),
        filter.after === null ? undefined : lt(notifications.id, filter.after.id),
      ),
    )
    .orderBy(desc(notifications.id))
    .limit(filter.limit + 1);
}

/** Notices of these people with ids above `afterId`, oldest first. */
export async function listNewer(
  db: Db,
  userIds: readonly string[],
  afterId: string,
  limit: number,
): Promise<NotificationRow[]> {
  return await db
    .select()
    .from(notifications)
    .where(and(inArray(notifications.userId, [...userIds]), gt(notifications.id, afterId)))
    .orderBy(asc(notifications.id))
    .limit(limit);
}

export async function countUnread(db: Db, userId: string): Promise<number> {
  const [row] = await db
    .select({ unread: count() })
    .from(notifications)
    .where(and(eq(notifications.userId, userId), isNull(notifications.readAt)));
  return row?.unread ?? 0;
}

export async function lockNotification(tx: Tx, userId: string, id: string): Promise<NotificationRow | undefined> {
  const [row] = await tx
    .select()
    .from(notifications)
    .where(and(eq(notifications.id, id), eq(notifications.userId, userId)))
    .for('update');
  return row;
}

/** Marks unread ones up to and including an id. */
export async function markRead(tx: Tx, userId: string, upToId: string, now: Date): Promise<void> {
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.userId, userId), lte(notifications.id, upToId), isNull(notifications.readAt)));
}

export async function markOneRead(tx: Tx, id: string, now: Date): Promise<void> {
  await tx
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.id, id), isNull(notifications.readAt)));
}
