import { deliveries, messages } from '../../db/schema/index.ts';
import type { Ctx } from './ctx.ts';
import { newId } from './ids.ts';
import { type HandlerName, type MessageType, type SubjectType, subscriptions } from './messages.ts';
import type { Tx } from './transaction.ts';

/**
 * Records a fact and what is owed because of it, in the transaction that makes it true.
 * The relay publishes the deliveries after the commit; nothing is sent from here.
 */
export async function emit(
  tx: Tx,
  ctx: Ctx,
  facts:
    | { type: MessageType; subjectType: SubjectType; subjectId: string }
    | readonly { type: MessageType; subjectType: SubjectType; subjectId: string }[],
): Promise<void> {
  const list = Array.isArray(facts) ? facts : [facts];
  if (list.length === 0) return;
  const actorOrganizationId = ctx.actor.kind === 'user' ? ctx.actor.organizationId : null;
  const rows = list.map((fact) => ({ id: newId(), createdAt: ctx.clock.now(), actorOrganizationId, ...fact }));
  await tx.insert(messages).values(rows);
  const owed = rows.flatMap((row) =>
    subscriptions[row.type as MessageType].map((handler) => ({
      id: newId(),
      messageId: row.id,
      handler,
      notBefore: row.createdAt,
      createdAt: row.createdAt,
    })),
  );
  if (owed.length > 0) await tx.insert(deliveries).values(owed);
}

/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const targetsAtOnce = 5_000;

/**
 * Records what else is owed because of a message: one delivery for each target, none twice.
 * @param owed.targets each `notBefore` the moment of its first try; now, where it is left out
 */
export async function owe(
  tx: Tx,
  ctx: Ctx,
  owed: { messageId: string; handler: HandlerName; targets: readonly { id: string; notBefore?: Date }[] },
): Promise<void> {
  const now = ctx.clock.now();
  const { messageId, handler } = owed;
  for (let from = 0; from < owed.targets.length; from += targetsAtOnce) {
    const rows = owed.targets
      .slice(from, from + targetsAtOnce)
      .map(({ id, notBefore = now }) => ({ id: newId(), messageId, handler, targetId: id, notBefore, createdAt: now }));
    await tx.insert(deliveries).values(rows).onConflictDoNothing();
  }
}
