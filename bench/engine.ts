import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { createEngine, type Engine } from '../src/matching/engine/engine.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import { type SyntheticText, syntheticDocuments, syntheticQueries } from './synthetic.ts';

/**
 * How fast the engine answers, in the configuration that production runs (`duijie`: with the dictionary, text in, ids out), on
 * the documents and queries of synthetic.ts. `exhaustive` is the same engine scoring every document that shares a word.
 * `npm run bench:engine -- [--documents 50000] [--queries 200] [--json FILE]`; `node --expose-gc` makes memory exact.
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '50000' },
    queries: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
});
type SpeedRow = { system: string; documents: number; measure: string; value: number; unit: string };

const documents = Number(flags.documents);
const top = 100;
const replacements = 200;
const rows: SpeedRow[] = [];
const dictionary = createDictionary(loadDictionary(), createSpeller(loadTransliterations()));
const queries = syntheticQueries(Number(flags.queries)).map(fieldsOf);
console.info(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${new Date().toISOString().slice(0, 10)}`,
);

const engine = createEngine({ dictionary });
// The first query builds the dictionary's English side.
engine.search(fieldsOf({ id: '', title: 'start', body: '' }), { limit: 1 });
const memoryBefore = memoryMb();
let buildMs = 0;
for (const document of syntheticDocuments(documents)) {
  const start = performance.now();
  engine.upsert({ id: document.id, fields: fieldsOf(document) });
  buildMs += performance.now() - start;
}
const start = performance.now();
engine.search(fieldsOf({ id: '', title: 'ready', body: '' }), { limit: 1 });
report('duijie', 'build', (buildMs + performance.now() - start) / 1_000, 's');
measureQueries('duijie', false);
measureQueries('exhaustive', true);
report('duijie', 'memory', memoryMb() - memoryBefore, 'MB');
measureReplacements(engine);
if (flags.json !== undefined) {
  writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
}

/** The second round is measured: in the first, lists are made and code is compiled. */
function measureQueries(system: string, exhaustive: boolean): void {
  let times: number[] = [];
  for (let round = 0; round < 2; round++) {
    times = queries.map((query) => timed(() => engine.search(query, { limit: top, exhaustive })));
  }
  report(system, 'query_p50', percentile(times, 0.5), 'ms');
  report(system, 'query_p99', percentile(times, 0.99), 'ms');
}

/** One document replaced, then one query that sees it; the query alone is measured above. */
function measureReplacements(served: Engine): void {
  const news = [...syntheticDocuments(replacements)];
  const word = { title: 'replaced', keywords: '', body: '' };
  const times = news.map((document, at) =>
    timed(() => {
      served.upsert({ id: `d${(at * 7) % documents}`, fields: fieldsOf(document) });
      served.search(word, { limit: 1 });
    }),
  );
  report('duijie', 'replace_p50', percentile(times, 0.5), 'ms');
  report('duijie', 'replace_p99', percentile(times, 0.99), 'ms');
  report('duijie', 'replace_max', Math.max(...times), 'ms');
}

function fieldsOf({ title, body }: SyntheticText): { title: string; keywords: string; body: string } {
  return { title, keywords: '', body };
}

function timed(run: () => void): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function memoryMb(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

function report(system: string, measure: string, value: number, unit: string): void {
  rows.push({ system, documents, measure, value, unit });
  console.info(
    `${system.padEnd(12)} ${String(documents).padStart(9)} ${measure.padEnd(12)} ${value.toFixed(3).padStart(10)} ${unit}`,
  );
}
