import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { mulberry32 } from '../../bench/synthetic.ts';
import { createPool } from '../../db/client.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../db/embedded/start.ts';
import { Program } from '../journeys/program.ts';
import { createProxy, type Proxy as Door } from '../setup/proxy.ts';
import type { TestRedis } from '../setup/redis.ts';
import { Load, unlimited } from './load.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';

const writers = 8;

/** A PostgreSQL that can be taken down as a crash does, and comes back at the same address. */
export class MortalPostgres {
  readonly #dataDir: string;
  #server: EmbeddedPostgres | null = null;
  #proxy: Door | null = null;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async start(): Promise<void> {
    this.#server = await startEmbeddedPostgres({ dataDir: this.#dataDir });
    if (this.#proxy === null) this.#proxy = await createProxy(this.#server.port);
    else this.#proxy.aim(this.#server.port);
  }

  get url(): string {
    const url = new URL(this.#server?.url ?? '');
    url.port = String(this.#proxy?.port);
    return url.href;
  }

  /** Immediate shutdown: connections are cut, and the next start replays the log. */
  async crash(): Promise<void> {
    const [pid] = (await readFile(join(this.#dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    await this.#server?.stop();
  }

  async stop(): Promise<void> {
    await this.#proxy?.shut();
    await this.#server?.stop();
  }
}

/** PostgreSQL is restarted immediately, as often as asked, while people write. */
export async function runPostgresFaults(
  run: Omit<FaultRun, 'databaseUrl'> & { postgres: MortalPostgres },
): Promise<FaultReport> {
  const { postgres, kills } = run;
  return await underLoad({ ...run, databaseUrl: postgres.url }, async (load, random, tell) => {
    let longestMs = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      await someWrites(load);
      await delay(random() * 500);
      await postgres.crash();
      await delay(random() * 500);
      await postgres.start();
      const backAt = performance.now();
      const before = load.acknowledged;
      await until('a write is acknowledged again', async () => load.acknowledged > before);
      const ms = performance.now() - backAt;
      longestMs = Math.max(longestMs, ms);
      tell(`restart ${kill} of ${kills}: first 2xx ${Math.round(ms)} ms after it was back`);
    }
    return { firstAnswerSeconds: longestMs / 1_000 };
  });
}

/** Redis is emptied under load as often as asked, and once taken away for a time. Writes must not notice. */
export async function runRedisFaults(run: FaultRun & { redis: TestRedis; awaySeconds: number }): Promise<FaultReport> {
  const { redis, kills, awaySeconds } = run;
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    const report = await underLoad(run, async (load, random, tell) => {
      for (let kill = 1; kill < kills; kill += 1) {
        await someWrites(load);
        await delay(random() * 1_000);
        await client.flushall();
        tell(`FLUSHALL ${kill} of ${kills - 1}`);
      }
      await someWrites(load);
      await redis.kill();
      await delay(awaySeconds * 1_000);
      await redis.restart();
      tell(`Redis was away for ${awaySeconds} s`);
      return { awaySeconds };
    });
    return report;
  } finally {
    client.disconnect();
  }
}

/** SIGTERM under load, as often as asked: what was accepted is answered, and the process is gone in time. */
export async function runStopFaults(run: FaultRun): Promise<FaultReport> {
  return await underLoad(run, async (load, random, tell, api) => {
    let longestMs = 0;
    for (let kill = 1; kill <= run.kills; kill += 1) {
      await someWrites(load);
      await delay(random() * 300);
      const start = performance.now();
      const status = await api.stop();
      const ms = performance.now() - start;
      longestMs = Math.max(longestMs, ms);
      if (status !== 0) load.wrongAnswers.add(`SIGTERM: exit status ${status}`);
      tell(`stop ${kill} of ${run.kills}: ${Math.round(ms)} ms`);
      await api.start();
    }
    if (load.aborted > 0) load.wrongAnswers.add(`${load.aborted} requests were aborted`);
    return { longestStopSeconds: longestMs / 1_000 };
  });
}

type Faults = (
  load: Load,
  random: () => number,
  tell: (line: string) => void,
  api: Program,
) => Promise<Record<string, number>>;

/** An API and a worker, people who write all the while, and faults of some kind. */
async function underLoad(run: FaultRun, make: Faults): Promise<FaultReport> {
  const { databaseUrl, redisUrl, kills, tell = () => undefined } = run;
  const environment = {
    DATABASE_URL: databaseUrl,
    ...unlimited,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  };
  const api = new Program({ ...environment, WORKERS: 'off' });
  const worker = new Program(environment, 'main');
  const pool = createPool(databaseUrl, () => undefined);
  try {
    await worker.start();
    await api.start();
    const load = new Load(api.baseUrl);
    await load.open();
    load.start(writers);
    const figures = await make(load, mulberry32(run.seed), tell, api);
    await load.stop();
    const { drainSeconds, ...found } = await settle(pool, load.oracles(pool));
    return {
      kills,
      acknowledged: load.acknowledged,
      wrongAnswers: [...load.wrongAnswers],
      figures: { ...figures, drainSeconds, unavailable: load.answers.get(503) ?? 0 },
      ...found,
    };
  } catch (error) {
    tell(api.output + worker.output);
    throw error;
  } finally {
    await Promise.all([api.remove(), worker.remove()]);
    await pool.end();
  }
}

async function someWrites(load: Load): Promise<void> {
  const before = load.acknowledged;
  await until('writes are acknowledged', async () => load.acknowledged > before + 20);
}
