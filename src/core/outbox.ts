import { and, eq, inArray, lte, ne, or } from 'drizzle-orm';
import { insertRows } from '../../db/insert-rows.ts';
import { deliveries, messages } from '../../db/schema/index.ts';
import type { Ctx } from './ctx.ts';
import { newId } from './ids.ts';
import { type HandlerName, type MessageType, type StoredMessage, type SubjectType, subscriptions } from './messages.ts';
import type { Tx } from './transaction.ts';

/**
 * Records a fact and what is owed because of it, in the transaction that makes it true.
 * The relay publishes the deliveries after the commit; nothing is sent from here.
 * @returns the messages' ids, in the order of the facts
 */
export async function emit(
  tx: Tx,
  ctx: Ctx,
  facts:
    | { type: MessageType; subjectType: SubjectType; subjectId: string }
    | readonly { type: MessageType; subjectType: SubjectType; subjectId: string }[],
): Promise<string[]> {
  const list = Array.isArray(facts) ? facts : [facts];
  if (list.length === 0) return [];
  const actorOrganizationId = ctx.actor.kind === 'user' ? ctx.actor.organizationId : null;
  const traceparent = ctx.span?.traceparent ?? null;
  const rows = list.map((fact) => ({
    id: newId(),
    createdAt: ctx.clock.now(),
    actorOrganizationId,
    traceparent,
    ...fact,
  }));
  await insertRows(tx, messages, rows);
  const owed = rows.flatMap((row) =>
    subscriptions[row.type as MessageType].map((handler) => ({
      id: newId(),
      messageId: row.id,
      handler,
      notBefore: row.createdAt,
      createdAt: row.createdAt,
    })),
  );
  await insertRows(tx, deliveries, owed);
  return rows.map((row) => row.id);
}

/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const targetsAtOnce = 5_000;

/** What a message owes besides: one delivery for each target. */
export interface Owing {
  messageId: string;
  handler: HandlerName;
  /** Each `notBefore` the moment of its first try; now, where it is left out. */
  targets: readonly { id: string; notBefore?: Date }[];
}

/**
 * Records what else is owed because of messages, none twice.
 * @returns the ids of the deliveries that are new
 */
export async function owe(tx: Tx, ctx: Ctx, owing: Owing | readonly Owing[]): Promise<string[]> {
  const now = ctx.clock.now();
  const rows = [owing].flat().flatMap(({ messageId, handler, targets }) =>
    targets.map(({ id, notBefore = now }) => ({
      id: newId(),
      messageId,
      handler,
      targetId: id,
      notBefore,
      createdAt: now,
    })),
  );
  const owedIds: string[] = [];
  for (let from = 0; from < rows.length; from += targetsAtOnce) {
    const fresh = await tx
      .insert(deliveries)
      .values(rows.slice(from, from + targetsAtOnce))
      .onConflictDoNothing()
      .returning({ id: deliveries.id });
    for (const { id } of fresh) owedIds.push(id);
  }
  return owedIds;
}

/** Owes a delivery again, whatever became of it, with its tries anew. One that is with a worker just now is left alone. */
export async function oweAgain(tx: Tx, ctx: Ctx, deliveryId: string): Promise<void> {
  await tx
    .update(deliveries)
    .set({ status: 'pending', attempts: 0, notBefore: ctx.clock.now(), leaseUntil: null, doneAt: null })
    .where(and(eq(deliveries.id, deliveryId), ne(deliveries.status, 'published')));
}

export interface ClaimedDelivery {
  id: string;
  message: StoredMessage;
}

/**
 * Claims what of these deliveries is owed and due, for a transaction that has the effects of them all. What another run
 * holds is waited for, and left out when it has been fulfilled.
 * @returns in the order in which their messages were made
 */
export async function claimDeliveries(tx: Tx, ids: readonly string[], now: Date): Promise<ClaimedDelivery[]> {
  const owed = tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(
        inArray(deliveries.id, [...ids]),
        or(eq(deliveries.status, 'published'), and(eq(deliveries.status, 'pending'), lte(deliveries.notBefore, now))),
      ),
    )
    // In one order, so that two runs with the same deliveries do not wait for each other.
    .orderBy(deliveries.id)
    .for('update');
  const claimed = await tx
    .update(deliveries)
    .set({ status: 'done', doneAt: now, leaseUntil: null })
    .from(messages)
    .where(and(inArray(deliveries.id, owed), eq(messages.id, deliveries.messageId)))
    .returning({ id: deliveries.id, message: messages });
  return claimed
    .map(({ id, message }) => ({ id, message: toStoredMessage(message) }))
    .sort((a, b) => (a.message.id < b.message.id ? -1 : 1));
}

export function toStoredMessage(row: Pick<typeof messages.$inferSelect, keyof StoredMessage>): StoredMessage {
  return {
    id: row.id,
    xid: row.xid,
    type: row.type as MessageType,
    subjectType: row.subjectType as SubjectType,
    subjectId: row.subjectId,
    actorOrganizationId: row.actorOrganizationId,
  };
}
