import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { readConfig } from '../src/config.ts';
import type { SearchIndex } from '../src/core/search-index.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import { createLog } from '../src/log.ts';
import { rebuildInPlace } from '../src/search/service.ts';
import { startMeilisearchDouble } from '../tests/setup/meilisearch/server.ts';
import { rebuildBeside } from '../workers/readers/rebuild-index.ts';
import { createSearchIndexReaders } from '../workers/readers/search-index.ts';
import { runBench, wholeNumber } from './flags.ts';
import type { WriterReport, WriterTask } from './search/rebuild-writer.ts';
import { addRecords } from './search/rows.ts';

/**
 * Both search indexes made anew under writes: each changes a demand's title with its outbox message, in a transaction of
 * its own, at the given rate, from a process of its own; the readers follow, and somebody asks for the number of documents all the time. Meilisearch
 * is the stand-in of the tests, so its times say little; what counts is that nothing is lost and nothing seen is partial.
 * `npm run bench:search-rebuild -- --documents 2000 --writes 200 --json rebuild.json`
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '2000' },
    writes: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
});

type Tell = (system: string, measure: string, value: number, unit: string) => void;

await runBench(async () => {
  const documents = wholeNumber('documents', flags.documents);
  const writesPerSecond = wholeNumber('writes', flags.writes);
  const rows: object[] = [];
  const tell: Tell = (system, measure, value, unit) => {
    rows.push({ system, documents, measure, value: Math.round(value * 100) / 100, unit });
    console.log(`${system.padEnd(12)} ${measure.padEnd(40)} ${value.toFixed(1).padStart(9)} ${unit}`);
  };
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${documents} records of each kind, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}, load ${load}`,
  );

  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const double = await startMeilisearchDouble();
  const config = { DATA_DIR: dataDir, MEILI_URL: double.url, MEILI_KEY: double.masterKey, LOG_LEVEL: 'error' };
  const deps = await createDeps(readConfig(config), { log: createLog({ logLevel: 'error' }) });
  const readers = createSearchIndexReaders(deps);
  try {
    await addRecords(deps.db, documents, 60);
    const ctx = deps.ctxFor({ kind: 'system', name: 'bench' });
    const { postgres, meilisearch } = deps.searchEngines;
    if (meilisearch === null) throw new Error('MEILI_URL is set');
    // Rows came without messages.
    await rebuildInPlace(ctx, postgres);
    await rebuildBeside(ctx, meilisearch);
    for (const reader of readers) reader.start();
    await measure(deps, postgres, () => rebuildInPlace(ctx, postgres), { writesPerSecond, tell });
    await measure(deps, meilisearch, () => rebuildBeside(ctx, meilisearch), { writesPerSecond, tell });
  } finally {
    await Promise.all(readers.map((reader) => reader.stop()));
    await deps.close();
    await double.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
});

async function measure(
  deps: Deps,
  engine: SearchIndex,
  rebuild: () => Promise<unknown>,
  { writesPerSecond, tell }: { writesPerSecond: number; tell: Tell },
): Promise<void> {
  const writer = startWriter({
    databaseUrl: deps.databaseUrl,
    dataDir: deps.config.dataDir,
    writesPerSecond,
  });
  await wordOf(writer);
  let isOver = false;
  writer.send('start');
  const startMs = performance.now();
  const totals: number[] = [];
  let unanswered = 0;
  const watcher = (async () => {
    while (!isOver) {
      const all = { kind: 'demand', q: '', filters: {}, facets: [], sort: 'newest', offset: 0, limit: 1 } as const;
      // The stand-in is slow with many documents; what it does not answer in time is counted, and is no partial answer.
      const answer = await engine.search({ ...all, highlight: false }).catch(() => null);
      if (answer === null) unanswered += 1;
      else totals.push(answer.total);
      await pause(20);
    }
  })();
  await rebuild();
  const rebuildMs = performance.now() - startMs;
  isOver = true;
  writer.send('stop');
  const report = await wordOf(writer);
  const writes = report === 'ready' ? 0 : report.writes;
  const writingMs = performance.now() - startMs;
  await watcher;
  const endMs = performance.now();
  let lost = await countLost(deps, engine);
  while (lost > 0 && performance.now() - endMs < 60_000) {
    await pause(50);
    lost = await countLost(deps, engine);
  }
  tell(engine.name, 'rebuild', rebuildMs / 1_000, 's');
  tell(engine.name, 'writes meanwhile', writes, 'transactions');
  tell(engine.name, 'rate of writes', writes / (writingMs / 1_000), 'per second');
  tell(engine.name, 'questions meanwhile', totals.length, 'requests');
  tell(engine.name, 'questions not answered in time', unanswered, 'requests');
  // Engines stop counting at the window.
  tell(engine.name, 'answers with fewer documents than before', countFewer(totals), 'answers');
  tell(engine.name, 'documents lost or stale at the end', lost, 'documents');
  tell(engine.name, 'last write to parity', (performance.now() - endMs) / 1_000, 's');
}

function countFewer(totals: readonly number[]): number {
  const [first = 0] = totals;
  return totals.filter((total) => total < first).length;
}

function startWriter(task: WriterTask): ChildProcess {
  return fork(new URL('./search/rebuild-writer.ts', import.meta.url), [JSON.stringify(task)]);
}

/** The next thing that the writer says. */
async function wordOf(writer: ChildProcess): Promise<WriterReport> {
  const [word] = await Promise.race([once(writer, 'message'), once(writer, 'exit').then(diedEarly)]);
  return word;
}

function diedEarly(): never {
  throw new Error('the writer has ended before its time');
}

/** Public demands by id. */
async function wantedVersions(deps: Deps): Promise<Map<string, number>> {
  const { rows } = await deps.db.execute<{ id: string; version: number }>(sql`
    select id, content_version as version from demands
    where status = 'published' and (valid_until is null or valid_until > now()) order by id`);
  return new Map(rows.map(({ id, version }) => [id, version]));
}

async function countLost(deps: Deps, engine: SearchIndex): Promise<number> {
  const held = await engine.versions('demand');
  const wanted = [...(await wantedVersions(deps))];
  return wanted.filter(([id, version]) => held.get(id) !== version).length;
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
