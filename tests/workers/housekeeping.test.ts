import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cursors,
  deliveries,
  idempotencyKeys,
  mailTokens,
  messages,
  sessions,
  signInFailures,
  users,
} from '../../db/schema/index.ts';
import { removeStaleCredentials } from '../../src/auth/service.ts';
import { plusDays } from '../../src/core/clock.ts';
import { prune } from '../../src/core/housekeeping.ts';
import { newId } from '../../src/core/ids.ts';
import { keepCursor } from '../../workers/readers/store.ts';
import { runDelivery } from '../../workers/run-job.ts';
import { systemCtx } from '../../workers/worker-deps.ts';
import { createHarness, effectHandler, type Harness } from './harness.ts';

const hourMs = 3_600_000;
let harness: Harness;

beforeEach(async () => {
  harness = await createHarness(null);
});
afterEach(() => harness.close());

async function runPrune(): Promise<void> {
  await prune(systemCtx(harness.deps, 'housekeeping'));
}

async function sendAndFulfil(): Promise<string> {
  const id = await harness.send();
  await runDelivery(id, { deps: harness.deps, registry: { notify: effectHandler() } });
  return id;
}

/** Puts a cursor behind everything written so far. */
async function passEverything(name: string): Promise<void> {
  const { db, clock } = harness.deps;
  const [last] = (
    await db.execute<{ xid: string; id: string }>(
      sql`select xid::text as xid, id from messages order by messages.xid desc, id desc limit 1`,
    )
  ).rows;
  await keepCursor(db, name, { xid: last?.xid ?? '0', messageId: last?.id ?? newId() }, clock.now());
}

async function left(): Promise<string[]> {
  return (await harness.deps.db.select({ id: deliveries.id }).from(deliveries)).map((row) => row.id);
}

describe('housekeeping', () => {
  it('deletes messages and their deliveries when done, passed and older than 7 days', async () => {
    await sendAndFulfil();
    await passEverything('search-index');
    harness.advanceMs(7 * 24 * hourMs);
    await runPrune();
    expect(await left()).toHaveLength(1);
    harness.advanceMs(1);
    const young = await sendAndFulfil();
    await runPrune();
    expect(await left()).toEqual([young]);
    expect(await harness.deps.db.select().from(messages)).toHaveLength(1);
  });

  it('keeps what is owed, what is dead, and what one cursor has not passed', async () => {
    const owed = await harness.send();
    const dead = await harness.send();
    await harness.deps.db.execute(sql`update deliveries set status = 'dead' where id = ${dead}`);
    await passEverything('search-index');
    const unread = await sendAndFulfil();
    await passEverything('matching');
    harness.advanceMs(8 * 24 * hourMs);
    await runPrune();
    expect((await left()).sort()).toEqual([owed, dead, unread].sort());
  });

  it('keeps all messages while no reader has a cursor', async () => {
    await sendAndFulfil();
    harness.advanceMs(8 * 24 * hourMs);
    await runPrune();
    expect(await harness.deps.db.select().from(cursors)).toEqual([]);
    expect(await left()).toHaveLength(1);
  });

  it("deletes everybody's idempotency keys after 24 hours", async () => {
    const { db, clock } = harness.deps;
    const key = { actor: 'system:housekeeping', route: 'createDemand', bodyHash: 'x' };
    await db.transaction(async (tx) => {
      for (const actor of ['user:one', 'user:two']) {
        await tx.execute(sql`select set_config('duijie.actor', ${actor}, true)`);
        await tx.insert(idempotencyKeys).values({ ...key, actor, key: 'old', createdAt: plusDays(clock.now(), -1.01) });
        await tx
          .insert(idempotencyKeys)
          .values({ ...key, actor, key: 'young', createdAt: plusDays(clock.now(), -0.99) });
      }
    });
    await runPrune();
    const kept = await db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('duijie.actor', 'system:housekeeping', true)`);
      return await tx.select({ actor: idempotencyKeys.actor, key: idempotencyKeys.key }).from(idempotencyKeys);
    });
    expect(kept.sort((a, b) => a.actor.localeCompare(b.actor))).toEqual([
      { actor: 'user:one', key: 'young' },
      { actor: 'user:two', key: 'young' },
    ]);
  });

  it('deletes sessions, mail tokens and failed sign-ins once they decide nothing any more', async () => {
    const { db, clock } = harness.deps;
    const now = clock.now();
    const userId = newId();
    await db.insert(users).values({ id: userId, email: 'li@example.cn', name: '李工', createdAt: now, updatedAt: now });
    const live = { userId, expiresAt: plusDays(now, 1), createdAt: plusDays(now, -2) };
    const ended = { ...live, expiresAt: plusDays(now, -31) };
    await db.insert(sessions).values([
      { ...live, id: newId(), tokenHash: 'live' },
      { ...live, id: newId(), tokenHash: 'ended lately', expiresAt: plusDays(now, -1) },
      { ...ended, id: newId(), tokenHash: 'ended' },
    ]);
    const purpose = 'verify_email' as const;
    await db.insert(mailTokens).values([
      { ...live, id: newId(), purpose, tokenHash: 'live' },
      { ...ended, id: newId(), purpose, tokenHash: 'ended' },
    ]);
    await db.insert(signInFailures).values([
      { id: newId(), email: 'old', at: plusDays(now, -0.5) },
      { id: newId(), email: 'young', at: now },
    ]);
    await removeStaleCredentials(systemCtx(harness.deps, 'housekeeping'));
    expect((await db.select().from(sessions)).map((row) => row.tokenHash)).toEqual(['live', 'ended lately']);
    expect((await db.select().from(mailTokens)).map((row) => row.tokenHash)).toEqual(['live']);
    expect((await db.select().from(signInFailures)).map((row) => row.email)).toEqual(['young']);
  });
});
