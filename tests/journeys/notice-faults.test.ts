import { beforeAll, describe, expect, it } from 'vitest';
import { runNoticeFaults } from '../faults/notices.ts';
import { createTestDatabase } from '../setup/database.ts';
import { startRedis, withoutRedis } from '../setup/redis.ts';
import { buildProgram } from './program.ts';

const kills = 3;

/** Short: `npm run test:faults -- --scenario notices` kills fifty times. */
describe('workers that are killed while they notify', () => {
  beforeAll(buildProgram, 240_000);

  for (const jobs of ['postgresql', 'redis'] as const) {
    it.skipIf(jobs === 'redis' && withoutRedis)(
      `leave each notice in its inbox once and send each mail and webhook, none left out, with jobs on ${jobs}`,
      async () => {
        const database = await createTestDatabase();
        const redis = jobs === 'redis' ? await startRedis() : null;
        try {
          const report = await runNoticeFaults({
            databaseUrl: database.url,
            redisUrl: redis?.url ?? null,
            kills,
            seed: 20261122,
          });
          expect(report.messages).toBeGreaterThan(kills * 300);
          expect(report.effects).toEqual({
            inbox: { expected: report.messages * 5, repeats: 0 },
            mail: { expected: report.messages, repeats: expect.any(Number) },
            webhooks: { expected: report.messages, repeats: expect.any(Number) },
          });
        } finally {
          await redis?.kill();
          await database.drop();
        }
      },
      240_000,
    );
  }
});
