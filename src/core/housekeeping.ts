import { sql } from 'drizzle-orm';
import { plusDays } from './clock.ts';
import type { Ctx } from './ctx.ts';
import { type Tx, transaction } from './transaction.ts';

const batchSize = 1_000;
const idempotencyDays = 1;
const messageDays = 7;
/** As long as the log of an endpoint goes back: what was sent can be sent again (src/webhooks/rules.ts). */
const webhookMessageDays = 30;

/**
 * Deletes what has served its time: idempotency keys after 24 hours; messages after 7 days, those that went to webhooks
 * after 30, when every cursor has passed them and every delivery is done or discarded. Dead deliveries stay, with their
 * messages. The actor must be `system:housekeeping`: row-level security shows it the keys of all.
 */
export async function prune(ctx: Ctx): Promise<void> {
  const now = ctx.clock.now();
  await inBatches(ctx, (tx) => pruneMessages(tx, plusDays(now, -messageDays), plusDays(now, -webhookMessageDays)));
  await inBatches(ctx, (tx) => pruneIdempotencyKeys(tx, plusDays(now, -idempotencyDays)));
}

/** Short transactions, so that nobody waits and the horizon of the cursor readers moves on. */
async function inBatches(ctx: Ctx, deleteBatch: (tx: Tx) => Promise<{ rowCount: number | null }>): Promise<void> {
  let deleted: number;
  do {
    deleted = await transaction(ctx, async (tx) => (await deleteBatch(tx)).rowCount ?? 0);
  } while (deleted === batchSize);
}

/** Without any cursor nothing goes: a reader that has not started yet would miss it. */
function pruneMessages(tx: Tx, before: Date, webhooksBefore: Date) {
  return tx.execute(sql`
    with old as materialized (
      select m.id from messages m
      where m.created_at < ${before.toISOString()}::timestamptz
        and (m.xid, m.id) <= (select c.xid, c.message_id from cursors c order by c.xid, c.message_id limit 1)
        and not exists (select from deliveries d where d.message_id = m.id and (d.status not in ('done', 'discarded')
          or (d.handler = 'deliver-webhook' and m.created_at >= ${webhooksBefore.toISOString()}::timestamptz)))
      order by m.created_at limit ${batchSize}
    ), fulfilled as (
      delete from deliveries d using old where d.message_id = old.id
    )
    delete from messages m using old where m.id = old.id`);
}

function pruneIdempotencyKeys(tx: Tx, before: Date) {
  return tx.execute(sql`
    delete from idempotency_keys where (actor, route, key) in (
      select actor, route, key from idempotency_keys where created_at < ${before.toISOString()}::timestamptz limit ${batchSize})`);
}
