import { createPostgresBackend, createRedisBackend, type PgPool, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { percentile } from '../../bench/speed/rows.ts';
import { type JobData, queueNames } from '../../workers/queues.ts';

/** Measures from each kill -9 until what was in hand then is done. */
export interface RecoveryWatch {
  /** To be called as soon as a process is gone: looks what jobs run, in its hands or in others'. */
  killed(): Promise<void>;
  /**
   * To be asked when all is done. Of a kill counts the last delivery to be done of those that were in hand; a kill that
   * left none counts nothing, and is not among the `recoveries`. Under a backlog this is how long its work waits, too.
   */
  figures(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export function watchRecovery(pool: pg.Pool, redisUrl: string | null): RecoveryWatch {
  const redis = redisUrl === null ? null : new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queues = Object.values(queueNames).map((name) => openQueue(name, pool, redis));
  const inHand: { killedAtMs: number; deliveryIds: string[] }[] = [];
  return {
    async killed() {
      const killedAtMs = Date.now();
      const jobs = (await Promise.all(queues.map((queue) => queue.getActive()))).flat();
      // A job can end between the list and the look at it.
      const deliveryIds = jobs.flatMap((job) => job?.data.deliveryIds ?? []);
      inHand.push({ killedAtMs, deliveryIds });
    },
    async figures() {
      const ofKills: number[] = [];
      const ofHandlers: Record<string, number> = {};
      for (const { killedAtMs, deliveryIds } of inHand) {
        const { rows } = await pool.query<{ handler: string; seconds: number }>(
          `select handler, extract(epoch from max(done_at) - $2)::float8 as seconds from deliveries
           where id = any($1) and done_at > $2 group by handler`,
          [deliveryIds, new Date(killedAtMs)],
        );
        if (rows.length > 0) ofKills.push(Math.max(...rows.map(({ seconds }) => seconds)));
        for (const { handler, seconds } of rows) {
          const name = `recoveryMaxSeconds ${handler}`;
          ofHandlers[name] = Math.max(ofHandlers[name] ?? 0, seconds);
        }
      }
      if (ofKills.length === 0) return { recoveries: 0 };
      return {
        recoveries: ofKills.length,
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
