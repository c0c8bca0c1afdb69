import { setTimeout as delay } from 'node:timers/promises';
import { mulberry32 } from '../../bench/synthetic.ts';
import { createPool } from '../../db/client.ts';
import { freePort, Program } from '../journeys/program.ts';
import type { TestRedis } from '../setup/redis.ts';
import { Load, unlimited } from './load.ts';
import { MemoryWatch } from './memory.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';
import type { MortalPostgres } from './servers.ts';

const writers = 8;
const maxPauseMs = 4_000;
const redisAwayMs = 5_000;
const memoryReadings = 120;

export interface RandomRun extends Omit<FaultRun, 'databaseUrl' | 'redisUrl' | 'kills'> {
  postgres: MortalPostgres;
  redis: TestRedis;
  minutes: number;
}

/**
 * Two APIs and two workers on Redis, of each one that is killed and one that lives through everything: a fault of a random
 * kind every few seconds while people write. The living ones must not grow, compared at the same load: see `memory.ts`.
 */
export async function runRandomFaults(run: RandomRun): Promise<FaultReport> {
  const { postgres, redis, seed, minutes, tell = () => undefined } = run;
  const random = mulberry32(seed);
  const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...unlimited };
  const mortalApi = new Program({ ...environment, WORKERS: 'off' });
  const livingApi = new Program({ ...environment, WORKERS: 'off' });
  const mortalWorker = new Program(environment, 'main');
  const metricsPort = await freePort();
  const livingWorker = new Program({ ...environment, METRICS_PORT: String(metricsPort) }, 'main');
  const programs = [mortalWorker, livingWorker, mortalApi, livingApi];
  const pool = createPool(postgres.url, () => undefined);
  let isBroken = false;
  try {
    for (const program of programs) await program.start();
    const load = new Load(livingApi.baseUrl, mortalApi.baseUrl);
    await load.open();
    load.start(writers);
    const faults: Record<string, () => Promise<void>> = {
      'kill of an API': async () => {
        await mortalApi.kill();
        await mortalApi.start();
      },
      'kill of a worker': async () => {
        await mortalWorker.kill();
        await mortalWorker.start();
      },
      'PostgreSQL restarted': async () => {
        await postgres.crash();
        await postgres.start();
      },
      'Redis emptied by a restart': async () => {
        await redis.kill();
        await redis.restart();
      },
      'Redis away': async () => {
        await redis.kill();
        await delay(redisAwayMs);
        await redis.restart();
      },
    };
    const names = Object.keys(faults);
    const startedAt = performance.now();
    const share = () => (performance.now() - startedAt) / (minutes * 60_000);
    let kills = 0;
    const watches = [
      new MemoryWatch('api', `${livingApi.baseUrl}/metrics`),
      new MemoryWatch('worker', `http://127.0.0.1:${metricsPort}/metrics`),
    ];
    const reading = readAll(watches, () => (isBroken ? 1 : share()), (minutes * 60_000) / memoryReadings);
    while (share() < 1) {
      await delay(random() * maxPauseMs);
      const name = names[Math.floor(random() * names.length)] ?? '';
      const before = load.acknowledged;
      await faults[name]?.();
      kills += 1;
      await until('writes are acknowledged', async () => load.acknowledged > before + writers);
      tell(`${Math.round(share() * 100)} %: ${name}; ${load.acknowledged} writes`);
    }
    await reading;
    await load.stop();
    const { drainSeconds, ...found } = await settle(pool, load.oracles(pool));
    const figures = Object.assign({ drainSeconds }, ...watches.map((watch) => watch.figures()));
    const wrongAnswers = [...load.wrongAnswers, ...watches.flatMap((watch) => watch.complaints(minutes))];
    return { kills, acknowledged: load.acknowledged, wrongAnswers, figures, ...found };
  } catch (error) {
    isBroken = true;
    for (const program of programs) tell(program.output);
    throw error;
  } finally {
    await Promise.all(programs.map((program) => program.remove()));
    await pool.end();
  }
}

/** Until the run is over. */
async function readAll(watches: readonly MemoryWatch[], share: () => number, everyMs: number): Promise<void> {
  while (share() < 1) {
    await Promise.all(watches.map((watch) => watch.read(share())));
    await delay(everyMs);
  }
}
