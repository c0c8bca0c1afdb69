import { setTimeout as delay } from 'node:timers/promises';
import { mulberry32 } from '../../bench/synthetic.ts';
import { createPool } from '../../db/client.ts';
import { Program } from '../journeys/program.ts';
import type { TestRedis } from '../setup/redis.ts';
import { Load, unlimited } from './load.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';
import type { MortalPostgres } from './servers.ts';

const writers = 8;
const maxPauseMs = 4_000;
const redisAwayMs = 5_000;
/** Before memory is compared, every part has met what it caches. */
const warmUpShare = 0.25;

export interface RandomRun extends Omit<FaultRun, 'databaseUrl' | 'redisUrl' | 'kills'> {
  postgres: MortalPostgres;
  redis: TestRedis;
  minutes: number;
}

/**
 * Two APIs and two workers on Redis, of each one that is killed and one that lives through everything: a fault of a random
 * kind every few seconds while people write. The living ones must not grow.
 */
export async function runRandomFaults(run: RandomRun): Promise<FaultReport> {
  const { postgres, redis, seed, minutes, tell = () => undefined } = run;
  const random = mulberry32(seed);
  const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...unlimited };
  const [mortalApi, livingApi] = [0, 1].map(() => new Program({ ...environment, WORKERS: 'off' })) as Pair;
  const [mortalWorker, livingWorker] = [0, 1].map(() => new Program(environment, 'main')) as Pair;
  const programs = [mortalWorker, livingWorker, mortalApi, livingApi];
  const pool = createPool(postgres.url, () => undefined);
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
    let warm: Memory | null = null;
    while (share() < 1) {
      await delay(random() * maxPauseMs);
      const name = names[Math.floor(random() * names.length)] ?? '';
      const before = load.acknowledged;
      await faults[name]?.();
      kills += 1;
      await until('writes are acknowledged', async () => load.acknowledged > before + writers);
      tell(`${Math.round(share() * 100)} %: ${name}; ${load.acknowledged} writes`);
      if (warm === null && share() > warmUpShare) warm = await memoryOf(livingApi, livingWorker);
    }
    await load.stop();
    const { drainSeconds, ...found } = await settle(pool, load.oracles(pool));
    const end = await memoryOf(livingApi, livingWorker);
    const figures = { drainSeconds, ...grownBy(warm ?? end, end) };
    return { kills, acknowledged: load.acknowledged, wrongAnswers: [...load.wrongAnswers], figures, ...found };
  } catch (error) {
    for (const program of programs) tell(program.output);
    throw error;
  } finally {
    await Promise.all(programs.map((program) => program.remove()));
    await pool.end();
  }
}

type Pair = [Program, Program];

/** Resident bytes. */
interface Memory {
  api: number;
  worker: number;
}

async function memoryOf(api: Program, worker: Program): Promise<Memory> {
  return { api: await api.residentBytes(), worker: await worker.residentBytes() };
}

function grownBy(from: Memory, to: Memory): Record<string, number> {
  return {
    apiGrowthPercent: (to.api / from.api - 1) * 100,
    workerGrowthPercent: (to.worker / from.worker - 1) * 100,
    apiMegabytes: to.api / 2 ** 20,
    workerMegabytes: to.worker / 2 ** 20,
  };
}
