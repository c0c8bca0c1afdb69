import { sql } from 'drizzle-orm';
import { plusDays } from './clock.ts';
import type { Ctx } from './ctx.ts';
import { type Tx, transaction } from './transaction.ts';

const batchSize = 1_000;
const idempotencyDays = 1;
const messageDays = 7;
const signInFailureDays = 1;
const mailTokenDays = 1;

/**
 * Deletes what has served its time: idempotency keys after 24 hours; messages after 7 days when every cursor has passed
 * them and every delivery is done; sessions and mail tokens that cannot be used any more. Dead deliveries stay, with
 * their messages. The actor must be `system:housekeeping`: row-level security shows it the keys of all.
 */
export async function prune(ctx: Ctx): Promise<void> {
  const now = ctx.clock.now();
  await inBatches(ctx, (tx) => pruneMessages(tx, plusDays(now, -messageDays)));
  await inBatches(ctx, (tx) => pruneIdempotencyKeys(tx, plusDays(now, -idempotencyDays)));
  await inBatches(ctx, (tx) => pruneSessions(tx, now));
  await inBatches(ctx, (tx) => pruneMailTokens(tx, now));
  await inBatches(ctx, (tx) => pruneSignInFailures(tx, plusDays(now, -signInFailureDays)));
}

/** Short transactions, so that nobody waits and the horizon of the cursor readers moves on. */
async function inBatches(ctx: Ctx, deleteBatch: (tx: Tx) => Promise<{ rowCount: number | null }>): Promise<void> {
  let deleted: number;
  do {
    deleted = await transaction(ctx, async (tx) => (await deleteBatch(tx)).rowCount ?? 0);
  } while (deleted === batchSize);
}

/** Without any cursor nothing goes: a reader that has not started yet would miss it. */
function pruneMessages(tx: Tx, before: Date) {
  return tx.execute(sql`
    with old as materialized (
      select m.id from messages m
      where m.created_at < ${before.toISOString()}::timestamptz
        and (m.xid, m.id) <= (select c.xid, c.message_id from cursors c order by c.xid, c.message_id limit 1)
        and not exists (select from deliveries d where d.message_id = m.id and d.status <> 'done')
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

function pruneSessions(tx: Tx, now: Date) {
  return tx.execute(sql`
    delete from sessions where id in (
      select id from sessions where expires_at < ${now.toISOString()}::timestamptz or revoked_at is not null limit ${batchSize})`);
}

/** Young ones stay: how many mails a person has had is counted by them. */
function pruneMailTokens(tx: Tx, now: Date) {
  return tx.execute(sql`
    delete from mail_tokens where id in (
      select id from mail_tokens
      where created_at < ${plusDays(now, -mailTokenDays).toISOString()}::timestamptz
        and (expires_at < ${now.toISOString()}::timestamptz or used_at is not null)
      limit ${batchSize})`);
}

function pruneSignInFailures(tx: Tx, before: Date) {
  return tx.execute(sql`
    delete from sign_in_failures where id in (
      select id from sign_in_failures where at < ${before.toISOString()}::timestamptz limit ${batchSize})`);
}
