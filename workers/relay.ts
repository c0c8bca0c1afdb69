import { createHash } from 'node:crypto';
import type { Database } from '../db/client.ts';
import type { Clock } from '../src/core/clock.ts';
import type { Log } from '../src/core/ctx.ts';
import type { Span, Tracer } from '../src/core/trace.ts';
import type { Tx } from '../src/core/transaction.ts';
import { type Loop, startLoop } from './loop.ts';
import { createOutageLog } from './outage-log.ts';
import type { DeliveryJob, QueueName, Queues } from './queues.ts';
import type { Registry } from './registry.ts';
import { causesOf, type DueDelivery, returnExpired, takeDue } from './store.ts';
import { beginDeliverySpan } from './trace-deliveries.ts';

/** How long a published delivery may stay without being done before it is published again. */
export const leaseMs = 15_000;

const batchSize = 500;
const idlePollMs = 100;
const reconcileEveryMs = 2_000;
const firstBackoffMs = 100;
const maxBackoffMs = 5_000;

export interface RelayOptions {
  db: Database;
  clock: Clock;
  log: Log;
  registry: Registry;
  publish: Queues['publish'];
  /** None where no traces are made. */
  tracer?: Tracer | null;
}

/**
 * Publishes one batch of due deliveries; returns how many. The rows stay locked until the queue has taken them: if the
 * process dies in between they are pending still, and if it dies after the queue has them they go out twice, which the
 * claim makes harmless. Any number of relays may run at once.
 */
export async function publishDue(options: RelayOptions): Promise<number> {
  const now = options.clock.now();
  return await options.db.transaction(async (tx) => {
    const due = await takeDue(tx, {
      handlers: Object.keys(options.registry),
      now,
      leaseUntil: new Date(now.getTime() + leaseMs),
      limit: batchSize,
    });
    const spans = options.tracer ? await publishingSpans(options.tracer, tx, due) : [];
    try {
      for (const [queue, jobs] of jobsOf(due, options.registry)) await options.publish(queue, jobs);
    } catch (error) {
      for (const span of spans) span.fail(error);
      throw error;
    } finally {
      for (const span of spans) span.end();
    }
    return due.length;
  });
}

async function publishingSpans(tracer: Tracer, tx: Tx, due: readonly DueDelivery[]): Promise<Span[]> {
  const causes = await causesOf(
    tx,
    due.map(({ id }) => id),
  );
  return due.flatMap((delivery) => {
    const parent = causes.get(delivery.id);
    return parent === undefined ? [] : [beginDeliverySpan(tracer, 'publish', { ...delivery, parent })];
  });
}

/** By queue, each handler's in the order in which they came to be owed; those that come again before all that wait. */
function jobsOf(due: readonly DueDelivery[], registry: Registry): Map<QueueName, DeliveryJob[]> {
  const jobs = new Map<QueueName, DeliveryJob[]>();
  const inOrder = due.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const [name, handler] of Object.entries(registry)) {
    const owed = inOrder.filter((delivery) => delivery.handler === name);
    const add = (...added: DeliveryJob[]) => jobs.set(handler.queue, [...(jobs.get(handler.queue) ?? []), ...added]);
    // Jobs of many are not known again by their id: one that waits still would be overtaken by its double.
    const goAhead = (delivery: DueDelivery) =>
      delivery.again && handler.together === undefined && handler.order !== 'last';
    // The last to be put in front is the foremost.
    add(
      ...owed
        .filter(goAhead)
        .map((delivery) => toJob([delivery], name, 'first'))
        .reverse(),
    );
    const inTurn = owed.filter((delivery) => !goAhead(delivery));
    const most = handler.together?.most ?? 1;
    for (let from = 0; from < inTurn.length; from += most) {
      add(toJob(inTurn.slice(from, from + most), name, handler.order));
    }
  }
  return jobs;
}

/** The same deliveries and attempts have the same job id, so that publishing them twice leaves one job while the first waits. */
function toJob(deliveries: readonly DueDelivery[], handler: string, order: DeliveryJob['order']): DeliveryJob {
  const attempts = deliveries.map((delivery) => `${delivery.id}-${delivery.attempts}`);
  const [only] = attempts;
  const jobId =
    attempts.length === 1 && only !== undefined
      ? only
      : `together-${createHash('sha256').update(attempts.join()).digest('hex')}`;
  return { jobId, handler, deliveryIds: deliveries.map((delivery) => delivery.id), order };
}

/**
 * Makes pending again what was published and not done within its lease: its job was lost (a flushed Redis, a killed
 * worker) or is slow, in which case the job id keeps it from running twice. Returns how many.
 */
export async function reconcile(options: RelayOptions): Promise<number> {
  return await returnExpired(options.db, options.clock.now(), batchSize);
}

/** Relays until stopped; a wake publishes at once instead of at the next poll. While something is away it waits, up to 5 s. */
export function startRelay(options: RelayOptions): Loop {
  const outage = createOutageLog(options.log, 'publishing deliveries');
  let backoffMs = firstBackoffMs;
  let reconcileAtMs = 0;

  async function step(): Promise<{ pauseMs: number; wakeable: boolean }> {
    try {
      if (performance.now() >= reconcileAtMs) {
        const returned = await reconcile(options);
        if (returned > 0)
          options.log.info({ returned }, 'deliveries were not done within their lease; publishing them again');
        if (returned < batchSize) reconcileAtMs = performance.now() + reconcileEveryMs;
      }
      const published = await publishDue(options);
      outage.worked();
      backoffMs = firstBackoffMs;
      return { pauseMs: published < batchSize ? idlePollMs : 0, wakeable: true };
    } catch (error) {
      outage.failed(error);
      const pauseMs = backoffMs;
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs);
      return { pauseMs, wakeable: false };
    }
  }
  return startLoop(step);
}
