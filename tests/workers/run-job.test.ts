import { eq, isNotNull, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import { deliveries } from '../../db/schema/index.ts';
import { AppError } from '../../src/core/errors.ts';
import { newId } from '../../src/core/ids.ts';
import { claimDeliveries, owe } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import { listDead } from '../../src/dead-letters/service.ts';
import type { Handler } from '../../workers/handler.ts';
import type { DeliveryJob } from '../../workers/queues.ts';
import { leaseMs, publishDue, reconcile } from '../../workers/relay.ts';
import { runDeliveries, runDelivery } from '../../workers/run-job.ts';
import { systemCtx } from '../../workers/worker-deps.ts';
import { createHarness, effectHandler, type Harness } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness(null);
});
afterEach(() => harness.close());

describe('what a message owes besides', () => {
  it('is one delivery for each target, none twice, each from its own moment', async () => {
    const [row] = await harness.deps.db
      .select()
      .from(deliveries)
      .where(eq(deliveries.id, await harness.send()));
    const messageId = row?.messageId ?? '';
    const ctx = systemCtx(harness.deps, 'test');
    const [now, later] = [newId(), newId()];
    const tomorrow = new Date(ctx.clock.now().getTime() + 86_400_000);
    const targets = [{ id: now }, { id: later, notBefore: tomorrow }];
    for (const _ of [1, 2]) await transaction(ctx, (tx) => owe(tx, ctx, { messageId, handler: 'send-email', targets }));
    const owed = await harness.deps.db.select().from(deliveries).where(isNotNull(deliveries.targetId));
    expect(owed.map(({ targetId, notBefore }) => ({ targetId, notBefore }))).toEqual([
      { targetId: now, notBefore: ctx.clock.now() },
      { targetId: later, notBefore: tomorrow },
    ]);
    const seen: (string | null)[] = [];
    const handler: Handler = { queue: 'duijie-outgoing', run: async (_, { targetId }) => void seen.push(targetId) };
    const options = { deps: harness.deps, registry: { 'send-email': handler } };
    for (const { id } of owed) await runDelivery(id, options);
    expect(seen).toEqual([now]);
  });
});

