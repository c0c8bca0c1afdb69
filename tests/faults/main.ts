import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBench, wholeNumber } from '../../bench/flags.ts';
import { BenchInputError } from '../../bench/input-error.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { runApiFaults, runSameKey } from './api.ts';
import { type FaultRun, runNoticeFaults } from './notices.ts';
import { runOneHangs } from './one-hangs.ts';
import { complaintsOf, type FaultReport } from './oracles.ts';
import { runOverload } from './overload.ts';
import { runRandomFaults } from './random.ts';
import { runSearchAway } from './search-away.ts';
import { MortalPostgres, runPostgresFaults, runRedisFaults, runStopFaults } from './servers.ts';
import { runWebhookFaults } from './webhooks.ts';

interface Ground extends Omit<FaultRun, 'redisUrl'> {
  postgres: MortalPostgres;
  /** For files of a scenario's own, gone afterwards. */
  dataDir: string;
  /** Null: jobs go through PostgreSQL. */
  redis: TestRedis | null;
  redisUrl: string | null;
  minutes: number;
  /** That a server is away, where it is. */
  seconds: number;
}

interface Scenario {
  /** Faults that the targets of quality ask for. */
  kills: number;
  /** On Redis only. */
  wantsRedis?: true;
  run(ground: Ground): Promise<FaultReport>;
}

const scenarios: Record<string, Scenario> = {
  notices: { kills: 200, run: (ground) => runNoticeFaults(ground) },
  relay: { kills: 100, run: (ground) => runNoticeFaults(ground, 'relays') },
  api: { kills: 200, run: runApiFaults },
  redis: {
    kills: 11,
    wantsRedis: true,
    run: (ground) => runRedisFaults({ ...ground, redis: ofRedis(ground), awaySeconds: ground.seconds }),
  },
  postgres: { kills: 20, run: runPostgresFaults },
  stop: { kills: 50, run: runStopFaults },
  webhooks: { kills: 1, run: runWebhookFaults },
  'one-hangs': { kills: 20, run: runOneHangs },
  'same-key': { kills: 5, run: runSameKey },
  overload: { kills: 5, run: runOverload },
  'search-away': { kills: 4, run: runSearchAway },
  random: { kills: 1, wantsRedis: true, run: (ground) => runRandomFaults({ ...ground, redis: ofRedis(ground) }) },
};

/**
 * Real processes, real PostgreSQL and Redis, and faults at seeded moments; never timed. A short run of each but `random`
 * is in `npm test`. `npm run test:faults -- [--scenario notices,api|all] [--kills 50] [--minutes 30] [--seconds 60] [--seed 20261122]
 * [--jobs postgresql|redis] [--json FILE]`; without --kills as many as the targets ask for.
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'all' },
      kills: { type: 'string' },
      minutes: { type: 'string', default: '30' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '20261122' },
      jobs: { type: 'string', default: 'postgresql' },
      json: { type: 'string' },
    },
  });
  if (flags.jobs !== 'postgresql' && flags.jobs !== 'redis') {
    throw new BenchInputError(`--jobs wants postgresql or redis, not "${flags.jobs}".`);
  }
  const names = flags.scenario === 'all' ? Object.keys(scenarios) : flags.scenario.split(',');
  const seed = wholeNumber('seed', flags.seed);
  const rows = [];
  for (const name of names) {
    const scenario = scenarios[name];
    if (scenario === undefined) {
      throw new BenchInputError(`--scenario wants all or some of ${Object.keys(scenarios).join()}, not "${name}".`);
    }
    const jobs = scenario.wantsRedis ? 'redis' : flags.jobs;
    console.log(`${name}, jobs on ${jobs}`);
    const kills = flags.kills === undefined ? scenario.kills : wholeNumber('kills', flags.kills);
    const minutes = wholeNumber('minutes', flags.minutes);
    const seconds = wholeNumber('seconds', flags.seconds);
    const report = await onGround(jobs, (ground) =>
      scenario.run({ ...ground, kills, minutes, seconds, seed, tell: console.log }),
    );
    const complaints = complaintsOf(report);
    const row = { scenario: name, jobs, seed, ...summaryOf(report), complaints };
    rows.push(row);
    console.log(JSON.stringify(row));
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
    if (complaints.length > 0) process.exitCode = 1;
  }
});

/** A PostgreSQL and, for jobs on it, a Redis of their own; gone afterwards. */
async function onGround(
  jobs: string,
  run: (ground: Pick<Ground, 'postgres' | 'dataDir' | 'databaseUrl' | 'redis' | 'redisUrl'>) => Promise<FaultReport>,
): Promise<FaultReport> {
  const dataDir = join(tmpdir(), `duijie-faults-${randomUUID()}`);
  const postgres = new MortalPostgres(dataDir);
  await postgres.start();
  const redis = jobs === 'redis' ? await startRedis({ 'maxmemory-policy': 'noeviction' }) : null;
  try {
    await migrateDatabase(postgres.url);
    return await run({ postgres, dataDir, databaseUrl: postgres.url, redis, redisUrl: redis?.url ?? null });
  } finally {
    await redis?.kill();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function ofRedis({ redis }: Ground): TestRedis {
  if (redis === null) throw new Error('this scenario runs on Redis');
  return redis;
}

function summaryOf({ effects, ...report }: FaultReport) {
  const sum = (of: 'expected' | 'lost' | 'duplicated') =>
    Object.values(effects).reduce((total, effect) => total + effect[of], 0);
  return { ...report, effects: sum('expected'), lost: sum('lost'), duplicated: sum('duplicated'), byEffect: effects };
}
