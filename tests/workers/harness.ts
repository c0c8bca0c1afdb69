import { tmpdir } from 'node:os';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { createDatabase, createPool } from '../../db/client.ts';
import { deliveries } from '../../db/schema/index.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import type { FileStore } from '../../src/core/file-store.ts';
import { newId } from '../../src/core/ids.ts';
import type { Mail } from '../../src/core/mailer.ts';
import type { MessageType } from '../../src/core/messages.ts';
import { emit } from '../../src/core/outbox.ts';
import type { SearchIndex } from '../../src/core/search-index.ts';
import { transaction } from '../../src/core/transaction.ts';
import { Wake } from '../../src/core/wake.ts';
import type { Handler } from '../../workers/handler.ts';
import { startWorkers, type WorkerParts, type Workers } from '../../workers/start-workers.ts';
import type { WorkerDeps } from '../../workers/worker-deps.ts';
import { createTestDatabase } from '../setup/database.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: Record<string, unknown>;
}

/** A database of its own with a table `effects`, a clock that stands still, and as many processes' worth of workers as asked for. */
export interface Harness {
  deps: WorkerDeps;
  lines: LogLine[];
  mails: Mail[];
  /** What was counted of each delivery: `notify sent`. */
  counted: string[];
  databaseUrl: string;
  advanceMs(ms: number): void;
  /** Deps of another process: with a pool of its own. */
  anotherProcess(url?: string): WorkerDeps;
  start(parts?: Partial<WorkerParts>, deps?: WorkerDeps): Workers;
  /** Writes one message in a transaction of its own; returns its only delivery's id. */
  send(type?: MessageType): Promise<string>;
  delivery(id: string): Promise<typeof deliveries.$inferSelect>;
  /** How often each delivery had an effect, by delivery id. */
  effects(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

// No test here searches; whoever does in spite of that hears of it.
const noSearch = new Proxy({} as SearchIndex, {
  get: (_, name) => {
    throw new Error(`search was not expected: ${String(name)}`);
  },
});

export async function createHarness(redisUrl: string | null): Promise<Harness> {
  const database = await createTestDatabase();
  await asOwner(
    database.url,
    'create table effects (delivery_id uuid not null); grant select, insert on effects to duijie_app',
  );
  const lines: LogLine[] = [];
  const mails: Mail[] = [];
  const counted: string[] = [];
  const pools: pg.Pool[] = [];
  const workers: Workers[] = [];
  let nowMs = Date.parse('2026-03-02T01:00:00Z');

  function process(url = database.url): WorkerDeps {
    const pool = createPool(url, () => undefined);
    pools.push(pool);
    return {
      config: {
        redisUrl,
        publicUrl: 'http://localhost:3000',
        suggestionsPerDay: 50,
        matchingThreads: 1,
        dataDir: tmpdir(),
        webhookAllowPrivate: true,
      },
      pool,
      db: createDatabase(pool),
      clock: { now: () => new Date(nowMs) },
      log: recorder(lines),
      searchIndex: noSearch,
      searchEngines: { postgres: noSearch, meilisearch: null },
      fileStore: {} as FileStore,
      mailer: { send: async (mail) => void mails.push(mail) },
      wake: new Wake(),
      metrics: { count: (handler, outcome) => void counted.push(`${handler} ${outcome}`) },
      tracer: null,
    };
  }
  const deps = process();

  return {
    deps,
    lines,
    mails,
    counted,
    databaseUrl: database.url,
    advanceMs(ms) {
      nowMs += ms;
    },
    anotherProcess: process,
    start(parts = {}, on = deps) {
      const started = startWorkers(on, {
        registry: { notify: effectHandler() },
        scheduledJobs: {},
        readers: [],
        ...parts,
      });
      workers.push(started);
      return started;
    },
    async send(type = 'organization.verified') {
      const subjectId = newId();
      const ctx: Ctx = {
        actor: { kind: 'system', name: 'test' },
        db: deps.db,
        clock: deps.clock,
        log: deps.log,
        requestId: newId(),
        searchIndex: noSearch,
        fileStore: deps.fileStore,
        wakeRelay: deps.wake.wake,
      };
      await transaction(ctx, (tx) => emit(tx, ctx, { type, subjectType: 'organization', subjectId }));
      const { rows } = await deps.db.execute<{ id: string }>(
        sql`select d.id from deliveries d join messages m on m.id = d.message_id where m.subject_id = ${subjectId}`,
      );
      if (rows.length !== 1 || rows[0] === undefined) throw new Error(`${type} owes ${rows.length} deliveries`);
      return rows[0].id;
    },
    async delivery(id) {
      const [row] = await deps.db.select().from(deliveries).where(eq(deliveries.id, id));
      if (row === undefined) throw new Error('there is no such delivery');
      return row;
    },
    async effects() {
      const { rows } = await deps.db.execute<{ id: string; times: number }>(
        sql`select delivery_id as id, count(*)::int as times from effects group by 1`,
      );
      return Object.fromEntries(rows.map((row) => [row.id, row.times]));
    },
    async close() {
      await Promise.all(workers.map((started) => started.close()));
      await Promise.all(pools.map((pool) => pool.end()));
      await database.drop();
    },
  };
}

/** Writes one row of `effects` in the transaction that claims the delivery, after `before`. */
export function effectHandler(before: (ctx: Ctx) => Promise<void> | void = () => undefined): Handler {
  return {
    queue: 'duijie-notices',
    async run(ctx) {
      await before(ctx);
      await transaction(ctx, (tx) => tx.execute(sql`insert into effects values (${ctx.deliveryId})`));
    },
  };
}

export async function asOwner(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

function recorder(lines: LogLine[]): WorkerDeps['log'] {
  function at(level: LogLine['level']) {
    return (fields: object, message: string) => void lines.push({ level, message, fields: { ...fields } });
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