describe('running a delivery', () => {
  it('lets one of two runs that race have its effect', async () => {
    const id = await harness.send();
    const bothAreThere = barrier(2);
    const options = { deps: harness.deps, registry: { notify: effectHandler(bothAreThere) } };
    const outcomes = await Promise.all([runDelivery(id, options), runDelivery(id, options)]);
    expect(outcomes.sort()).toEqual(['already-done', 'done']);
    expect(await harness.effects()).toEqual({ [id]: 1 });
  });

  it('counts one attempt when two runs fail at once', async () => {
    const id = await harness.send();
    const bothAreThere = barrier(2);
    const fails = effectHandler(async () => {
      await bothAreThere();
      throw new Error('boom');
    });
    const options = { deps: harness.deps, registry: { notify: fails } };
    await Promise.all([runDelivery(id, options), runDelivery(id, options)]);
    expect(await harness.delivery(id)).toMatchObject({ status: 'pending', attempts: 1 });
  });

  it('takes nothing back when it fails after later runs have failed', async () => {
    const id = await harness.send();
    let release: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun: () => void = () => undefined;
    const isUnderWay = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const failsLate = effectHandler(async () => {
      begun();
      await waits;
      throw new Error('late');
    });
    const late = runDelivery(id, { deps: harness.deps, registry: { notify: failsLate } });
    await isUnderWay;
    const fails = effectHandler(() => {
      throw new Error('boom');
    });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await runDelivery(id, { deps: harness.deps, registry: { notify: fails } });
      harness.advanceMs(300_000);
    }
    release();
    await late;
    expect(await harness.delivery(id)).toMatchObject({ status: 'pending', attempts: 2, lastError: 'boom' });
  });

  it('leaves no effect when the handler fails in its transaction', async () => {
    const id = await harness.send();
    const breaks: Handler = {
      queue: 'duijie-notices',
      run: (ctx) =>
        transaction(ctx, async (tx) => {
          await tx.execute(sql`insert into effects values (${ctx.deliveryId})`);
          throw new Error('boom');
        }),
    };
    expect(await runDelivery(id, { deps: harness.deps, registry: { notify: breaks } })).toBe('retried');
    expect(await harness.effects()).toEqual({});
    expect(await harness.delivery(id)).toMatchObject({
      status: 'pending',
      attempts: 1,
      lastError: 'boom',
      doneAt: null,
    });
  });

  it('does not run what is done, unknown, or waiting for its time', async () => {
    const id = await harness.send();
    let runs = 0;
    const counts = effectHandler(() => {
      runs += 1;
      if (runs === 1) throw new Error('boom');
    });
    const options = { deps: harness.deps, registry: { notify: counts }, random: () => 1 };
    expect(await runDelivery(id, options)).toBe('retried');
    expect(await runDelivery(id, options)).toBe('not-due');
    harness.advanceMs(1_000);
    expect(await runDelivery(id, options)).toBe('done');
    expect(await runDelivery(id, options)).toBe('already-done');
    expect(await runDelivery(newId(), options)).toBe('already-done');
    expect(runs).toBe(2);
  });

  it('buries a delivery whose handler keeps failing once, and lists it', async () => {
    const id = await harness.send();
    const registry = { notify: effectHandler(() => Promise.reject(new Error('boom'))) };
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await runDelivery(id, { deps: harness.deps, registry });
      harness.advanceMs(300_000);
    }
    expect(await listDead(harness.deps.db, 10)).toMatchObject([
      { id, handler: 'notify', messageType: 'organization.verified', attempts: 10, lastError: 'boom' },
    ]);
    const errors = harness.lines.filter((line) => line.level === 'error');
    expect(errors).toMatchObject([
      { message: 'a delivery is dead', fields: { deliveryId: id, attempts: 10, error: 'boom' } },
    ]);
  });

  it('leaves a delivery to its lease when the database is away, without throwing', async () => {
    const id = await harness.send();
    const nowhere = createPool('postgres://nobody@127.0.0.1:1/nowhere', () => undefined);
    const away = { ...harness.deps, pool: nowhere, db: createDatabase(nowhere) };
    expect(await runDelivery(id, { deps: away, registry: { notify: effectHandler() } })).toBe('unrecorded');
    await nowhere.end();
    expect(await harness.delivery(id)).toMatchObject({ status: 'pending', attempts: 0 });
  });
});

