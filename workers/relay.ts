import type { Database } from '../db/client.ts';
import type { Clock } from '../src/core/clock.ts';
import type { Log } from '../src/core/ctx.ts';
import { type Loop, startLoop } from './loop.ts';
import { createOutageLog } from './outage-log.ts';
import type { DeliveryJob, Queues } from './queues.ts';
import type { Registry } from './registry.ts';
import { type DueDelivery, returnExpired, takeDue } from './store.ts';

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
}

/**
 * Publishes one batch of due deliveries; returns how many. The rows stay locked until the queue has taken them: if the
 * process dies in between they are pending still, and if it dies after the queue has them they go out twice, which the
 * claim makes harmless. Any number of relays may run at once.
 */
export async function publishDue(options: RelayOptions): Promise<number> {
  const now = options.clock.now();
  const jobOf = (delivery: DueDelivery) => toJob(delivery, options.registry[delivery.handler]?.order);
  return await options.db.transaction(async (tx) => {
    const due = await takeDue(tx, {
      handlers: Object.keys(options.registry),
      now,
      leaseUntil: new Date(now.getTime() + leaseMs),
      limit: batchSize,
    });
    for (const queue of new Set(Object.values(options.registry).map((handler) => handler.queue))) {
      const jobs = due.filter((delivery) => options.registry[delivery.handler]?.queue === queue).map(jobOf);
      if (jobs.length > 0) await options.publish(queue, jobs);
    }
    return due.length;
  });
}

/** The same delivery and attempt has the same job id, so that publishing it twice leaves one job while the first waits. */
function toJob({ id, attempts, handler }: DueDelivery, order: DeliveryJob['order']): DeliveryJob {
  return { jobId: `${id}-${attempts}`, handler, deliveryId: id, order };
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
