import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.ts';
import { readEml } from '../setup/eml.ts';
import { startRedis, type TestRedis, withoutRedis } from '../setup/redis.ts';
import { Client, eventually } from './client.ts';
import { buildProgram, Program } from './program.ts';
import { openTheMarket, playMainJob, type Stage } from './story.ts';

beforeAll(buildProgram, 180_000);

const stage: Stage = { name: 'alpha', demandRegion: '430200', resultRegion: '640100' };

/** Rows per table after one story, apart from those that time makes: sessions expire, schedules run. */
const expectedRows = {
  agreement_acceptances: 0,
  attachments: 0,
  campaign_answers_confidential: 0,
  campaign_entries: 0,
  campaign_selections: 0,
  campaigns: 0,
  contract_approvals: 0,
  contract_confidential: 0,
  contract_serials: 0,
  contracts: 0,
  conversation_files: 0,
  conversation_messages: 0,
  conversation_reads: 0,
  conversation_texts: 0,
  demand_confidential: 1,
  demand_exclusions: 0,
  demands: 1,
  diagnoses: 0,
  diagnosis_version_confidential: 0,
  diagnosis_versions: 0,
  diagnosis_visits: 0,
  disclosures: 4,
  duplicate_links: 0,
  expert_assignments: 0,
  expert_confidential: 0,
  expert_results: 0,
  expert_services: 0,
  experts: 0,
  files: 0,
  import_keys: 0,
  import_rows: 0,
  imports: 0,
  introduction_answers: 2,
  introduction_rounds: 0,
  introductions: 1,
  jobs: 0,
  mail_digests: 0,
  match_previews: 0,
  matches: 1,
  members: 4,
  notification_preferences: 0,
  organization_contacts: 0,
  organization_tiers: 0,
  organizations: 5,
  parked_documents: 0,
  milestone_evidence: 0,
  milestone_files: 0,
  milestone_submissions: 0,
  project_budget_items: 0,
  project_change_answers: 0,
  project_changes: 0,
  project_institutions: 0,
  project_milestones: 2,
  project_parties: 2,
  project_payment_confidential: 0,
  project_payments: 0,
  projects: 1,
  restriction_confidential: 0,
  restrictions: 0,
  result_confidential: 1,
  results: 1,
  sessions: 5,
  signing_keys: 1,
  users: 5,
  saved_search_matches: 0,
  saved_searches: 0,
  search_documents: 2,
  api_keys: 0,
  webhook_attempts: 0,
  webhook_payloads: 0,
  webhook_secrets: 0,
  webhooks: 0,
  sign_in_failures: 0,
};

async function rowsOf(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // One snapshot: workers may still be busy between two counts.
    await client.query('begin isolation level repeatable read read only');
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
    'audit_seals',
    'cursors',
    'deliveries',
    'idempotency_keys',
    'mail_tokens',
    'match_observations',
    'messages',
    'notifications',
    'search_phrases',
    'search_postings',
    'search_segments',
    'seed_digests',
    'vocabulary_terms',
  ];
  const uncounted = Object.keys(counts).filter(
    // A schedule writes `digest_runs`, once it has come round.
    (name) => !name.includes('.') && !(name in expectedRows) && !growing.includes(name) && name !== 'digest_runs',
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

  it('lays the mail that verifies an address in DATA_DIR/mail, and takes its token once', async () => {
    const outside = new Client(program.baseUrl);
    const folder = join(program.dataDir, 'mail');
    const mails = await eventually(
      'the mails',
      async () =>
        Promise.all((await readdir(folder).catch(() => [])).map((name) => readFile(join(folder, name), 'utf8'))),
      (texts) => texts.some((text) => text.includes('To: alpha-university@people.example')),
    );
    const mail = mails.find((text) => text.includes('To: alpha-university@people.example')) ?? '';
    const token = /dv?_[\w-]{40,}|[\w-]{43}/.exec(readEml(mail).text)?.[0];
    const confirmed = await outside.send('POST', '/v1/email-verifications/confirm', { token });
    expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
    expect((await outside.send('POST', '/v1/email-verifications/confirm', { token })).status).not.toBe(200);
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

describe('the main job with the API and the workers in processes of their own', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let api: Program;
  let workers: Program[];
  beforeAll(async () => {
    database = await createTestDatabase();
    api = new Program({ DATABASE_URL: database.url, WORKERS: 'off' });
    workers = [
      new Program({ DATABASE_URL: database.url }, 'main'),
      new Program({ DATABASE_URL: database.url }, 'main'),
    ];
    await api.start();
    for (const worker of workers) await worker.start();
  }, 90_000);
  afterAll(async () => {
    for (const program of [...workers, api]) await program.remove();
    await database.drop();
  });

  it('goes from two markets to a joint project, each notice once though two workers compete', async () => {
    await playMainJob(await openTheMarket(api.baseUrl, stage));
    await expectRows(database.url);
  });
});
