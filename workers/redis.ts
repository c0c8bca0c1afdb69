import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ConfigError } from '../src/config.ts';
import type { Log } from '../src/core/ctx.ts';
import { createOutageLog } from './outage-log.ts';

const reconnectMs = 1_000;

/**
 * Connects when Redis can be reached and keeps jobs, however long that takes.
 * @throws ConfigError when its eviction policy would drop jobs; the signal's reason when aborted
 */
export async function connectRedis(
  url: string,
  log: Log,
  signal: AbortSignal,
): Promise<{ publisher: Redis; consumer: Redis }> {
  const outage = createOutageLog(log, 'Redis');
  for (;;) {
    signal.throwIfAborted();
    try {
      await checkEviction(url);
      break;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      outage.failed(error);
      await delay(reconnectMs, undefined, { signal });
    }
  }
  outage.worked();
  return {
    // Fails at once while Redis is away, so that the relay keeps its rows pending instead of piling up commands.
    publisher: await connect(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
    // Workers wait for jobs for as long as it takes; the library requires null for that.
    consumer: await connect(url, { maxRetriesPerRequest: null }),
  };
}

async function connect(
  url: string,
  options: { enableOfflineQueue?: boolean; maxRetriesPerRequest: number | null },
): Promise<Redis> {
  const client = new Redis(url, {
    ...options,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(times * 100, 2_000),
  });
  // The queues' own listeners tell of outages; without one here the client would print them.
  client.on('error', () => undefined);
  // Should it have gone again, the client goes on trying by itself.
  await client.connect().catch(() => undefined);
  return client;
}

/**
 * A Redis that evicts keys drops jobs silently: with allkeys-lru, 5,936 of 10,000 were seen to vanish.
 * @throws ConfigError unless `maxmemory-policy` is `noeviction`
 */
async function checkEviction(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
  });
  let lastError: Error | undefined;
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    // INFO, since hosted Redis often refuses CONFIG.
    const policy = /^maxmemory_policy:(.*)$/m.exec(await client.info('memory'))?.[1]?.trim();
    if (policy !== undefined && policy !== 'noeviction') {
      throw new ConfigError(
        `REDIS_URL: this Redis has maxmemory-policy ${policy}, which silently drops jobs when memory is short. Set "maxmemory-policy noeviction" there.\n` +
          `该 Redis 的 maxmemory-policy 为 ${policy}，内存不足时会丢弃任务；请设为 noeviction。`,
      );
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : (lastError ?? error);
  } finally {
    client.disconnect();
  }
}
