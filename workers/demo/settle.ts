import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../src/config.ts';
import type { Db } from '../../src/core/transaction.ts';
import type { Progress } from './progress.ts';
import { countOwed } from './store.ts';

const pollMs = 100;
const stalledAfterMs = 60_000;

/**
 * Waits until the workers have done all that is owed: matches found, notices written.
 * @throws ConfigError when nothing has been done for a minute
 */
export async function waitUntilSettled(db: Db, progress: Progress, signal: AbortSignal): Promise<void> {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  let movedAtMs = performance.now();
  for (;;) {
    const owed = await countOwed(db);
    most = Math.max(most, owed);
    if (owed < least) {
      least = owed;
      movedAtMs = performance.now();
    }
    if (owed === 0) return;
    progress.count('matching and notices 匹配与通知', most - owed, most);
    if (performance.now() - movedAtMs > stalledAfterMs) throw new ConfigError(noWorkers);
    await delay(pollMs, undefined, { signal });
  }
}

export const noWorkers =
  'Nobody works on the matches. Leave WORKERS unset, or run `npm run worker` beside the demo on the same DATABASE_URL.\n没有后台进程计算匹配：请不要设置 WORKERS=off，或同时运行 npm run worker。';
