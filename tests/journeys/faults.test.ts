import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '../../db/migrate.ts';
import { runApiFaults } from '../faults/api.ts';
import { runNoticeFaults } from '../faults/notices.ts';
import { complaintsOf, type FaultReport } from '../faults/oracles.ts';
import { MortalPostgres, runPostgresFaults, runRedisFaults, runStopFaults } from '../faults/servers.ts';
import { createTestDatabase } from '../setup/database.ts';
import { startRedis, type TestRedis, withoutRedis } from '../setup/redis.ts';
import { buildProgram } from './program.ts';

const seed = 20261122;

function holds(report: FaultReport): void {
  expect(complaintsOf(report), JSON.stringify(report)).toEqual([]);
}

async function onDatabase(run: (databaseUrl: string) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await run(database.url);
  } finally {
    await database.drop();
  }
}

async function onRedis(run: (redis: TestRedis) => Promise<void>): Promise<void> {
  const redis = await startRedis();
  try {
    await run(redis);
  } finally {
    await redis.kill();
  }
}

/** Short: `npm run test:faults` makes as many faults as the targets ask for. */
describe('nothing that was acknowledged is lost or done twice', { timeout: 240_000 }, () => {
  beforeAll(buildProgram, 240_000);

  it('when workers are killed while they notify, mail and call webhooks', async () => {
    await onDatabase(async (databaseUrl) => {
      holds(await runNoticeFaults({ databaseUrl, redisUrl: null, kills: 1, seed }));
    });
  });

  it.skipIf(withoutRedis)('when one of three relays is killed, with jobs on Redis', async () => {
    await onDatabase((databaseUrl) =>
      onRedis(async ({ url }) => {
        holds(await runNoticeFaults({ databaseUrl, redisUrl: url, kills: 1, seed }, 'relays'));
      }),
    );
  });

  it('when the API is killed in the middle of requests, a hundred of them with one key', async () => {
    await onDatabase(async (databaseUrl) => {
      holds(await runApiFaults({ databaseUrl, redisUrl: null, kills: 1, seed }));
    });
  });

  it.skipIf(withoutRedis)('when Redis is emptied and taken away, which no write notices', async () => {
    await onDatabase((databaseUrl) =>
      onRedis(async (redis) => {
        const report = await runRedisFaults({
          ...{ databaseUrl, redisUrl: redis.url, redis },
          ...{ kills: 3, seed, awaySeconds: 2 },
        });
        holds(report);
        expect(report.figures.unavailable).toBe(0);
      }),
    );
  });

  it('when PostgreSQL is restarted immediately', async () => {
    const dataDir = join(tmpdir(), `duijie-faults-${randomUUID()}`);
    const postgres = new MortalPostgres(dataDir);
    await postgres.start();
    try {
      await migrateDatabase(postgres.url);
      holds(await runPostgresFaults({ postgres, redisUrl: null, kills: 1, seed }));
    } finally {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('when the API is stopped under load, which aborts no request', async () => {
    await onDatabase(async (databaseUrl) => {
      const report = await runStopFaults({ databaseUrl, redisUrl: null, kills: 2, seed });
      holds(report);
      expect(report.figures.unavailable).toBe(0);
    });
  });
});