describe('running deliveries together', () => {
  /** Claims them all and writes an effect of each; fails when one of them is `broken`. */
  function togetherHandler(broken: () => string | null = () => null): Handler {
    return {
      ...effectHandler((ctx) => {
        if (ctx.deliveryId === broken()) throw new Error('boom');
      }),
      together: {
        most: 10,
        run: (ctx, ids) =>
          transaction(ctx, async (tx) => {
            const claimed = await claimDeliveries(tx, ids, ctx.clock.now());
            for (const { id } of claimed) {
              await tx.execute(sql`insert into effects values (${id})`);
              if (id === broken()) throw new Error('boom');
            }
            return claimed.map(({ id }) => id);
          }),
      },
    };
  }

  it('fulfils each once, though two runs have some of the same', async () => {
    const ids = await sendMany(6);
    const options = { deps: harness.deps, registry: { notify: togetherHandler() } };
    const [first, second] = await Promise.all([
      runDeliveries('notify', ids.slice(0, 4), options),
      runDeliveries('notify', ids.slice(2).reverse(), options),
    ]);
    expect([...first, ...second].sort()).toEqual([...repeat(2, 'already-done'), ...repeat(6, 'done')]);
    expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
    expect(await harness.delivery(ids[0] ?? '')).toMatchObject({ status: 'done', leaseUntil: null, attempts: 0 });
  });

  it('that fail are tried one by one: only the broken one waits for its next attempt', async () => {
    const ids = await sendMany(5);
    let broken: string | null = ids[2] ?? null;
    const options = { deps: harness.deps, registry: { notify: togetherHandler(() => broken) } };
    expect(await runDeliveries('notify', ids, options)).toEqual(['done', 'done', 'retried', 'done', 'done']);
    expect(await harness.delivery(ids[2] ?? '')).toMatchObject({ status: 'pending', attempts: 1, lastError: 'boom' });
    expect(harness.counted).toEqual(['sent', 'sent', 'retried', 'sent', 'sent'].map((outcome) => `notify ${outcome}`));
    broken = null;
    // A leftover job of the first attempt: its time has not come.
    expect(await runDeliveries('notify', ids, options)).toEqual(repeat(5, 'already-done'));
    harness.advanceMs(300_000);
    expect(await runDeliveries('notify', ids, options)).toEqual([
      ...repeat(2, 'already-done'),
      'done',
      ...repeat(2, 'already-done'),
    ]);
    expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
  });

  it('are published as jobs of as many as the handler takes, in their order, and one by one where it takes one', async () => {
    const ids = await sendMany(23);
    const jobs: DeliveryJob[] = [];
    const publish = async (_: string, published: readonly DeliveryJob[]) => void jobs.push(...published);
    const { db, clock, log } = harness.deps;
    const together = { db, clock, log, registry: { notify: togetherHandler() }, publish };
    expect(await publishDue(together)).toBe(23);
    expect(jobs.map((job) => job.deliveryIds)).toEqual([ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)]);
    expect(new Set(jobs.map((job) => job.jobId)).size).toBe(3);

    const [first] = jobs.splice(0);
    harness.advanceMs(leaseMs + 1);
    await reconcile(together);
    await publishDue(together);
    expect(jobs[0]?.jobId).toBe(first?.jobId);

    jobs.length = 0;
    harness.advanceMs(leaseMs + 1);
    await reconcile(together);
    await publishDue({ ...together, registry: { notify: effectHandler() } });
    expect(jobs.map((job) => [job.jobId, job.deliveryIds])).toEqual(ids.map((id) => [`${id}-0`, [id]]).reverse());
  });

  it('go ahead of all that wait when they come again: lost or put back, but not for a place that others wait for', async () => {
    const [lost = '', away = '', busy = ''] = await sendMany(3);
    const { deps } = harness;
    const { db, clock, log } = deps;
    const jobs: DeliveryJob[] = [];
    const publish = async (_: string, published: readonly DeliveryJob[]) => void jobs.push(...published);
    const relay = { db, clock, log, registry: { notify: effectHandler() }, publish };
    await publishDue(relay);
    const unavailable = effectHandler(() => {
      throw new AppError('UNAVAILABLE', { zh: '不可用', en: 'It is away.' });
    });
    expect(await runDelivery(away, { deps, registry: { notify: unavailable } })).toBe('retried');
    const crowded = { ...unavailable, waitsForPlace: true } as const;
    expect(await runDelivery(busy, { deps, registry: { notify: crowded } })).toBe('retried');
    harness.advanceMs(leaseMs + 1);
    await reconcile(relay);
    const [since] = await sendMany(1);
    jobs.length = 0;
    await publishDue(relay);
    expect(jobs.map(({ deliveryIds: [id], order }) => [id, order])).toEqual([
      [away, 'first'],
      [lost, 'first'],
      [busy, undefined],
      [since, undefined],
    ]);
  });

  it('are passed over by a second relay while a first one hands them out', async () => {
    const ids = await sendMany(3);
    const { db, clock, log } = harness.deps;
    const relay = { db, clock, log, registry: { notify: togetherHandler() } };
    let takenBesides: number | null = null;
    const publish = async () => {
      takenBesides = await publishDue({ ...relay, publish: async () => undefined });
    };
    expect(await publishDue({ ...relay, publish })).toBe(ids.length);
    expect(takenBesides).toBe(0);
  });

  async function sendMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < count; at += 1) ids.push(await harness.send());
    return ids;
  }
});

function repeat<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}

/** Resolves for all once it has been called `parties` times. */
function barrier(parties: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === parties) open();
    return opened;
  };
}
