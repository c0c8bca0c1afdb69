import { mailsInFlight } from '../src/core/mailer.ts';
import type { Loop } from './loop.ts';
import { openPostgresQueues, openRedisQueues, type QueueName, type Queues, queueNames } from './queues.ts';
import type { CursorReader } from './readers/cursor-reader.ts';
import { connectRedis } from './redis.ts';
import type { Registry } from './registry.ts';
import { startRelay } from './relay.ts';
import { runDeliveries } from './run-job.ts';
import { keepSchedules, runScheduled, type ScheduledJobs } from './run-schedule.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Jobs at a time. Those of matching wait for its threads: while one is ranked, the next is read and the last written. */
function concurrencyOf(queue: QueueName, matchingThreads: number): number {
  switch (queue) {
    case queueNames.matching:
      return matchingThreads + 2;
    case queueNames.notices:
      return 8;
    case queueNames.outgoing:
      return 32;
    case queueNames.mail:
      return mailsInFlight;
    default:
      return 1;
  }
}

export interface WorkerParts {
  registry: Registry;
  scheduledJobs: ScheduledJobs;
  readers: readonly Pick<CursorReader, 'start' | 'wake' | 'stop'>[];
}

export interface Workers {
  /** Resolves when jobs are being worked on; rejects with ConfigError for a Redis that drops jobs. */
  ready: Promise<void>;
  /** Stops taking jobs and lets running ones end. Leaves the pool open. */
  close(): Promise<void>;
}

/**
 * Starts readers, queues, relay and schedules. While Redis is away it goes on trying, and what is owed waits in the outbox.
 * @param after what has to be done first; when it fails, nothing is started
 */
export function startWorkers(deps: WorkerDeps, parts: WorkerParts, after?: Promise<unknown>): Workers {
  const abort = new AbortController();
  const loops: Pick<Loop, 'stop'>[] = [];
  const wakes: (() => void)[] = [];
  let queues: Queues | null = null;

  async function open(): Promise<void> {
    await after;
    abort.signal.throwIfAborted();
    for (const reader of parts.readers) {
      reader.start();
      wakes.push(deps.wake.onWake(reader.wake));
    }
    queues = await openQueues(deps, abort.signal);
    abort.signal.throwIfAborted();
    const relay = startRelay({
      db: deps.db,
      clock: deps.clock,
      log: deps.log,
      registry: parts.registry,
      publish: queues.publish,
      tracer: deps.tracer,
    });
    wakes.push(deps.wake.onWake(relay.wake));
    loops.push(relay, keepSchedules(queues, parts.scheduledJobs, deps.log));
    await work(queues, deps, parts);
  }
  const ready = open();
  // Whoever awaits `ready` hears of a failure; nobody has to.
  ready.catch(() => undefined);

  return {
    ready,
    async close() {
      abort.abort();
      await ready.catch(() => undefined);
      for (const stopWaking of wakes) stopWaking();
      await Promise.all(loops.map((loop) => loop.stop()));
      await queues?.close();
      // Last: a running job may wait for what a reader has yet to read.
      await Promise.all(parts.readers.map((reader) => reader.stop()));
    },
  };
}

async function openQueues(deps: WorkerDeps, signal: AbortSignal): Promise<Queues> {
  const { redisUrl } = deps.config;
  if (redisUrl === null) return openPostgresQueues(deps.pool, deps.log);
  return openRedisQueues(await connectRedis(redisUrl, deps.log, signal), deps.log);
}

async function work(queues: Queues, deps: WorkerDeps, parts: WorkerParts): Promise<void> {
  const names = new Set(Object.values(parts.registry).map((handler) => handler.queue));
  const deliveries = [...names].map((name) =>
    queues.work(
      name,
      concurrencyOf(name, deps.config.matchingThreads),
      async ({ name: handler, data, stalledCounter }) => {
        const { deliveryIds = [] } = data;
        const options = { deps, registry: parts.registry, isTakenOver: stalledCounter > 0 };
        await runDeliveries(handler, deliveryIds, options);
      },
    ),
  );
  const schedules = queues.work(queueNames.schedules, 1, ({ name }) => runScheduled(name, parts.scheduledJobs, deps));
  await Promise.all([...deliveries, schedules]);
}
