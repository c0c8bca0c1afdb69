import { and, asc, count, countDistinct, desc, eq, gte, inArray, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm';
import { notifications } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type NotificationRow = typeof notifications.$inferSelect;
export type NewNotification = typeof notifications.$inferInsert;

/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const rowsAtOnce = 2_000;

/** A notice that its reader has already is left as it is. */
export async function insertNotifications(tx: Tx, rows: readonly NewNotification[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .insert(notifications)
      .values(rows.slice(from, from + rowsAtOnce))
      .onConflictDoNothing({ target: [notifications.messageId, notifications.userId] });
  }
}

/**
 * Held to the end of the transaction: two runs at once do not both take an organization's last place of the day.
 * @param organizationIds sorted, so that two runs do not wait for each other
 */
export async function lockQuotas(tx: Tx, organizationIds: readonly string[]): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('duijie.notices.' || id, 0)) from unnest(${`{${organizationIds.join(',')}}`}::text[]) as id`,
  );
}

/** How many facts of a type each organization's people were told of; not how many people were. */
export async function countToldOf(
  tx: Tx,
  organizationIds: readonly string[],
  type: string,
  since: Date,
): Promise<Map<string, number>> {
  const rows = await tx
    .select({ organizationId: notifications.organizationId, told: countDistinct(notifications.messageId) })
    .from(notifications)
    .where(
      and(
        inArray(notifications.organizationId, [...organizationIds]),
        eq(notifications.type, type),
        gte(notifications.createdAt, since),
      ),
    )
    .groupBy(notifications.organizationId);
  return new Map(rows.map((row) => [row.organizationId ?? '', row.told]));
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

/** A place in the order in which notices became certain: commit order is not the order of ids. */
export interface Position {
  /** Of the writing transaction (xid8, decimal). */
  xid: string;
  id: string;
}

/** Before the first notice of the transactions from `horizon` on. */
export function positionOf(horizon: string): Position {
  return { xid: horizon, id: '00000000-0000-0000-0000-000000000000' };
}

export function isAfter(a: Position, b: Position): boolean {
  return a.xid === b.xid ? a.id > b.id : BigInt(a.xid) > BigInt(b.xid);
}

/** The oldest transaction that is still running: what those before it wrote is all there, and no more will come. */
export async function readHorizon(db: Db): Promise<string> {
  const { rows } = await db.execute<{ xid: string }>(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`);
  return rows[0]?.xid ?? '0';
}

/** Where a person's notice stands; undefined for one that is not theirs. */
export async function findPosition(db: Db, userId: string, id: string): Promise<Position | undefined> {
  const [row] = await db
    .select({ xid: notifications.xid, id: notifications.id })
    .from(notifications)
    .where(and(eq(notifications.id, id), eq(notifications.userId, userId)));
  return row;
}

/** Notices of these people behind a position and before the horizon, in order. */
export async function listAfter(
  db: Db,
  userIds: readonly string[],
  { position, horizon, limit }: { position: Position; horizon: string; limit: number },
): Promise<NotificationRow[]> {
  if (userIds.length === 0) return [];
  const { xid, id } = notifications;
  return await db
    .select()
    .from(notifications)
    .where(
      and(
        inArray(notifications.userId, [...userIds]),
        sql`${xid} >= ${position.xid}::xid8 and (${xid}, ${id}) > (${position.xid}::xid8, ${position.id}::uuid) and ${xid} < ${horizon}::xid8`,
      ),
    )
    .orderBy(asc(xid), asc(id))
    .limit(limit);
}

export async function countUnread(db: Db, userId: string): Promise<number> {
  const [row] = await db
    .select({ unread: count() })
    .from(notifications)
    .where(and(eq(notifications.userId, userId), isNull(notifications.readAt)));
  return row?.unread ?? 0;
}

/** Unread notices of one type, whoever's they are of these people. */
export async function listUnreadOf(
  tx: Tx,
  userIds: readonly string[],
  type: string,
): Promise<Pick<NotificationRow, 'userId' | 'subjectId' | 'createdAt'>[]> {
  if (userIds.length === 0) return [];
  return await tx
    .select({
      userId: notifications.userId,
      subjectId: notifications.subjectId,
      createdAt: notifications.createdAt,
    })
    .from(notifications)
    .where(
      and(inArray(notifications.userId, [...userIds]), eq(notifications.type, type), isNull(notifications.readAt)),
    );
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

export async function findNotification(db: Db, id: string): Promise<NotificationRow | undefined> {
  const [row] = await db.select().from(notifications).where(eq(notifications.id, id));
  return row;
}
