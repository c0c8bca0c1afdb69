import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { members, organizations, users } from '../db/schema/index.ts';
import { loadActor } from '../src/auth/service.ts';
import { readConfig } from '../src/config.ts';
import { newId } from '../src/core/ids.ts';
import { workbookOf } from '../src/core/workbook.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import { commitImport, getImport, startImport } from '../src/exchange/service.ts';
import type { MatchIndex } from '../src/matches/service.ts';
import { createMarket, ensureRootMarket } from '../src/organizations/service.ts';
import type { Outgoing } from '../src/webhooks/service.ts';
import { readSample } from '../workers/demo/sample.ts';
import '../workers/heap.ts';
import { createRegistry } from '../workers/registry.ts';
import { runDelivery } from '../workers/run-job.ts';
import { runBench, wholeNumber } from './flags.ts';

const usage = `A spreadsheet of demands by staff of a market: read, checked, and every row made a submitted demand.

  --rows 10000
  --rounds 3               each with other rows; the best counts
  --collect                garbage is collected all the time: slow, and memory is what is held, not what V8 lets lie
  --json FILE              [{system, documents, measure, value, unit}]

The turns of the queue between batches of 200 rows are not in it.`;

const enterprises = 200;

async function people(deps: Deps): Promise<{ brokerId: string; names: string[] }> {
  const now = deps.clock.now();
  await ensureRootMarket(deps.ctxFor({ kind: 'system', name: 'start' }));
  const administrator = {
    kind: 'user',
    userId: newId(),
    administrator: true,
    emailVerified: true,
    locale: 'zh-CN',
  } as const;
  const market = await createMarket(
    deps.ctxFor({
      ...administrator,
      organizationId: null,
      organizationKind: null,
      organizationStatus: null,
      role: null,
      marketIds: [],
      scopes: null,
    }),
    { name: '某市科技大市场', regionCode: '640300' },
  );
  const names = Array.from({ length: enterprises }, (_, at) => `第${at}家科技有限公司`);
  const common = { status: 'verified', regionCode: '640302', createdAt: now, updatedAt: now } as const;
  await deps.db
    .insert(organizations)
    .values(
      names.map((name) => ({ id: newId(), name, kind: 'enterprise' as const, homeMarketId: market.id, ...common })),
    );
  const brokerId = newId();
  await deps.db
    .insert(users)
    .values({ id: brokerId, email: 'broker@people.example', name: '甲', createdAt: now, updatedAt: now });
  await deps.db
    .insert(members)
    .values({ id: newId(), userId: brokerId, organizationId: market.id, role: 'broker', createdAt: now });
  return { brokerId, names };
}

const header = [
  '外部编号',
  '企业名称',
  '需求名称',
  '需求简介',
  '问题描述',
  '关键技术',
  '预期目标',
  '技术指标',
  '关键词',
  '技术领域',
  '合作方式',
  '预算下限（万元）',
  '预算上限（万元）',
  '目标成熟度',
  '所在地区',
  '联系人',
  '联系电话',
  '电子邮箱',
];

async function* rowsOf(count: number, round: number, names: readonly string[]) {
  const sample = readSample().demands;
  for (let from = 0; from < count; from += 500) {
    yield Array.from({ length: Math.min(500, count - from) }, (_, add) => {
      const at = from + add;
      const one = sample[at % sample.length];
      return [
        `${round}-${at}`,
        names[at % names.length] ?? '',
        `${one?.title} ${at}`,
        one?.summary ?? '',
        one?.problem ?? '述',
        one?.keyTechnology ?? null,
        one?.expectedOutcome ?? null,
        '纯度 ≥ 99.9 %；回收率 85~95 %',
        (one?.keywords ?? []).join('；'),
        (one?.technologyFields ?? []).join('；'),
        '合作开发；委托开发',
        50,
        200,
        6,
        '利通区',
        '周工',
        '13800000000',
        'zhou@people.example',
      ];
    });
  }
}

interface Round {
  checkMs: number;
  commitMs: number;
  growthMb: number;
}

async function importOnce(
  deps: Deps,
  brokerId: string,
  path: string,
  collects: boolean,
): Promise<Round & { created: number }> {
  const actor = await loadActor(deps.db, brokerId);
  if (actor === null) throw new Error('no broker');
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    if (collects) globalThis.gc?.();
    most = Math.max(most, process.memoryUsage().rss);
  };
  const timer = setInterval(look, collects ? 300 : 20);
  const ctx = deps.ctxFor(actor);
  const start = performance.now();
  const checked = await startImport(ctx, { kind: 'demand', name: 'bench.xlsx' }, path);
  const read = performance.now();
  const { jobId } = await commitImport(ctx, { id: checked.id, faultyRows: 'refuse' });
  const registry = createRegistry({} as MatchIndex, {} as Outgoing);
  for (;;) {
    const { rows } = await deps.pool.query<{ id: string }>(
      `select d.id from deliveries d join messages m on m.id = d.message_id
       where m.subject_id = $1 and d.status in ('pending', 'published')`,
      [jobId],
    );
    if (rows[0] === undefined) break;
    const outcome = await runDelivery(rows[0].id, { deps, registry });
    if (outcome !== 'done') throw new Error(outcome);
  }
  const end = performance.now();
  clearInterval(timer);
  look();
  const { counts } = await getImport(ctx, checked.id);
  return { checkMs: read - start, commitMs: end - read, growthMb: (most - before) / 2 ** 20, created: counts.created };
}

await runBench(async () => {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '3' },
      collect: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void console.log(usage);
  const count = wholeNumber('rows', values.rows);
  const folder = await mkdtemp(join(tmpdir(), 'duijie-bench-import-'));
  // PostgreSQL runs as another user where this one is root.
  await chmod(folder, 0o755);
  const deps = await createDeps(readConfig({ DATA_DIR: folder, LOG_LEVEL: 'warn' }));
  try {
    const { brokerId, names } = await people(deps);
    const rounds: Round[] = [];
    for (let round = 0; round < wholeNumber('rounds', values.rounds); round += 1) {
      const path = join(folder, `${round}.xlsx`);
      const parts: Buffer[] = [];
      for await (const part of workbookOf({ name: '技术需求', header, batches: rowsOf(count, round, names) }))
        parts.push(part);
      await writeFile(path, Buffer.concat(parts));
      parts.length = 0;
      const { size } = await stat(path);
      const done = await importOnce(deps, brokerId, path, values.collect);
      if (done.created !== count) throw new Error(`${done.created} of ${count} rows were made`);
      console.log(
        `${count} rows, ${(size / 2 ** 20).toFixed(1)} MiB: checked in ${(done.checkMs / 1_000).toFixed(1)} s, made in ${(done.commitMs / 1_000).toFixed(1)} s, +${done.growthMb.toFixed(0)} MiB`,
      );
      rounds.push(done);
    }
    const least = (of: (round: Round) => number) => Math.min(...rounds.map(of));
    const most = Math.max(...rounds.map((round) => round.growthMb));
    const row = (measure: string, value: number, unit: string) => ({
      system: 'duijie',
      documents: count,
      measure,
      value,
      unit,
    });
    const table = [
      row('import checked', least((round) => round.checkMs) / 1_000, 's'),
      row('import made', least((round) => round.commitMs) / 1_000, 's'),
      row('import, both', least((round) => round.checkMs + round.commitMs) / 1_000, 's'),
      row('import memory growth', most, 'MiB'),
    ];
    console.log(`${cpus().length} × ${cpus()[0]?.model}`);
    console.table(table);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);
  } finally {
    await deps.close();
    await rm(folder, { recursive: true, force: true });
  }
});
