import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createDatabase, createPool } from '../db/client.ts';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { systemClock } from '../src/core/clock.ts';
import type { FileStore } from '../src/core/file-store.ts';
import { newId } from '../src/core/ids.ts';
import type { SearchIndex } from '../src/core/search-index.ts';
import { Wake } from '../src/core/wake.ts';
import type { MatchIndex } from '../src/matches/service.ts';
import type { Outgoing } from '../src/webhooks/service.ts';
import { startRedis, withoutRedis } from '../tests/setup/redis.ts';
import { openPostgresQueues, openRedisQueues, type Queues } from '../workers/queues.ts';
import { connectRedis } from '../workers/redis.ts';
import { createRegistry } from '../workers/registry.ts';
import { publishDue } from '../workers/relay.ts';
import { startWorkers } from '../workers/start-workers.ts';
import type { WorkerDeps } from '../workers/worker-deps.ts';
import { runBench, wholeNumber } from './flags.ts';

/**
 * Messages that owe notices, all at once, until the last notice is in its inbox: relay, queue, workers and verb as the
 * program runs them, on the PostgreSQL that comes with it, the queue there and on a Redis of its own. Every message is
 * of another demand's publication and is told to the enterprise's admins. The relay alone: the same rows into the queue.
 * `npm run bench:notices -- [--messages 4000] [--recipients 4] [--rounds 3] [--json FILE]`; the best round counts.
 */
const enterprises = 50;
const demandsOfEach = 20;

interface Row {
  system: string;
  documents: number;
  measure: string;
  value: number;
  unit: string;
}

const noSearch = {} as SearchIndex;
// The notices' handler asks no matching index, and sends nothing.
const { notify } = createRegistry({} as MatchIndex, {} as Outgoing);

function depsOf(pool: pg.Pool, redisUrl: string | null): WorkerDeps {
  return {
    config: {
      redisUrl,
      publicUrl: 'http://localhost',
      suggestionsPerDay: 50,
      matchingThreads: 1,
      dataDir: tmpdir(),
      webhookAllowPrivate: false,
    },
    pool,
    db: createDatabase(pool),
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: tellFault, error: tellFault },
    searchIndex: noSearch,
    searchEngines: { postgres: noSearch, meilisearch: null },
    fileStore: {} as FileStore,
    mailer: { send: async () => undefined },
    wake: new Wake(),
    metrics: { count: quiet },
    tracer: null,
  };
}

function quiet(): void {}

function tellFault(fields: object, message: string): void {
  console.error(message, fields);
}

/** A market, its enterprises with as many admins as asked, and their published demands. @returns the demands' ids */
async function furnish(owner: pg.Client, recipients: number): Promise<string[]> {
  const marketId = newId();
  await owner.query(
    `insert into organizations (id, kind, name, status, region_code, market_kind, created_at, updated_at)
     values ($1, 'market', '市场', 'verified', '640000', 'root', now(), now())`,
    [marketId],
  );
  const demandIds: string[] = [];
  for (let at = 0; at < enterprises; at += 1) {
    const organizationId = newId();
    await owner.query(
      `insert into organizations (id, kind, name, status, region_code, home_market_id, created_at, updated_at)
       values ($1, 'enterprise', '企业', 'verified', '640302', $2, now(), now())`,
      [organizationId, marketId],
    );
    const userIds = Array.from({ length: recipients }, newId);
    await owner.query(
      `insert into users (id, email, name, created_at, updated_at)
       select id, id || '@people.example', '某人', now(), now() from unnest($1::uuid[]) as id`,
      [userIds],
    );
    await owner.query(
      `insert into members (id, organization_id, user_id, role, created_at)
       select gen_random_uuid(), $2, id, 'admin', now() from unnest($1::uuid[]) as id`,
      [userIds, organizationId],
    );
    const ids = Array.from({ length: demandsOfEach }, newId);
    demandIds.push(...ids);
    await owner.query(
      `insert into demands (id, code, title, summary, keywords, technology_fields, cooperation_modes, region_code, language,
         source, published_at, created_by_user_id, status, organization_id, home_market_id, indicators, preferred_partners,
         created_at, updated_at)
       select id, 'D-' || id, '枸杞鲜奶活性成分保持', '低温工艺下保持枸杞多糖活性', '{枸杞}', '{206}', '{joint_development}', '640302',
         'zh', 'self', now(), $4, 'published', $2, $3, '[]', '{}', now(), now() from unnest($1::uuid[]) as id`,
      [ids, organizationId, marketId, userIds[0]],
    );
  }
  return demandIds;
}

/** As `emit` does it: a fact and what is owed because of it, in one commit. */
async function oweNotices(owner: pg.Client, demandIds: readonly string[], messages: number): Promise<void> {
  const messageIds = Array.from({ length: messages }, newId);
  const deliveryIds = Array.from({ length: messages }, newId);
  const subjects = messageIds.map((_, at) => demandIds[at % demandIds.length]);
  await owner.query(
    `with facts as (
       insert into messages (id, type, subject_type, subject_id, created_at)
       select id, 'demand.published', 'demand', subject_id, now() from unnest($1::uuid[], $2::uuid[]) as f (id, subject_id))
     insert into deliveries (id, message_id, handler, not_before, created_at)
     select id, message_id, 'notify', now(), now() from unnest($3::uuid[], $1::uuid[]) as d (id, message_id)`,
    [messageIds, subjects, deliveryIds],
  );
  await owner.query('analyze messages, deliveries');
}

