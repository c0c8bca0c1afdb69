import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBench, wholeNumber } from '../../bench/flags.ts';
import { BenchInputError } from '../../bench/input-error.ts';
import { startEmbeddedPostgres } from '../../db/embedded/start.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { startRedis } from '../setup/redis.ts';
import { runNoticeFaults } from './notices.ts';

/**
 * Real processes, real PostgreSQL and Redis, and faults at seeded moments; never timed. The shorter run of each scenario is
 * in `npm test`. `npm run test:faults -- --scenario notices [--kills 50] [--seed 20261122] [--jobs postgresql|redis]`
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'notices' },
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '20261122' },
      jobs: { type: 'string', default: 'postgresql' },
    },
  });
  if (flags.scenario !== 'notices') throw new BenchInputError(`--scenario wants notices, not "${flags.scenario}".`);
  if (flags.jobs !== 'postgresql' && flags.jobs !== 'redis') {
    throw new BenchInputError(`--jobs wants postgresql or redis, not "${flags.jobs}".`);
  }
  const dataDir = join(tmpdir(), `duijie-faults-${randomUUID()}`);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const redis = flags.jobs === 'redis' ? await startRedis() : null;
  try {
    await migrateDatabase(postgres.url);
    const report = await runNoticeFaults({
      databaseUrl: postgres.url,
      redisUrl: redis?.url ?? null,
      kills: wholeNumber('kills', flags.kills),
      seed: wholeNumber('seed', flags.seed),
      tell: (line) => console.log(line),
    });
    console.log(JSON.stringify({ scenario: flags.scenario, jobs: flags.jobs, seed: Number(flags.seed), ...report }));
  } finally {
    await redis?.kill();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
