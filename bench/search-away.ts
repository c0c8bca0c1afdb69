import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { runBench, wholeNumber } from './flags.ts';
import type { OutageReport } from './search/outage.ts';
import { runSearchOutages } from './search/outages.ts';
import { percentile } from './speed/rows.ts';

/**
 * The search engine away, in each of its four ways for so long, while people write and search: the program as `npm start`
 * runs it, on its PostgreSQL, before the stand-in of Meilisearch that the tests use, asked over HTTP. One change of a
 * published demand after the other at the given rate; four people who ask, each 100 ms after the last answer. A hanging
 * server lets its connections hang when it is back, too. Few and short records: the stand-in reads them all for each
 * question, and must answer in time when it is there.
 * `npm run bench:search-away -- --seconds 60 --documents 200 --json away.json`
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    documents: { type: 'string', default: '200' },
    writes: { type: 'string', default: '20' },
    json: { type: 'string' },
  },
});

await runBench(async () => {
  const seconds = wholeNumber('seconds', flags.seconds);
  const documents = wholeNumber('documents', flags.documents);
  const writesPerSecond = wholeNumber('writes', flags.writes);
  const rows: { system: string; documents: number; measure: string; value: number; unit: string }[] = [];
  const tell = (measure: string, value: number, unit: string) => {
    rows.push({ system: 'duijie', documents, measure, value: Math.round(value * 10) / 10, unit });
    console.log(`${measure.padEnd(44)} ${value.toFixed(1).padStart(9)} ${unit}`);
  };
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${documents} records of each kind, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}, load ${load}`,
  );

  const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
  const cluster = await startEmbeddedPostgres({ dataDir });
  try {
    await migrateDatabase(cluster.url);
    await runSearchOutages({
      ...{ databaseUrl: cluster.url, dataDir, seconds, documents, writesPerSecond },
      onReport: (way, report) => tellReport(tell, way, report),
    });
  } finally {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
});

function tellReport(tell: (measure: string, value: number, unit: string) => void, way: string, report: OutageReport) {
  const { writes, acknowledged, questions: asked, answered, degraded, answerMs, parityMs, wholeMs } = report;
  tell(`${way}: writes`, writes, 'requests');
  tell(`${way}: writes acknowledged`, (100 * acknowledged) / writes, '%');
  tell(`${way}: questions`, asked, 'requests');
  tell(`${way}: questions answered`, (100 * answered) / asked, '%');
  tell(`${way}: answers marked degraded`, (100 * degraded) / asked, '%');
  tell(`${way}: answer p50`, percentile(answerMs, 0.5), 'ms');
  tell(`${way}: answer p99`, percentile(answerMs, 0.99), 'ms');
  tell(`${way}: return to parity`, (parityMs ?? Number.NaN) / 1_000, 's');
  tell(`${way}: return to an answer not degraded`, (wholeMs ?? Number.NaN) / 1_000, 's');
}