async function count(owner: pg.Client, what: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from ${what}`);
  return rows[0]?.count ?? 0;
}

async function clear(owner: pg.Client): Promise<void> {
  await owner.query('truncate deliveries, messages, notifications cascade');
}

/** Seconds until the last notice is there. */
async function measureNotices(owner: pg.Client, deps: WorkerDeps, expected: number): Promise<number> {
  const start = performance.now();
  const workers = startWorkers(deps, { registry: { notify }, scheduledJobs: {}, readers: [] });
  await workers.ready;
  while ((await count(owner, "deliveries where status <> 'done'")) > 0) await delay(20);
  const seconds = (performance.now() - start) / 1_000;
  await workers.close();
  const written = await count(owner, 'notifications');
  if (written !== expected) throw new Error(`${written} notices instead of ${expected}`);
  return seconds;
}

/** Seconds until the queue has all deliveries; nobody works on them. */
async function measureRelay(deps: WorkerDeps): Promise<number> {
  const queues = await openQueues(deps);
  try {
    const { db, clock, log } = deps;
    const options = { db, clock, log, registry: { notify }, publish: queues.publish };
    while (deps.config.redisUrl !== null && !(await isOpen(queues))) await delay(10);
    const start = performance.now();
    while ((await publishDue(options)) > 0);
    return (performance.now() - start) / 1_000;
  } finally {
    await queues.close();
  }
}

async function openQueues({ config, pool, log }: WorkerDeps): Promise<Queues> {
  if (config.redisUrl === null) return openPostgresQueues(pool, log);
  return openRedisQueues(await connectRedis(config.redisUrl, log, new AbortController().signal), log);
}

async function isOpen(queues: Queues): Promise<boolean> {
  return await queues.publish('duijie-matching', []).then(
    () => true,
    () => false,
  );
}

async function measureBackend(
  owner: pg.Client,
  databaseUrl: string,
  size: { messages: number; recipients: number; rounds: number },
  backend: 'postgresql' | 'redis',
): Promise<Row[]> {
  const demandIds = (await owner.query<{ id: string }>('select id from demands')).rows.map((row) => row.id);
  const { messages, recipients, rounds } = size;
  const best = { noticeSeconds: Infinity, relaySeconds: Infinity };
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    // A new, empty queue for each round.
    const redis = backend === 'redis' ? await startRedis() : null;
    const pool = createPool(databaseUrl, () => undefined);
    const deps = depsOf(pool, redis?.url ?? null);
    await oweNotices(owner, demandIds, messages);
    best.noticeSeconds = Math.min(best.noticeSeconds, await measureNotices(owner, deps, messages * recipients));
    await clear(owner);
    await oweNotices(owner, demandIds, messages);
    best.relaySeconds = Math.min(best.relaySeconds, await measureRelay(deps));
    await clear(owner);
    if (backend === 'postgresql') await emptyPostgresQueue(owner);
    await pool.end();
    await redis?.kill();
  }
  const cpu = process.cpuUsage(cpuBefore);
  const system = `duijie, jobs on ${backend}`;
  const row = (measure: string, value: number, unit: string): Row => ({
    system,
    documents: messages,
    measure,
    value: Math.round(value * 10) / 10,
    unit,
  });
  return [
    row('notices_per_second', (messages * recipients) / best.noticeSeconds, '1/s'),
    row('messages_per_second', messages / best.noticeSeconds, '1/s'),
    row('relay_rows_per_second', messages / best.relaySeconds, '1/s'),
    row('cpu_of_program_per_round', (cpu.user + cpu.system) / 1e6 / rounds, 's'),
  ];
}

/** The jobs of a relay that nobody worked for. */
async function emptyPostgresQueue(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq' and tablename !~ 'migration'`,
  );
  await owner.query(`truncate ${rows.map((row) => row.name).join(', ')}`);
}

await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      messages: { type: 'string', default: '4000' },
      recipients: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  });
  const size = {
    messages: wholeNumber('messages', flags.messages),
    recipients: wholeNumber('recipients', flags.recipients),
    rounds: wholeNumber('rounds', flags.rounds),
  };
  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const owner = new pg.Client({ connectionString: postgres.url });
  const rows: Row[] = [];
  try {
    await migrateDatabase(postgres.url);
    await owner.connect();
    await furnish(owner, size.recipients);
    console.log(
      `${size.messages} messages to ${size.recipients} people each, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, best of ${size.rounds}`,
    );
    for (const backend of withoutRedis ? (['postgresql'] as const) : (['postgresql', 'redis'] as const)) {
      const measured = await measureBackend(owner, postgres.url, size, backend);
      rows.push(...measured);
      for (const { system, measure, value, unit } of measured) {
        console.log(`${system.padEnd(28)} ${measure.padEnd(26)} ${value.toFixed(1).padStart(9)} ${unit}`);
      }
    }
  } finally {
    await owner.end();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
});
