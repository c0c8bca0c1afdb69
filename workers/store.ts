import { and, eq, inArray, isNotNull, lt, sql } from 'drizzle-orm';
import { deliveries, messages } from '../db/schema/index.ts';
import type { StoredMessage } from '../src/core/messages.ts';
import { toStoredMessage } from '../src/core/outbox.ts';
import type { Db } from '../src/core/transaction.ts';

/** A delivery that has not been fulfilled: its row may still be `pending` in the eyes of a job that starts before the relay commits. */
const owed = inArray(deliveries.status, ['pending', 'published']);

export interface DueDelivery {
  id: string;
  handler: string;
  attempts: number;
  /** Was published before, and its job came to nothing. */
  again: boolean;
}

/**
 * Takes what is due, oldest first, and gives it a lease. Rows that another relay holds are passed over. A pending row
 * with a lease is one that was published before.
 * Handlers that this process does not know are left to processes that do.
 */
export async function takeDue(
  tx: Db,
  take: { handlers: readonly string[]; now: Date; leaseUntil: Date; limit: number },
): Promise<DueDelivery[]> {
  const due = tx.$with('due').as(
    tx
      .select({ id: deliveries.id, again: sql<boolean>`${deliveries.leaseUntil} is not null`.as('again') })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.status, 'pending'),
          sql`${deliveries.notBefore} <= ${take.now.toISOString()}::timestamptz`,
          inArray(deliveries.handler, [...take.handlers]),
        ),
      )
      .orderBy(deliveries.notBefore)
      .limit(take.limit)
      .for('update', { skipLocked: true }),
  );
  const { id, handler, attempts } = deliveries;
  return await tx
    .with(due)
    .update(deliveries)
    .set({ status: 'published', leaseUntil: take.leaseUntil })
    .from(due)
    .where(eq(id, due.id))
    .returning({ id, handler, attempts, again: due.again });
}

/** Makes deliveries whose lease has ended pending again, and keeps that they had one; returns how many. */
export async function returnExpired(db: Db, now: Date, limit: number): Promise<number> {
  const expired = db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.status, 'published'), lt(deliveries.leaseUntil, now)))
    .limit(limit)
    .for('update', { skipLocked: true });
  const returned = await db
    .update(deliveries)
    .set({ status: 'pending' })
    .where(inArray(deliveries.id, expired))
    .returning({ id: deliveries.id });
  return returned.length;
}

export interface OwedDelivery {
  id: string;
  handler: string;
  targetId: string | null;
  status: (typeof deliveries.$inferSelect)['status'];
  attempts: number;
  notBefore: Date;
  message: StoredMessage;
  /** Of what caused the message; null where it was made without a trace. */
  traceparent: string | null;
}

export async function findDelivery(db: Db, id: string): Promise<OwedDelivery | null> {
  const [row] = await db
    .select({ delivery: deliveries, message: messages })
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(eq(deliveries.id, id));
  if (row === undefined) return null;
  const { delivery, message } = row;
  return {
    id: delivery.id,
    handler: delivery.handler,
    targetId: delivery.targetId,
    status: delivery.status,
    attempts: delivery.attempts,
    notBefore: delivery.notBefore,
    message: toStoredMessage(message),
    traceparent: message.traceparent,
  };
}

/** What caused the messages of these deliveries, by delivery; those made without a trace are left out. */
export async function causesOf(db: Db, deliveryIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: deliveries.id, traceparent: messages.traceparent })
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(and(inArray(deliveries.id, [...deliveryIds]), isNotNull(messages.traceparent)));
  return new Map(rows.map(({ id, traceparent }) => [id, traceparent ?? '']));
}

/** Closes a delivery whose handler had nothing to write, or wrote outside PostgreSQL. */
export async function markDone(db: Db, id: string, now: Date): Promise<void> {
  await db
    .update(deliveries)
    .set({ status: 'done', doneAt: now, leaseUntil: null })
    .where(and(eq(deliveries.id, id), owed));
}

export interface Failure {
  id: string;
  /** As read before the run: of two runs that fail at once, one counts. */
  attemptsSeen: number;
  attempts: number;
  lastError: string;
}

/**
 * @param postponed `keepsItsPlace`: comes back before what has not been tried
 * @returns false when the delivery was fulfilled, or its failure recorded, by another run
 */
export async function postpone(
  db: Db,
  postponed: Failure & { notBefore: Date; keepsItsPlace: boolean },
): Promise<boolean> {
  const { notBefore, keepsItsPlace } = postponed;
  const lease = keepsItsPlace ? {} : { leaseUntil: null };
  return await recordFailure(db, postponed, { status: 'pending', notBefore, ...lease });
}

/** @returns false when the delivery was fulfilled, or its failure recorded, by another run */
export async function bury(db: Db, failure: Failure): Promise<boolean> {
  return await recordFailure(db, failure, { status: 'dead', leaseUntil: null });
}

async function recordFailure(db: Db, failure: Failure, set: Partial<typeof deliveries.$inferInsert>): Promise<boolean> {
  const recorded = await db
    .update(deliveries)
    .set({ ...set, attempts: failure.attempts, lastError: failure.lastError })
    .where(and(eq(deliveries.id, failure.id), eq(deliveries.attempts, failure.attemptsSeen), owed))
    .returning({ id: deliveries.id });
  return recorded.length > 0;
}
