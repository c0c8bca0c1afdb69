import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demandConfidential, demands, members, organizations, users } from '../db/schema/index.ts';
import { loadActor } from '../src/auth/service.ts';
import { readConfig } from '../src/config.ts';
import { newId } from '../src/core/ids.ts';
import type { TableFormat } from '../src/core/spreadsheets.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import { exportedDemands } from '../src/exchange/exported-kinds.ts';
import { exportList } from '../src/exchange/service.ts';
import { ensureRootMarket } from '../src/organizations/service.ts';
import { readSample } from '../workers/demo/sample.ts';
import { runBench, wholeNumber } from './flags.ts';

const usage = `Lists as files, read, made, and taken at once: a market's desk, every record with its contact and budget; and, as CSV, what
anybody may read.

  --documents 100000
  --rounds 2               of each format; the best time and the most memory count
  --json FILE              [{system, documents, measure, value, unit}]

The memory is that of the whole process, above what it had before the first byte; HTTP is not in it.`;

const lists = [
  { view: 'desk', format: 'xlsx' },
  { view: 'desk', format: 'csv' },
  { view: 'desk', format: 'json' },
  { view: 'public', format: 'csv' },
] as const;

/** A market, its broker, and published demands of one enterprise in it. @returns the broker */
async function fill(deps: Deps, count: number): Promise<string> {
  const now = deps.clock.now();
  await ensureRootMarket(deps.ctxFor({ kind: 'system', name: 'start' }));
  const [marketId, enterpriseId, brokerId] = [newId(), newId(), newId()];
  const common = { status: 'verified', regionCode: '640300', createdAt: now, updatedAt: now } as const;
  await deps.db.insert(organizations).values([
    { id: marketId, kind: 'market', marketKind: 'territorial', name: '某市科技大市场', ...common },
    { id: enterpriseId, kind: 'enterprise', name: '某科技有限公司', homeMarketId: marketId, ...common },
  ]);
  await deps.db
    .insert(users)
    .values({ id: brokerId, email: 'broker@people.example', name: '甲', createdAt: now, updatedAt: now });
  await deps.db
    .insert(members)
    .values({ id: newId(), userId: brokerId, organizationId: marketId, role: 'broker', createdAt: now });
  const sample = readSample().demands;
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: Math.min(500, count - from) }, (_, add) => {
      const at = from + add;
      const one = sample[at % sample.length];
      return {
        id: newId(),
        code: `D2026-640300-${String(at).padStart(6, '0')}`,
        status: 'published' as const,
        title: `${one?.title} ${at}`,
        summary: one?.summary ?? '',
        problem: one?.problem ?? null,
        keyTechnology: one?.keyTechnology ?? null,
        expectedOutcome: one?.expectedOutcome ?? null,
        indicators: [{ name: '纯度', comparator: '>=' as const, value: 99.9, unit: '%', mustHave: true }],
        keywords: [...(one?.keywords ?? [])],
        technologyFields: [...(one?.technologyFields ?? [])],
        cooperationModes: ['joint_development'],
        preferredPartners: [],
        language: 'zh' as const,
        source: 'import' as const,
        publishedAt: new Date(now.getTime() - at),
        organizationId: enterpriseId,
        homeMarketId: marketId,
        regionCode: '640300',
        createdByUserId: brokerId,
        createdAt: now,
        updatedAt: now,
      };
    });
    await deps.db.insert(demands).values(rows);
    // The policies let the owner write these.
    await deps.db.transaction(async (tx) => {
      await tx.execute(`select set_config('duijie.organization_id', '${enterpriseId}', true)`);
      await tx.insert(demandConfidential).values(
        rows.map(({ id }) => ({
          demandId: id,
          minCny: 500_000,
          maxCny: 2_000_000,
          contact: { name: '周工', phone: '13800000000', email: 'zhou@people.example' },
          detail: '现有渣场堆存量 12 万吨。',
        })),
      );
    });
  }
  return brokerId;
}

interface Round {
  seconds: number;
  firstByteMs: number;
  growthMb: number;
  sizeMb: number;
}

async function exportOnce(deps: Deps, brokerId: string, view: 'desk' | 'public', format: TableFormat): Promise<Round> {
  const actor = await loadActor(deps.db, brokerId);
  if (actor === null) throw new Error('no broker');
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 20);
  const start = performance.now();
  let firstByteMs = 0;
  let bytes = 0;
  const list = await exportList(deps.ctxFor(actor), exportedDemands, { view }, format);
  for await (const part of list.content) {
    if (bytes === 0) firstByteMs = performance.now() - start;
    bytes += Buffer.byteLength(part);
  }
  await list.close();
  const seconds = (performance.now() - start) / 1_000;
  clearInterval(timer);
  look();
  return { seconds, firstByteMs, growthMb: (most - before) / 2 ** 20, sizeMb: bytes / 2 ** 20 };
}

await runBench(async () => {
  const { values } = parseArgs({
    options: {
      documents: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '2' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void console.log(usage);
  const documents = wholeNumber('documents', values.documents);
  const folder = await mkdtemp(join(tmpdir(), 'duijie-bench-export-'));
  // PostgreSQL runs as another user where this one is root.
  await chmod(folder, 0o755);
  const deps = await createDeps(readConfig({ DATA_DIR: folder, LOG_LEVEL: 'warn' }));
  try {
    const brokerId = await fill(deps, documents);
    const table = [];
    for (const { view, format } of lists) {
      const rounds: Round[] = [];
      for (let round = 0; round < wholeNumber('rounds', values.rounds); round += 1)
        rounds.push(await exportOnce(deps, brokerId, view, format));
      const row = (measure: string, value: number, unit: string) => ({
        system: 'duijie',
        documents,
        measure: `export ${view} ${format}, ${measure}`,
        value,
        unit,
      });
      table.push(
        row('whole', Math.min(...rounds.map((round) => round.seconds)), 's'),
        row('first byte', Math.min(...rounds.map((round) => round.firstByteMs)), 'ms'),
        row('memory growth', Math.max(...rounds.map((round) => round.growthMb)), 'MiB'),
        row('size', Math.max(...rounds.map((round) => round.sizeMb)), 'MiB'),
      );
    }
    console.log(`${cpus().length} × ${cpus()[0]?.model}`);
    console.table(table);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);
  } finally {
    await deps.close();
    await rm(folder, { recursive: true, force: true });
  }
});
