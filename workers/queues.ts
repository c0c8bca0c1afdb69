import { hostname } from 'node:os';
import { createPostgresBackend, createRedisBackend, type PgPool, withBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { Log } from '../src/core/ctx.ts';
import { AppError } from '../src/core/errors.ts';
import { createOutageLog } from './outage-log.ts';

/** Few, so that a process on PostgreSQL stays below 25 connections: each worker holds one to listen on. */
export const queueNames = {
  matching: 'duijie-matching',
  notices: 'duijie-notices',
  /** What waits for others' servers, and so must not hold up what waits for nobody: endpoints, */
  outgoing: 'duijie-outgoing',
  /** and the one mail server. */
  mail: 'duijie-mail',
  schedules: 'duijie-schedules',
} as const;
export type QueueName = (typeof queueNames)[keyof typeof queueNames];

export interface DeliveryJob {
  jobId: string;
  /** The job's name, for people who look into the queue. */
  handler: string;
  deliveryIds: readonly string[];
  order?: JobOrder | undefined;
}

/** Before all that wait, or after all that do; without one, in turn. */
export type JobOrder = 'first' | 'last';

/** In the library's terms: a job with a priority waits until there is none without. */
const placeOf = { first: { lifo: true }, last: { priority: 1 } } as const satisfies Record<JobOrder, object>;

/** Jobs carry ids, never rows; those of a schedule carry nothing. */
export interface JobData {
  deliveryIds?: readonly string[];
}

/** `stalledCounter`: how many processes have died with the job in hand. */
export type JobProcessor = (job: { name: string; data: JobData; stalledCounter: number }) => Promise<void>;

interface JobOptions {
  jobId: string;
  lifo?: boolean;
  priority?: number;
}

/** What we use of the library's queue and worker, the same on both backends. */
interface BackendQueue {
  add(name: string, data: JobData, opts: JobOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: JobData; opts: JobOptions }[]): Promise<unknown>;
  getJobScheduler(name: string): Promise<{ every?: number; next?: number } | undefined>;
  upsertJobScheduler(
    name: string,
    repeat: { every: number },
    template: { name: string; data: JobData; opts: object },
  ): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}
interface BackendWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'active', listener: () => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}
interface Backend {
  queue(name: QueueName): BackendQueue;
  worker(name: QueueName, processor: JobProcessor, concurrency: number): BackendWorker;
  ready(): boolean;
  end(): Promise<void>;
}

// Retries and dead letters live in PostgreSQL, so the queue keeps nothing of a job that has ended.
const endedJobOptions = { removeOnComplete: true, removeOnFail: true };
const defaultJobOptions = { attempts: 1, ...endedJobOptions };

/** How soon the jobs of a process that died are taken up again: at most after both. */
export interface Recovery {
  /** Half of it without a word is a process that is slow, all of it one that is gone. */
  lockMs: number;
  checkEveryMs: number;
}

const standardRecovery: Recovery = { lockMs: 6_000, checkEveryMs: 2_000 };

/** Who works, for people who look into the queue and for what asks what a process had in hand. */
const workerName = `${hostname()}-${process.pid}`;

// The library's default of one stall fails a job killed twice.
function workerOptions({ lockMs, checkEveryMs }: Recovery) {
  const times = { lockDuration: lockMs, stalledInterval: checkEveryMs, runRetryDelay: 1_000 };
  return { ...times, name: workerName, maxStalledCount: 1_000 };
}

const publishTimeoutMs = 5_000;
/** On PostgreSQL the library makes temporary tables for many jobs at once: so few cost less one by one, a single one a sixth. */
const fewJobs = 3;

export interface Queues {
  /** @throws AppError UNAVAILABLE when the queue does not take the jobs in time */
  publish(queue: QueueName, jobs: readonly DeliveryJob[]): Promise<void>;
  /** Runs the jobs of one queue; resolves when it listens. */
  work(queue: QueueName, concurrency: number, processor: JobProcessor): Promise<void>;
  /** Sees to it that the named job is run every so often. To be repeated: a flushed Redis has lost its schedules. */
  ensureSchedule(name: string, everyMs: number): Promise<void>;
  /** Lets running jobs end and gives connections back; the pool stays open. */
  close(): Promise<void>;
}

