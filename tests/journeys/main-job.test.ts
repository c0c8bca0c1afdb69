import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.ts';
import { startRedis, type TestRedis, withoutRedis } from '../setup/redis.ts';
import { Client, eventually } from './client.ts';
import { buildProgram, Program } from './program.ts';
import { openTheMarket, playMainJob, type Stage } from './story.ts';

beforeAll(buildProgram, 180_000);

const stage: Stage = { name: 'alpha', demandRegion: '430200', resultRegion: '640100' };

/** Rows per table after one story, apart from those that time makes: sessions expire, schedules run. */
const expectedRows = {
  demand_confidential: 1,
  demands: 1,
  disclosures: 4,
  introduction_answers: 2,
  introductions: 1,
  matches: 1,
  members: 4,
  organization_contacts: 0,
  organization_tiers: 0,
  organizations: 5,
  project_milestones: 2,
  project_parties: 2,
  projects: 1,
  result_confidential: 1,
  results: 1,
  sessions: 5,
  users: 5,
  search_documents: 2,
  api_keys: 0,
  sign_in_failures: 0,
};

async function rowsOf(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from ${pg.escapeIdentifier(name)}`,
      );
      counts[name] = rows[0]?.count ?? -1;
    }
    const { rows } = await client.query<{ status: string; count: number }>(
      'select status, count(*)::int as count from deliveries group by status',
    );
    for (const row of rows) counts[`deliveries.${row.status}`] = row.count;
    const notices = await client.query<{ count: number }>(
      'select count(*)::int as count from (select distinct message_id, user_id from notifications) n',
    );
    counts['notifications.distinct'] = notices.rows[0]?.count ?? -1;
    return counts;
  } finally {
    await client.end();
  }
}

/** Every table is either counted or grows with what happened; nothing is owed, nothing is dead, no notice came twice. */
async function expectRows(databaseUrl: string): Promise<void> {
  const counts = await eventually(
    'the end of all deliveries',
    () => rowsOf(databaseUrl),
    (now) => now['deliveries.done'] === now.deliveries && now.search_documents === 2,
  );
  expect(counts).toMatchObject(expectedRows);
  expect(counts['notifications.distinct']).toBe(counts.notifications);
  const growing = [
    'audit_entries',
    'cursors',
    'deliveries',
    'idempotency_keys',
    'mail_tokens',
    'messages',
    'notifications',
    'seed_digests',
    'vocabulary_terms',
  ];
  const uncounted = Object.keys(counts).filter(
    (name) => !name.includes('.') && !(name in expectedRows) && !growing.includes(name),
  );
  expect(uncounted).toEqual([]);
  for (const name of growing) expect(counts[name], name).toBeGreaterThan(0);
}

/** The embedded database, as its superuser. */
async function embeddedUrl(dataDir: string): Promise<string> {
  const password = (await readFile(join(dataDir, 'postgres-password'), 'utf8')).trim();
  const port = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[3];
  return `postgres://owner:${password}@127.0.0.1:${port}/duijie`;
}

describe('the main job on the embedded default, jobs through PostgreSQL', () => {
  const program = new Program();
  beforeAll(() => program.start(), 90_000);
  afterAll(() => program.remove());

  it('goes from two markets to a joint project, over HTTP alone, and leaves the rows it should', async () => {
    const cast = await openTheMarket(program.baseUrl, stage);
    await playMainJob(cast);
    await expectRows(await embeddedUrl(program.dataDir));
  });

  it('logs no error while all is well, and SIGTERM ends it in order', async () => {
    expect((await new Client(program.baseUrl).get('/readyz')).body).toMatchObject({ status: 'ok' });
    expect(await program.stop()).toBe(0);
    expect(program.output.split('\n').filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

describe.skipIf(withoutRedis)('the main job with jobs through Redis', () => {
  let redis: TestRedis;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let program: Program;
  beforeAll(async () => {
    redis = await startRedis();
    database = await createTestDatabase();
    program = new Program({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    await program.start();
  }, 90_000);
  afterAll(async () => {
    await program?.remove();
    await database?.drop();
    await redis?.kill();
  });

  it('goes from two markets to a joint project, over HTTP alone, and leaves the rows it should', async () => {
    await playMainJob(await openTheMarket(program.baseUrl, stage));
    await expectRows(database.url);
  });
});
