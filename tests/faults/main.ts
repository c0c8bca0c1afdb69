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
  recovery: { kills: 50, run: (ground) => runNoticeFaults(ground, 'recovery') },
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
 * is in `npm test`. `npm run test:faults -- --full` is every scenario as often as the targets ask for, with `--percent 10` a tenth
 * as often. Or some: `[--scenario notices,api|all] [--kills 50] [--minutes 30] [--seconds 60]
 * [--seed 20261122] [--jobs postgresql|redis] [--json FILE]`.
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      scenario: { type: 'string' },
      full: { type: 'boolean', default: false },
      percent: { type: 'string', default: '100' },
      kills: { type: 'string' },
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '20261122' },
      jobs: { type: 'string', default: 'postgresql' },
      json: { type: 'string' },
    },
  });
  if (flags.jobs !== 'postgresql' && flags.jobs !== 'redis') {
    throw new BenchInputError(`--jobs wants postgresql or redis, not "${flags.jobs}".`);
  }
  const { scenario: some = 'all', full, kills: countAsked, minutes: minutesAsked, seconds: secondsAsked } = flags;
  if (full && [flags.scenario, countAsked, minutesAsked, secondsAsked].some((flag) => flag !== undefined)) {
    throw new BenchInputError('--full is everything: it goes with --percent, --seed, --jobs and --json only.');
  }
  const percent = wholeNumber('percent', flags.percent);
  const shareOf = (flag: string, asked: string | undefined, target: number) =>
    asked === undefined ? Math.ceil((target * percent) / 100) : wholeNumber(flag, asked);
  const names = some === 'all' ? Object.keys(scenarios) : some.split(',');
  const startedAtMs = performance.now();
  const tell = (line: string) => console.log(`${clockOf(performance.now() - startedAtMs)} ${line}`);
  const seed = wholeNumber('seed', flags.seed);
  const rows = [];
  for (const [at, name] of names.entries()) {
    const scenario = scenarios[name];
    if (scenario === undefined) {
      throw new BenchInputError(`--scenario wants all or some of ${Object.keys(scenarios).join()}, not "${name}".`);
    }
    const jobs = scenario.wantsRedis ? 'redis' : flags.jobs;
    tell(`${name}, ${at + 1} of ${names.length}, jobs on ${jobs}`);
    const kills = shareOf('kills', countAsked, scenario.kills);
    const minutes = shareOf('minutes', minutesAsked, 30);
    const seconds = shareOf('seconds', secondsAsked, 60);
    const beganAtMs = performance.now();
    const report = await onGround(jobs, (ground) => scenario.run({ ...ground, kills, minutes, seconds, seed, tell }));
    const wholeSeconds = (performance.now() - beganAtMs) / 1_000;
    const complaints = complaintsOf(report);
    const row = { scenario: name, jobs, seed, wholeSeconds, ...summaryOf(report), complaints };
    rows.push(row);
    console.log(JSON.stringify(row));
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
    if (complaints.length > 0) process.exitCode = 1;
  }
});

/** "61:05": minutes and seconds. */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

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
