import { createPostgresBackend, createRedisBackend, type PgPool, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError, invalidState, notFound } from '../../src/core/errors.ts';
import { revive } from '../../src/dead-letters/service.ts';
import {
  openPostgresQueues,
  openRedisQueues,
  type QueueName,
  type Queues,
  type Recovery,
} from '../../workers/queues.ts';
import { connectRedis } from '../../workers/redis.ts';
import { leaseMs, publishDue } from '../../workers/relay.ts';
import { startRedis, type TestRedis, withoutRedis } from '../setup/redis.ts';
import { createHarness, effectHandler, type Harness } from './harness.ts';

const enough = { timeout: 20_000, interval: 20 };
const fiveMinutesMs = 300_000;

for (const backend of ['postgresql', 'redis'] as const) {
  describe.skipIf(backend === 'redis' && withoutRedis)(`deliveries on ${backend}`, () => {
    let redis: TestRedis | null = null;
    let harness: Harness;

    beforeAll(async () => {
      if (backend === 'redis') redis = await startRedis();
    });
    afterAll(async () => {
      await redis?.kill();
    });
    beforeEach(async () => {
      harness = await createHarness(redis?.url ?? null);
    });
    afterEach(async () => {
      await harness.close();
      if (redis !== null) await flush(redis.url);
    });

    async function until(id: string, expected: Partial<Awaited<ReturnType<Harness['delivery']>>>): Promise<void> {
      await vi.waitFor(async () => expect(await harness.delivery(id)).toMatchObject(expected), enough);
    }

    /** The queues without a worker on them. */
    async function openQueues(recovery?: Recovery): Promise<Queues> {
      const { deps } = harness;
      if (redis === null) return openPostgresQueues(deps.pool, deps.log, recovery);
      return openRedisQueues(await connectRedis(redis.url, deps.log, new AbortController().signal), deps.log, recovery);
    }

    /** What the library itself says of a queue, and a worker that takes a job and is not heard of again. */
    function openLibrary(name: QueueName) {
      const options = { autorun: false, lockDuration: 1, stalledInterval: 10 };
      if (redis === null) {
        const { Queue, Worker } = withBackend(createPostgresBackend);
        const connection = harness.deps.pool as unknown as PgPool;
        return {
          queue: new Queue(name, { connection }),
          mortal: new Worker(name, null, { ...options, connection }),
          end: () => undefined,
        };
      }
      const { Queue, Worker } = withBackend(createRedisBackend);
      const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
      return {
        queue: new Queue(name, { connection }),
        mortal: new Worker(name, null, { ...options, connection }),
        end: () => connection.disconnect(),
      };
    }

    it('has the effect of each message once and leaves every delivery done', async () => {
      harness.start();
      const ids = await Promise.all(Array.from({ length: 40 }, () => harness.send()));
      for (const id of ids) await until(id, { status: 'done', attempts: 0, lastError: null });
      expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
      expect(harness.lines.filter((line) => line.level === 'warn' || line.level === 'error')).toEqual([]);
    });

    it('has each effect once when two processes relay and work', async () => {
      harness.start();
      harness.start({}, harness.anotherProcess());
      const ids = await Promise.all(Array.from({ length: 40 }, () => harness.send()));
      for (const id of ids) await until(id, { status: 'done' });
      expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
    });

    it('does first what a person waits for, and last what nobody does, whatever came before', async () => {
      const queues = await openQueues();
      const done: string[] = [];
      const publish = (name: string, order?: 'first' | 'last') =>
        queues.publish('duijie-matching', [{ jobId: name, handler: name, deliveryIds: [name], order }]);
      for (const name of ['refresh all', 'refresh more']) await publish(name, 'last');
      for (const name of ['refresh one', 'refresh another']) await publish(name);
      await publish('preview', 'first');
      await queues.work('duijie-matching', 1, async ({ name }) => void done.push(name));
      await vi.waitFor(() => expect(done).toHaveLength(5), enough);
      expect(done).toEqual(['preview', 'refresh one', 'refresh another', 'refresh all', 'refresh more']);
      await queues.close();
    });

    it('does what a dead process had in hand before what has waited since, and last what nobody waits for', async () => {
      const queues = await openQueues({ lockMs: 1_000, checkEveryMs: 25 });
      const { queue, mortal, end } = openLibrary('duijie-matching');
      const done: string[] = [];
      const publish = (name: string, order?: 'last') =>
        queues.publish('duijie-matching', [{ jobId: name, handler: name, deliveryIds: [name], order }]);
      await publish('in hand');
      expect((await mortal.getNextJob('token'))?.name).toBe('in hand');
      await publish('refresh all', 'last');
      for (const name of ['holds the place', 'waits', 'waits, too']) await publish(name);
      let release: () => void = () => undefined;
      const returned = new Promise<void>((resolve) => (release = resolve));
      await queues.work('duijie-matching', 1, async ({ name }) => {
        if (name === 'holds the place') await returned;
        done.push(name);
      });
      await vi.waitFor(async () => expect((await queue.getWaiting())[0]?.name).toBe('in hand'), enough);
      release();
      await vi.waitFor(() => expect(done).toHaveLength(5), enough);
      expect(done).toEqual(['holds the place', 'in hand', 'waits', 'waits, too', 'refresh all']);
      await Promise.all([queues.close(), queue.close(), mortal.close()]);
      end();
    });

    it('keeps the place of what a dead process had in hand, also when the process that noticed dies in that moment', async () => {
      const queues = await openQueues();
      const { queue, mortal, end } = openLibrary('duijie-mail');
      const publish = (jobId: string) =>
        queues.publish('duijie-mail', [{ jobId, handler: jobId, deliveryIds: [jobId] }]);
      for (const name of ['first in hand', 'in hand, too', 'waits', 'waits, too']) await publish(name);
      for (const name of ['first in hand', 'in hand, too']) expect((await mortal.getNextJob('token'))?.name).toBe(name);
      await mortal.startStalledCheckTimer();
      await vi.waitFor(async () => expect(await queue.getActiveCount()).toBe(0), enough);
      await mortal.close();
      const done: string[] = [];
      await queues.work('duijie-mail', 1, async ({ name }) => void done.push(name));
      await vi.waitFor(() => expect(done).toHaveLength(4), enough);
      expect(done.slice(0, 2).toSorted()).toEqual(['first in hand', 'in hand, too']);
      await Promise.all([queues.close(), queue.close()]);
      end();
    });

    it('sends eight mails at a time, in their order, while a slow mail server holds up nothing else', async () => {
      const begun: string[] = [];
      let answer: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      const mail = effectHandler(async ({ deliveryId = '' }) => {
        begun.push(deliveryId);
        await answered;
      });
      harness.start({ registry: { 'send-email': { ...mail, queue: 'duijie-mail' }, notify: effectHandler() } });
      const mails: string[] = [];
      for (let n = 0; n < 10; n += 1) mails.push(await harness.send('user.password_reset_requested'));
      await vi.waitFor(() => expect(begun).toHaveLength(8), enough);
      await until(await harness.send(), { status: 'done' });
      expect(begun.toSorted()).toEqual(mails.slice(0, 8));
      answer();
      for (const id of mails) await until(id, { status: 'done', attempts: 0, lastError: null });
    });

    it('closes a delivery whose handler opened no transaction', async () => {
      harness.start({ registry: { notify: { queue: 'duijie-notices', run: async () => undefined } } });
      await until(await harness.send(), { status: 'done' });
      expect(await harness.effects()).toEqual({});
    });

    it('tries an unknown error again, and not before its time', async () => {
      let runs = 0;
      const fails = effectHandler(() => {
        runs += 1;
        if (runs === 1) throw new Error('boom');
      });
      harness.start({ registry: { notify: fails } });
      const id = await harness.send();
      await until(id, { status: 'pending', attempts: 1, lastError: 'boom' });
      // The relay has seen a later message and left this one, whose time has not come.
      await until(await harness.send(), { status: 'done' });
      expect(await harness.delivery(id)).toMatchObject({ status: 'pending', attempts: 1 });
      harness.advanceMs(1_000);
      await until(id, { status: 'done', attempts: 1 });
      expect((await harness.effects())[id]).toBe(1);
    });

    it('gives up after ten attempts, logs one error, and delivers when told to try again', async () => {
      let broken = true;
      let runs = 0;
      const fails = effectHandler(() => {
        runs += 1;
        if (broken) throw new Error('boom');
      });
      harness.start({ registry: { notify: fails } });
      const id = await harness.send();
      for (let attempts = 1; attempts < 10; attempts += 1) {
        await until(id, { status: 'pending', attempts });
        harness.advanceMs(fiveMinutesMs);
      }
      await until(id, { status: 'dead', attempts: 10, lastError: 'boom' });
      expect(runs).toBe(10);
      expect(await harness.effects()).toEqual({});
      expect(harness.lines.filter((line) => line.level === 'error')).toHaveLength(1);

      broken = false;
      expect(await revive(harness.deps.db, [id], harness.deps.clock.now())).toBe(1);
      await until(id, { status: 'done', attempts: 0 });
      expect(await harness.effects()).toEqual({ [id]: 1 });
    });

    it('gives up at once on a state that no retry can change', async () => {
      const refused = effectHandler(() => {
        throw invalidState('closed', { zh: '已关闭', en: 'It is closed.' });
      });
      harness.start({ registry: { notify: refused } });
      await until(await harness.send(), { status: 'dead', attempts: 1, lastError: 'INVALID_STATE: It is closed.' });
    });

    it('owes nothing for a subject that is gone', async () => {
      const gone = effectHandler(() => {
        throw notFound();
      });
      harness.start({ registry: { notify: gone } });
      await until(await harness.send(), { status: 'done' });
      expect(harness.lines.filter((line) => line.level === 'error')).toEqual([]);
    });

    it('does not hold it against a delivery that something was away', async () => {
      let away = true;
      const waits = effectHandler(() => {
        if (away) throw new AppError('UNAVAILABLE', { zh: '不可用', en: 'It is away.' }, { retryAfterSeconds: 2 });
      });
      harness.start({ registry: { notify: waits } });
      const id = await harness.send();
      await until(id, { status: 'pending', attempts: 0, lastError: 'UNAVAILABLE: It is away.' });
      away = false;
      harness.advanceMs(4_000);
      await until(id, { status: 'done', attempts: 0 });
    });

    it('publishes again what was published and not done within its lease', async () => {
      const id = await harness.send();
      // The process was killed after the publication: the job is in no queue.
      const { db, clock, log } = harness.deps;
      await publishDue({ db, clock, log, registry: { notify: effectHandler() }, publish: async () => undefined });
      harness.start();
      await until(await harness.send(), { status: 'done' });
      expect(await harness.delivery(id)).toMatchObject({ status: 'published' });
      harness.advanceMs(leaseMs + 1);
      await until(id, { status: 'done' });
      expect((await harness.effects())[id]).toBe(1);
    });

    it('leaves deliveries pending when the queue does not take them', async () => {
      const id = await harness.send();
      const { db, clock, log } = harness.deps;
      const publish = () => Promise.reject(new Error('the queue is away'));
      await expect(publishDue({ db, clock, log, registry: { notify: effectHandler() }, publish })).rejects.toThrow(
        'away',
      );
      expect(await harness.delivery(id)).toMatchObject({ status: 'pending', leaseUntil: null });
    });

    it('runs a delivery once when its job is in the queue twice under two ids', async () => {
      const id = await harness.send();
      const queues = await openQueues();
      const job = { handler: 'notify', deliveryIds: [id] };
      await queues.publish('duijie-notices', [
        { ...job, jobId: `${id}-0` },
        { ...job, jobId: `${id}-again` },
      ]);
      await queues.close();
      harness.start();
      const last = await harness.send();
      await until(last, { status: 'done' });
      await until(id, { status: 'done' });
      expect(await harness.effects()).toEqual({ [id]: 1, [last]: 1 });
    });

    it('runs scheduled jobs under their own name', async () => {
      const actors: unknown[] = [];
      const run = async (ctx: { actor: unknown }) => void actors.push(ctx.actor);
      harness.start({ scheduledJobs: { housekeeping: { everyMs: 30_000, run } } });
      await vi.waitFor(() => expect(actors).toEqual([{ kind: 'system', name: 'housekeeping' }]), enough);
    });
  });
}

