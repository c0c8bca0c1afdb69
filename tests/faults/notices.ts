import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { mulberry32 } from '../../bench/synthetic.ts';
import { createDatabase, createPool, type Database } from '../../db/client.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import type { FileStore } from '../../src/core/file-store.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import type { Searcher } from '../../src/core/search-index.ts';
import { transaction } from '../../src/core/transaction.ts';
import { freePort, Program } from '../journeys/program.ts';
import { type FaultReport, keysOf, type Oracle, settle, until } from './oracles.ts';
import { type Outside, startOutside } from './outside.ts';
import { watchRecovery } from './recovery.ts';

export interface FaultRun {
  databaseUrl: string;
  redisUrl: string | null;
  kills: number;
  seed: number;
  tell?: (line: string) => void;
}

interface Worker {
  program: Program;
  metricsUrl: string;
}

/** Notices that the process has delivered since it was started; 0 while it does not answer. */
async function deliveredBy({ metricsUrl }: Worker): Promise<number> {
  const text = await fetch(metricsUrl).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^duijie_deliveries_sent_total\{[^}]*handler="notify"\} (\d+)/m.exec(text)?.[1] ?? 0);
}

const organizations = 12;
const membersOfEach = 5;
const messagesOfBurst = 300;
const messagesOfCommit = 10;

/**
 * Which moments are meant: deep in the work, or while three relays hand out what was just committed. One at a time, the next
 * kill comes when what the last one left is done; else what is taken up may be killed again.
 */
const aims = {
  workers: { workerCount: 2, maxKillDelayMs: 600, oneAtATime: false },
  relays: { workerCount: 3, maxKillDelayMs: 60, oneAtATime: false },
  recovery: { workerCount: 2, maxKillDelayMs: 600, oneAtATime: true },
} as const;

/**
 * Processes of workers, each with its relay; one of them ends by kill -9 at a seeded moment while it works on a burst of
 * messages, and starts again, as often as asked. Then everything that was acknowledged must have its effects, each once (in
 * the inbox) or under one id (by mail and webhook), nothing given up. Measured besides: how long after a kill the work is
 * done that was in hand.
 */
export async function runNoticeFaults(run: FaultRun, aim: keyof typeof aims = 'workers'): Promise<FaultReport> {
  const { databaseUrl, redisUrl, kills, tell = () => undefined } = run;
  const { workerCount, maxKillDelayMs, oneAtATime } = aims[aim];
  const random = mulberry32(run.seed);
  const environment = {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'warn',
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  };
  const workers: Worker[] = [];
  const pool = createPool(databaseUrl, () => undefined);
  const outside = await startOutside();
  const recovery = watchRecovery(pool, redisUrl);
  try {
    for (let at = 0; at < workerCount; at += 1) {
      const metricsPort = await freePort();
      const program = new Program(
        { ...environment, ...outside.environment, METRICS_PORT: String(metricsPort) },
        'main',
      );
      workers.push({ program, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics` });
      await program.start();
    }
    const organizationIds = await furnish(pool, outside);
    const ctx = ctxOf(createDatabase(pool));
    let messages = 0;
    const write = async (count: number) => {
      await burst(ctx, organizationIds, random, count);
      messages += count;
    };
    for (let kill = 1; kill <= kills; kill += 1) {
      const at = Math.floor(random() * workerCount);
      const afterMs = Math.floor(random() * maxKillDelayMs);
      const victim = workers[at];
      if (victim === undefined) throw new Error('no such worker');
      await until(
        `worker ${at + 1} works`,
        async () => {
          // What waits from before keeps it busy, too: written without end, the backlog would only grow.
          if ((await owedNotices(pool)) < messagesOfBurst) await write(messagesOfCommit);
          return (await deliveredBy(victim)) > 0;
        },
        200,
      );
      const writing = write(messagesOfBurst);
      await delay(afterMs);
      await victim.program.kill();
      await recovery.killed(victim.program.pid);
      await writing;
      tell(`kill ${kill} of ${kills}: worker ${at + 1}, ${afterMs} ms into a burst`);
      await victim.program.start();
      if (oneAtATime) await until('what was in hand is done', recovery.isOver, 120);
    }
    const { drainSeconds, ...found } = await settle(pool, [inboxOracle(pool), ...outside.oracles(pool)]);
    return {
      kills,
      acknowledged: messages,
      wrongAnswers: [],
      figures: { drainSeconds, ...(await recovery.figures()) },
      ...found,
    };
  } catch (error) {
    for (const worker of workers) tell(worker.program.output);
    throw error;
  } finally {
    await Promise.all(workers.map((worker) => worker.program.remove()));
    await outside.close();
    await recovery.close();
    await pool.end();
  }
}

async function owedNotices(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    "select count(*)::int as count from deliveries where handler = 'notify' and status in ('pending', 'published')",
  );
  return rows[0]?.count ?? 0;
}

/** Organizations whose members all hear of what happens to theirs: one of each by mail, too, and each by a webhook. */
async function furnish(pool: pg.Pool, outside: Outside): Promise<string[]> {
  const ids = Array.from({ length: organizations }, newId);
  const userIds = ids.flatMap(() => Array.from({ length: membersOfEach }, newId));
  await pool.query(
    `insert into organizations (id, kind, name, status, region_code, created_at, updated_at)
     select id, 'enterprise', '企业', 'verified', '640302', now(), now() from unnest($1::uuid[]) as id`,
    [ids],
  );
  await pool.query(
    `insert into users (id, email, name, created_at, updated_at)
     select id, id || '@people.example', '某人', now(), now() from unnest($1::uuid[]) as id`,
    [userIds],
  );
  await pool.query(
    `insert into members (id, organization_id, user_id, role, created_at)
     select gen_random_uuid(), ($2::uuid[])[1 + (at - 1) / ${membersOfEach}], id, 'member', now()
     from unnest($1::uuid[]) with ordinality as u (id, at)`,
    [userIds, ids],
  );
  for (const [at, id] of ids.entries()) await outside.join(pool, id, userIds[at * membersOfEach] ?? '');
  return ids;
}

function ctxOf(db: Database): Ctx {
  const quiet = () => undefined;
  return {
    actor: { kind: 'system', name: 'faults' },
    db,
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    requestId: newId(),
    searchIndex: {} as Searcher,
    fileStore: {} as FileStore,
    wakeRelay: quiet,
  };
}

/** What is committed here is acknowledged. */
async function burst(
  ctx: Ctx,
  organizationIds: readonly string[],
  random: () => number,
  messages: number,
): Promise<void> {
  for (let at = 0; at < messages; at += messagesOfCommit) {
    await transaction(ctx, async (tx) => {
      const facts = Array.from({ length: messagesOfCommit }, () => ({
        type: 'organization.reinstated' as const,
        subjectType: 'organization' as const,
        subjectId: organizationIds[Math.floor(random() * organizationIds.length)] ?? '',
      }));
      await emit(tx, ctx, facts);
    });
  }
}

/** Every member of the organization of a message has it in the inbox. */
function inboxOracle(pool: pg.Pool): Oracle {
  return {
    name: 'inbox',
    mayRepeat: false,
    expected: () =>
      keysOf(
        pool,
        `select m.id || ' ' || p.user_id as key from messages m join members p on p.organization_id = m.subject_id
         where m.type = 'organization.reinstated'`,
      ),
    seen: () => keysOf(pool, "select message_id || ' ' || user_id as key from notifications"),
  };
}
