import { eq, sql } from 'drizzle-orm';
import { cursors } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import type { Db } from '../../src/core/transaction.ts';

/** A place in the order of messages: everything up to and including it has been read. */
export interface Cursor {
  xid: string;
  messageId: string;
}

const zeroId = '00000000-0000-0000-0000-000000000000';

/** Before the first message. */
export const beginning: Cursor = { xid: '0', messageId: zeroId };

/**
 * Where a reader starts that loads all rows right after this call: transactions below have ended, so the load sees
 * what they wrote; whatever else the load sees, the reader gets once more.
 */
export async function cursorAtHorizon(db: Db): Promise<Cursor> {
  const { rows } = await db.execute<{ xid: string }>(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`);
  return { xid: rows[0]?.xid ?? '0', messageId: zeroId };
}

/** The last message below the horizon, for whoever has loaded what was written up to there; null when there is none. */
export async function lastCursorBelow(db: Db, horizon: Cursor): Promise<Cursor | null> {
  const { rows } = await db.execute<{ xid: string; messageId: string }>(
    sql`select xid::text as xid, id as "messageId" from messages where messages.xid < ${horizon.xid}::xid8
        order by messages.xid desc, id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** Whether this is the database in which the message was read: not another one, nor an older state of it. */
export async function isMessageKept(db: Db, { xid, messageId }: Cursor): Promise<boolean> {
  const { rows } = await db.execute(
    sql`select from messages where messages.xid = ${xid}::xid8 and id = ${messageId}::uuid
        and messages.xid < pg_snapshot_xmin(pg_current_snapshot())`,
  );
  return rows.length > 0;
}

export interface MessagePage {
  messages: StoredMessage[];
  /** Transactions below this xid had all ended when the page was read. */
  horizon: string;
}

type MessageRow = {
  horizon: string;
  id: string | null;
  xid: string;
  type: StoredMessage['type'];
  subject_type: StoredMessage['subjectType'];
  subject_id: string;
  actor_organization_id: string | null;
};

/** The next messages in (xid, id) order of which no earlier one can still appear. */
export async function messagesAfter(db: Db, cursor: Cursor, limit: number): Promise<MessagePage> {
  // One statement, one snapshot: the horizon and the messages below it belong together.
  const { rows } = await db.execute<MessageRow>(sql`
    with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as xid)
    select horizon.xid::text as horizon, m.id, m.xid::text as xid, m.type, m.subject_type, m.subject_id, m.actor_organization_id
    from horizon left join lateral (
      select * from messages
      where (xid, id) > (${cursor.xid}::xid8, ${cursor.messageId}::uuid) and xid < horizon.xid
      order by xid, id limit ${limit}
    ) m on true
    order by m.xid, m.id`);
  return {
    horizon: rows[0]?.horizon ?? '0',
    messages: rows.flatMap((row) =>
      row.id === null
        ? []
        : [
            {
              id: row.id,
              xid: row.xid,
              type: row.type,
              subjectType: row.subject_type,
              subjectId: row.subject_id,
              actorOrganizationId: row.actor_organization_id,
            },
          ],
    ),
  };
}

export async function findCursor(db: Db, name: string): Promise<Cursor | null> {
  const [row] = await db
    .select({ xid: cursors.xid, messageId: cursors.messageId })
    .from(cursors)
    .where(eq(cursors.name, name));
  return row ?? null;
}

/** Leaves a place that another process has kept meanwhile. */
export async function addCursor(db: Db, name: string, cursor: Cursor, now: Date): Promise<void> {
  await db
    .insert(cursors)
    .values({ name, xid: cursor.xid, messageId: cursor.messageId, updatedAt: now })
    .onConflictDoNothing();
}

export async function keepCursor(db: Db, name: string, cursor: Cursor, now: Date): Promise<void> {
  const place = { xid: cursor.xid, messageId: cursor.messageId, updatedAt: now };
  await db
    .insert(cursors)
    .values({ name, ...place })
    .onConflictDoUpdate({ target: cursors.name, set: place });
}

/** A reader without a cursor has read nothing, and starts anew. */
export async function removeCursor(db: Db, name: string): Promise<void> {
  await db.delete(cursors).where(eq(cursors.name, name));
}