/** Opens the queues on the process's one pool, whose search path has `bullmq`. The tables are made by `db/migrate.ts`. */
export function openPostgresQueues(pool: pg.Pool, log: Log, recovery = standardRecovery): Queues {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  // The library describes pg's pool in types of its own, to which only the overloads of a client's `on` do not fit.
  const connection = pool as unknown as PgPool;
  // Each queue and each of its workers listens for the pool's errors; Node.js warns of more than ten listeners.
  pool.setMaxListeners(pool.getMaxListeners() + 2 * Object.keys(queueNames).length);
  return openQueues(log, {
    queue: (name) => new Queue<JobData>(name, { connection, defaultJobOptions }),
    worker: (name, processor, concurrency) =>
      new Worker<JobData, void>(name, processor, { connection, concurrency, ...workerOptions(recovery) }),
    ready: () => true,
    end: async () => undefined,
  });
}

/** Opens the queues on Redis; `connections` is closed with them. See `redis.ts` for how the two clients differ. */
export function openRedisQueues(
  connections: { publisher: Redis; consumer: Redis },
  log: Log,
  recovery = standardRecovery,
): Queues {
  const { publisher, consumer } = connections;
  const { Queue, Worker } = withBackend(createRedisBackend);
  return openQueues(log, {
    queue: (name) => new Queue<JobData>(name, { connection: publisher, defaultJobOptions }),
    worker: (name, processor, concurrency) =>
      new Worker<JobData, void>(name, processor, { connection: consumer, concurrency, ...workerOptions(recovery) }),
    ready: () => publisher.status === 'ready',
    async end() {
      publisher.disconnect();
      consumer.disconnect();
    },
  });
}

function openQueues(log: Log, backend: Backend): Queues {
  const queues = new Map<QueueName, BackendQueue>();
  const workers: BackendWorker[] = [];
  const outage = createOutageLog(log, 'the job queue');
  let closing = false;

  function onError(error: Error): void {
    // The pool tells every queue that shared it, closed or not, of each connection that it loses.
    if (!closing) outage.failed(error);
  }

  function queueOf(name: QueueName): BackendQueue {
    let queue = queues.get(name);
    if (queue === undefined) {
      queue = backend.queue(name);
      queue.on('error', onError);
      queues.set(name, queue);
    }
    return queue;
  }

  return {
    async publish(name, jobs) {
      if (!backend.ready()) throw queueAway();
      const entries = jobs.map(({ jobId, handler, deliveryIds, order }) => ({
        name: handler,
        data: { deliveryIds },
        opts: { jobId, ...(order === undefined ? {} : placeOf[order]) },
      }));
      await inTime(addJobs(queueOf(name), entries));
    },

    async work(name, concurrency, processor) {
      const worker = backend.worker(name, processor, concurrency);
      workers.push(worker);
      worker.on('error', onError);
      worker.on('active', outage.worked);
      await worker.waitUntilReady();
    },

    async ensureSchedule(name, everyMs) {
      if (!backend.ready()) throw queueAway();
      const queue = queueOf(queueNames.schedules);
      const standing = await inTime(queue.getJobScheduler(name));
      // Setting a schedule anew would push its next run back, so a healthy one is left alone.
      if (standing?.every === everyMs && (standing.next ?? 0) > Date.now() - 2 * everyMs) return;
      await inTime(queue.upsertJobScheduler(name, { every: everyMs }, { name, data: {}, opts: endedJobOptions }));
    },

    async close() {
      closing = true;
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.end();
    },
  };
}

async function addJobs(queue: BackendQueue, entries: Parameters<BackendQueue['addBulk']>[0]): Promise<void> {
  if (entries.length > fewJobs) await queue.addBulk(entries);
  else for (const { name, data, opts } of entries) await queue.add(name, data, opts);
}

function queueAway(): AppError {
  return new AppError('UNAVAILABLE', {
    zh: '任务队列暂时不可用。',
    en: 'The job queue is not available at the moment.',
  });
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(queueAway()), publishTimeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