describe.skipIf(withoutRedis)('a Redis that fails', () => {
  let harness: Harness;
  let redis: TestRedis;

  afterEach(async () => {
    await harness.close();
    await redis.kill();
  });

  it('loses nothing when it is flushed', async () => {
    redis = await startRedis();
    harness = await createHarness(redis.url);
    const ids = await Promise.all(Array.from({ length: 10 }, () => harness.send()));
    const { db, clock, log } = harness.deps;
    const queues = openRedisQueues(await connectRedis(redis.url, log, new AbortController().signal), log);
    await vi.waitFor(
      () => publishDue({ db, clock, log, registry: { notify: effectHandler() }, publish: queues.publish }),
      enough,
    );
    await queues.close();
    await flush(redis.url);
    harness.start();
    harness.advanceMs(leaseMs + 1);
    await vi.waitFor(
      async () => expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1]))),
      enough,
    );
  });

  it('holds deliveries back while it is away, warns once, and goes on when it is back', async () => {
    redis = await startRedis();
    harness = await createHarness(redis.url);
    await harness.start().ready;
    await redis.kill();
    const ids = await Promise.all(Array.from({ length: 5 }, () => harness.send()));
    const relayWarnings = () =>
      harness.lines.filter((line) => line.message.startsWith('publishing deliveries does not'));
    await vi.waitFor(() => expect(relayWarnings()).toHaveLength(1), enough);
    for (const id of ids) expect(await harness.delivery(id)).toMatchObject({ status: 'pending' });
    await redis.restart();
    await vi.waitFor(
      async () => expect(await harness.effects()).toEqual(Object.fromEntries(ids.map((id) => [id, 1]))),
      enough,
    );
    expect(relayWarnings()).toHaveLength(1);
  });

  it('is refused when it would evict jobs, with what to set', async () => {
    redis = await startRedis({ 'maxmemory-policy': 'allkeys-lru' });
    harness = await createHarness(redis.url);
    await expect(harness.start().ready).rejects.toThrow(/allkeys-lru.*noeviction/s);
  });
});

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}
