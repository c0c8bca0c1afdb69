import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { loadBackgroundTexts } from '../db/seed/background.ts';
import { readConfig } from '../src/config.ts';
import { createDeps } from '../src/deps.ts';
import { DuplicateJudge, duplicateLikeness } from '../src/matching/duplicates.ts';
import { analyse } from '../src/matching/engine/analysis.ts';
import { findAlikeDocuments } from '../src/search/service.ts';
import { readSample } from '../workers/demo/sample.ts';
import { runBench, wholeNumber } from './flags.ts';
import { searchDocuments } from './search/documents.ts';

const usage = `The duplicate check: candidates from the index in PostgreSQL for its own documents, which share most with it; and the
comparison with forty texts of the sample.

  --documents 100000       synthetic, beside the sample's own
  --questions 60           documents of the index
  --json FILE              [{system, documents, measure, value, unit}]

The rows of the candidates are not read, nor views made: some 5 ms more.`;

const documentsAtOnce = 1_000;
const candidates = 40;
const partAsked = 0.6;

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

await runBench(async () => {
  const { values } = parseArgs({
    options: {
      documents: { type: 'string', default: '100000' },
      questions: { type: 'string', default: '60' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void console.log(usage);
  const count = wholeNumber('documents', values.documents);
  const folder = await mkdtemp(join(tmpdir(), 'duijie-bench-duplicates-'));
  // PostgreSQL runs as another user where this one is root.
  await chmod(folder, 0o755);
  const cluster = await startEmbeddedPostgres({ dataDir: folder });
  await migrateDatabase(cluster.url);
  const deps = await createDeps(readConfig({ DATABASE_URL: cluster.url, DATA_DIR: folder, LOG_LEVEL: 'warn' }));
  try {
    const { postgres } = deps.searchEngines;
    const sample = readSample().demands.map(
      ({ title, summary, problem, keyTechnology, expectedOutcome, keywords }) => ({
        keywords: keywords ?? [],
        text: [title, summary, problem, keyTechnology, expectedOutcome].filter(Boolean).join('\n'),
      }),
    );
    const every = Math.max(1, Math.floor(count / wholeNumber('questions', values.questions)));
    const questions: { id: string; text: string }[] = [];
    let written = 0;
    let batch = [];
    for (const document of searchDocuments('demand', count)) {
      batch.push(document);
      if (written++ % every === 0)
        questions.push({ id: document.id, text: [document.title, ...document.keywords, document.body].join('\n') });
      if (batch.length < documentsAtOnce) continue;
      await postgres.upsert(batch);
      batch = [];
    }
    if (batch.length > 0) await postgres.upsert(batch);
    // What the worker does every five minutes, and autovacuum within a minute.
    await postgres.tidy?.();
    const owner = new pg.Client({ connectionString: cluster.url });
    await owner.connect();
    await owner.query('vacuum (analyze) search_documents, search_segments, search_postings');
    await owner.end();
    const judge = new DuplicateJudge(loadBackgroundTexts());
    const ctx = deps.ctxFor({ kind: 'system', name: 'bench' });
    const termsOf = (text: string) => judge.tellingTerms(analyse(text).tokens.map(({ term }) => term));
    const [finding, comparing, both]: number[][] = [[], [], []];
    for (const [at, question] of questions.entries()) {
      const asked = sample[at % sample.length];
      if (asked === undefined) break;
      const start = performance.now();
      await findAlikeDocuments(ctx, 'demand', termsOf(question.text), candidates);
      const found = performance.now();
      const others = Array.from({ length: candidates }, (_, add) => ({
        ...(sample[(at + add) % sample.length] ?? asked),
      }));
      const alike = others.filter((other) => judge.likeness(asked, other) >= duplicateLikeness);
      for (const other of alike) judge.passages(asked.text, other.text, 3);
      const end = performance.now();
      finding?.push(found - start);
      comparing?.push(end - found);
      both?.push(end - start);
    }
    let foundAgain = 0;
    for (const { id, text } of questions) {
      const part = text.slice(0, Math.ceil(text.length * partAsked));
      const { ids } = await findAlikeDocuments(ctx, 'demand', termsOf(part), candidates);
      if (ids.includes(id)) foundAgain += 1;
    }
    const row = (measure: string, value: number) => ({
      system: 'duijie',
      documents: count,
      measure,
      value,
      unit: 'ms',
    });
    const table = [
      row('duplicates, candidates p50', percentile(finding ?? [], 0.5)),
      row('duplicates, comparison p50', percentile(comparing ?? [], 0.5)),
      row('duplicates p50', percentile(both ?? [], 0.5)),
      row('duplicates p99', percentile(both ?? [], 0.99)),
      { ...row('found again by the first 60 % of its text', foundAgain), unit: `of ${questions.length}` },
    ];
    console.log(`${cpus().length} × ${cpus()[0]?.model}`);
    console.table(table);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);
  } finally {
    await deps.close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
