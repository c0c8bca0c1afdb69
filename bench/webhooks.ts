import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { organizations, users } from '../db/schema/index.ts';
import { readConfig } from '../src/config.ts';
import type { UserActor } from '../src/core/actor.ts';
import { newId } from '../src/core/ids.ts';
import { emit } from '../src/core/outbox.ts';
import { transaction } from '../src/core/transaction.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import { maxWebhooks } from '../src/webhooks/rules.ts';
import { createWebhook, oweWebhooks } from '../src/webhooks/service.ts';
import { workerParts } from '../workers/parts.ts';
import { startWorkers } from '../workers/start-workers.ts';
import { runBench, wholeNumber } from './flags.ts';

const usage = `One message to many endpoints: from its transaction until the last local endpoint has it.

  --endpoints 1000         twenty of each organization
  --rounds 5
  --redis redis://…        jobs go through Redis; without it, through the embedded PostgreSQL
  --json FILE              [{system, documents, measure, value, unit}]`;

/** The receiver's answers are waited for one by one, so nothing else may listen in between. */
async function answerOf<Answer>(receiver: Worker): Promise<Answer> {
  const [answer] = await once(receiver, 'message');
  return answer as Answer;
}

/** Organizations with twenty endpoints each, made by the verb that makes them. */
async function createEndpoints(deps: Deps, count: number, port: number): Promise<string[]> {
  const organizationIds: string[] = [];
  const now = deps.clock.now();
  for (let at = 0; at < count; at += maxWebhooks) {
    const [organizationId, userId] = [newId(), newId()];
    const row = {
      id: organizationId,
      kind: 'enterprise',
      name: `第 ${at} 家`,
      status: 'verified',
      regionCode: '640100',
    } as const;
    await deps.db.insert(organizations).values({ ...row, createdAt: now, updatedAt: now });
    await deps.db
      .insert(users)
      .values({ id: userId, email: `${userId}@people.example`, name: '甲', createdAt: now, updatedAt: now });
    const ctx = deps.ctxFor(adminOf(organizationId, userId));
    for (let n = at; n < Math.min(at + maxWebhooks, count); n += 1) {
      await createWebhook(ctx, { url: `http://127.0.0.1:${port}/${n}` }, { allowPrivate: true });
    }
    organizationIds.push(organizationId);
  }
  return organizationIds;
}

function adminOf(organizationId: string, userId: string): UserActor {
  return {
    kind: 'user',
    userId,
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId,
    organizationKind: 'enterprise',
    organizationStatus: 'verified',
    role: 'admin',
    marketIds: [],
    scopes: null,
  };
}

/** As `notify` does it, after the inbox. */
async function tell(deps: Deps, organizationIds: readonly string[]): Promise<void> {
  const ctx = deps.ctxFor({ kind: 'system', name: 'notify' });
  await transaction(ctx, async (tx) => {
    const fact = { type: 'project.created', subjectType: 'project', subjectId: newId() } as const;
    const [id = ''] = await emit(tx, ctx, fact);
    const params = { projectTitle: '功能性枸杞乳制品联合开发', projectCode: 'P2026-640300-000003' };
    const told = organizationIds.map((organizationId) => ({ messageId: id, type: fact.type, organizationId, params }));
    await oweWebhooks(tx, ctx, told);
  });
}

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      endpoints: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '5' },
      redis: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) return console.log(usage);
  const endpoints = wholeNumber('endpoints', flags.endpoints);
  const rounds = wholeNumber('rounds', flags.rounds);
  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const receiver = new Worker(new URL('./webhook-receiver.mjs', import.meta.url), { execArgv: [] });
  const { port } = await answerOf<{ port: number }>(receiver);
  const config = readConfig({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    WEBHOOK_ALLOW_PRIVATE: 'yes',
    ...(flags.redis === undefined ? {} : { REDIS_URL: flags.redis }),
  });
  const deps = await createDeps(config);
  const workers = startWorkers(deps, workerParts(deps));
  try {
    await workers.ready;
    const organizationIds = await createEndpoints(deps, endpoints, port);
    const system = `duijie-${flags.redis === undefined ? 'postgresql' : 'redis'}`;
    console.log(
      `${endpoints} endpoints on one message, ${system}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
    );
    const secondsOfRounds: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      receiver.postMessage(Array.from({ length: endpoints }, (_, at) => `/${at}`));
      await answerOf(receiver);
      const cpu = process.cpuUsage();
      const startMs = performance.timeOrigin + performance.now();
      const all = answerOf<{ allAtMs: number }>(receiver);
      await tell(deps, organizationIds);
      const { allAtMs } = await all;
      const { user, system: kernel } = process.cpuUsage(cpu);
      const seconds = (allAtMs - startMs) / 1_000;
      secondsOfRounds.push(seconds);
      console.log(
        `round ${round}  ${seconds.toFixed(2)} s until the last has it, ${((user + kernel) / 1e6).toFixed(2)} s of this process's CPU`,
      );
    }
    const sorted = secondsOfRounds.toSorted((a, b) => a - b);
    const rows = [
      { measure: 'until all endpoints have one message, median', value: sorted[Math.floor(sorted.length / 2)] },
      { measure: 'until all endpoints have one message, best', value: sorted[0] },
    ].map(({ measure, value }) => ({ system, documents: endpoints, measure, value, unit: 's' }));
    for (const { measure, value } of rows) console.log(`${measure}: ${value?.toFixed(2)} s`);
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    await workers.close();
    await deps.close();
    await receiver.terminate();
    await rm(dataDir, { recursive: true, force: true });
  }
}

await runBench(main);
