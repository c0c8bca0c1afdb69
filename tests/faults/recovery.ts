import { createPostgresBackend, createRedisBackend, type PgPool, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { percentile } from '../../bench/speed/rows.ts';
import { type JobData, queueNames } from '../../workers/queues.ts';

/** Measures from each kill -9 until what the dead process had in hand is done. */
export interface RecoveryWatch {
  /** To be called as soon as a process is gone, and before it starts again: looks what jobs were in its hands, and in nobody else's. */
  killed(pid: number | undefined): Promise<void>;
  /** Whether all is done that was in hand at any kill. */
  isOver(): Promise<boolean>;
  /**
   * To be asked when all is done. Of a kill counts the last delivery to be done of those that were in hand; a kill that
   * left none counts nothing, and is not among the `recoveries`. What a delivery waits for besides counts, too: that the
   * loss is noticed, a place, an endpoint that is busy.
   */
  figures(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export function watchRecovery(pool: pg.Pool, redisUrl: string | null): RecoveryWatch {
  const redis = redisUrl === null ? null : new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queues = Object.values(queueNames).map((name) => openQueue(name, pool, redis));
  const inHand: { killedAtMs: number; deliveryIds: string[] }[] = [];
  return {
    async killed(pid) {
      const killedAtMs = Date.now();
      const jobs = (await Promise.all(queues.map((queue) => queue.getActive()))).flat();
      // A job of another can end between the list and the look at it.
      const itsOwn = jobs.filter((job) => job?.processedBy?.endsWith(`-${pid}`));
      const deliveryIds = itsOwn.flatMap((job) => job.data.deliveryIds ?? []);
      inHand.push({ killedAtMs, deliveryIds });
    },
    async isOver() {
      const { rows } = await pool.query(
        "select from deliveries where id = any($1) and status in ('pending', 'published') limit 1",
        [inHand.flatMap(({ deliveryIds }) => deliveryIds)],
      );
      return rows.length === 0;
    },
    async figures() {
      const ofKills: number[] = [];
      let deliveries = 0;
      const ofHandlers: Record<string, number> = {};
      for (const { killedAtMs, deliveryIds } of inHand) {
        const { rows } = await pool.query<{ handler: string; count: number; seconds: number }>(
          `select handler, count(*)::int as count, extract(epoch from max(done_at) - $2)::float8 as seconds from deliveries
           where id = any($1) and done_at > $2 group by handler`,
          [deliveryIds, new Date(killedAtMs)],
        );
        if (rows.length > 0) ofKills.push(Math.max(...rows.map(({ seconds }) => seconds)));
        for (const { handler, count, seconds } of rows) {
          deliveries += count;
          const name = `recoveryMaxSeconds ${handler}`;
          ofHandlers[name] = Math.max(ofHandlers[name] ?? 0, seconds);
        }
      }
      if (ofKills.length === 0) return { recoveries: 0 };
      return {
        recoveries: ofKills.length,
        recoveredDeliveries: deliveries,
        recoveryP50Seconds: percentile(ofKills, 0.5),
        recoveryP99Seconds: percentile(ofKills, 0.99),
        ...ofHandlers,
      };
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
      redis?.disconnect();
    },
  };
}

function openQueue(name: string, pool: pg.Pool, redis: Redis | null) {
  if (redis !== null) {
    const { Queue } = withBackend(createRedisBackend);
    return new Queue<JobData>(name, { connection: redis });
  }
  const { Queue } = withBackend(createPostgresBackend);
  return new Queue<JobData>(name, { connection: pool as unknown as PgPool });
}
