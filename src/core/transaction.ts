import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/client.ts';
import { deliveries, idempotencyKeys } from '../../db/schema/index.ts';
import { type Actor, actorKey } from './actor.ts';
import type { Ctx, IdempotencyClaim } from './ctx.ts';
import { AppError } from './errors.ts';
import { translatePgError } from './pg-errors.ts';
import { prepared } from './prepared.ts';
import { TracedRefusal } from './refusals.ts';
import { traced } from './trace.ts';

export type { Db, Tx };

/** Thrown inside a job's transaction when another run has fulfilled the delivery already. Nothing is written twice. */
export class AlreadyDone extends Error {}

/**
 * Runs a verb's one transaction: claims the request or the delivery first, so that a repeat waits for the first run
 * and then answers with its response; then `work` loads under lock, judges, writes, and returns the view.
 * Row-level security sees the actor through settings local to the transaction.
 */
export async function transaction<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await traced(ctx.span, () => claimAndWork(ctx, work));
}

async function claimAndWork<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    const answer = await ctx.db.transaction(async (tx) => {
      await tellActor(tx, ctx.actor);
      if (ctx.deliveryId !== undefined) await claimDelivery(tx, ctx.deliveryId, ctx.clock.now());
      if (ctx.idempotency === undefined) return await work(tx);
      const kept = await claimKey(tx, ctx, ctx.idempotency);
      if (kept !== null) return kept.response as T;
      const response = await work(tx);
      await keepResponse(tx, ctx, ctx.idempotency, response);
      return response;
    });
    if (ctx.deliveryId !== undefined) ctx.onClaimed?.();
    ctx.wakeRelay();
    return answer;
  } catch (error) {
    if (error instanceof TracedRefusal) await error.leaveTrace(ctx);
    throw translatePgError(error);
  }
}

/** Runs reads that touch confidential rows: same settings for row-level security, nothing may be written. */
export async function readTransaction<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await traced(ctx.span, () => read(ctx, work));
}

async function read<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await ctx.db.transaction(
      async (tx) => {
        await tellActor(tx, ctx.actor);
        return await work(tx);
      },
      { accessMode: 'read only' },
    );
  } catch (error) {
    if (error instanceof TracedRefusal) await error.leaveTrace(ctx);
    throw translatePgError(error);
  }
}

/** The policies in `db/migrations` read these settings; `true` makes them end with the transaction. */
export async function tellActor(tx: Tx, actor: Actor): Promise<void> {
  const organizationId = actor.kind === 'user' ? (actor.organizationId ?? '') : '';
  const marketIds = actor.kind === 'user' ? `{${actor.marketIds.join(',')}}` : '{}';
  await tx.execute(
    sql`select set_config('duijie.actor', ${actorKey(actor)}, true), set_config('duijie.organization_id', ${organizationId}, true), set_config('duijie.market_ids', ${marketIds}, true)`,
  );
}

async function claimDelivery(tx: Tx, deliveryId: string, now: Date): Promise<void> {
  const claimed = await tx
    .update(deliveries)
    .set({ status: 'done', doneAt: now, leaseUntil: null })
    .where(and(eq(deliveries.id, deliveryId), inArray(deliveries.status, ['pending', 'published'])))
    .returning({ id: deliveries.id });
  if (claimed.length === 0) throw new AlreadyDone();
}

const claimKeyPrepared = prepared((db) =>
  db
    .insert(idempotencyKeys)
    .values({
      actor: sql.placeholder('actor'),
      route: sql.placeholder('route'),
      key: sql.placeholder('key'),
      bodyHash: sql.placeholder('bodyHash'),
      createdAt: sql.placeholder('now'),
    })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key })
    .prepare('claim_key'),
);

async function claimKey(tx: Tx, ctx: Ctx, claim: IdempotencyClaim): Promise<{ response: unknown } | null> {
  const actor = actorKey(ctx.actor);
  // The insert waits for a concurrent transaction that holds the same key.
  const fresh = await claimKeyPrepared(tx, { actor, ...claim, now: ctx.clock.now() });
  if (fresh.length > 0) return null;
  const [kept] = await tx
    .select({ bodyHash: idempotencyKeys.bodyHash, response: idempotencyKeys.response })
    .from(idempotencyKeys)
    .where(
      and(eq(idempotencyKeys.actor, actor), eq(idempotencyKeys.route, claim.route), eq(idempotencyKeys.key, claim.key)),
    );
  if (kept?.bodyHash !== claim.bodyHash) {
    throw new AppError(
      'INVALID_INPUT',
      {
        zh: '这个 Idempotency-Key 已用于内容不同的请求；新请求请换一个键。',
        en: 'This Idempotency-Key was used for a request with another body; use a new key for a new request.',
      },
      {
        faults: [
          {
            pointer: '',
            code: 'idempotency_key_reused',
            message: { zh: 'Idempotency-Key 已被使用', en: 'the Idempotency-Key was used for another body' },
          },
        ],
      },
    );
  }
  return { response: kept.response };
}

const keepResponsePrepared = prepared((db) =>
  db
    .update(idempotencyKeys)
    .set({ response: sql`${sql.placeholder('response')}::json` })
    .where(
      and(
        eq(idempotencyKeys.actor, sql.placeholder('actor')),
        eq(idempotencyKeys.route, sql.placeholder('route')),
        eq(idempotencyKeys.key, sql.placeholder('key')),
      ),
    )
    .prepare('keep_response'),
);

async function keepResponse(tx: Tx, ctx: Ctx, claim: IdempotencyClaim, response: unknown): Promise<void> {
  const { route, key } = claim;
  await keepResponsePrepared(tx, {
    actor: actorKey(ctx.actor),
    route,
    key,
    response: JSON.stringify(response ?? null),
  });
}
