import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createDatabase, createPool } from '../db/client.ts';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { type SearchDocument, type SearchKind, type SearchQuery, searchFacets } from '../src/core/search-index.ts';
import { analyse } from '../src/matching/engine/analysis.ts';
import { createPostgresSearch } from '../src/search/postgres.ts';
import { chineseWord, searchDocuments } from './search-documents.ts';
import { mulberry32, wordOf } from './synthetic.ts';

/**
 * The PostgreSQL adapter on the database that comes with the program, with as many demands and as many results as asked:
 * indexing through `upsert`, one batch after the other, then one question after the other, each of its kind different.
 * `npm run bench:search -- --documents 100000 [--queries 40] [--json FILE] [--keep DIR]`
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '40' },
    json: { type: 'string' },
    /** A data directory to be kept, and used again without indexing when it has documents. */
    keep: { type: 'string' },
  },
});
const documents = Number(flags.documents);
const perMeasure = Number(flags.queries);
const documentsPerBatch = 1_000;

interface Row {
  system: string;
  documents: number;
  measure: string;
  value: number;
  unit: string;
}
const rows: Row[] = [];

function tell(measure: string, value: number, unit: string): void {
  rows.push({ system: 'duijie postgresql', documents, measure, value: Math.round(value * 100) / 100, unit });
  console.log(`${measure.padEnd(46)} ${value.toFixed(1).padStart(9)} ${unit}`);
}

const random = mulberry32(7);
/** A word of a rank between the two, Chinese. */
function word(from: number, to: number): string {
  return chineseWord(from + Math.floor(random() * (to - from)));
}

/** Ranks below 20 stand in a third of the documents and more, those above 5,000 in few. */
const questions: Record<string, () => Partial<SearchQuery>> = {
  'a rare word': () => ({ q: word(5_000, 20_000) }),
  'a word': () => ({ q: word(200, 2_000) }),
  'a common word': () => ({ q: word(0, 20) }),
  'three words': () => ({ q: `${word(0, 50)} ${word(50, 500)} ${word(500, 5_000)}` }),
  'an English word, misspelt': () => ({ q: `${wordOf(Math.floor(random() * 2_000)).slice(0, -1)}x` }),
  'two words run together, one character wrong': () => ({ q: `${word(20, 500)}${word(20, 500).charAt(0)}的` }),
  'a single character': () => ({ q: word(100, 2_000).charAt(0) }),
  'no words': () => ({ q: '' }),
  'no words, two filters': () => ({ q: '', filters: { regionCode: ['110000'], minTrl: 5 } }),
  'a common filter, all facets': () => ({ q: '', filters: { industry: ['C'] }, facets: searchFacets }),
  'a rare filter, all facets': () => ({ q: '', filters: { technologyField: ['407'] }, facets: searchFacets }),
  'a word, three filters, highlight': () => ({
    q: word(50, 500),
    filters: {
      cooperationMode: ['joint_development', 'licence'],
      technologyField: ['1'],
      validAt: new Date('2026-12-01'),
    },
    highlight: true,
  }),
  'a word, all facets': () => ({ q: word(50, 500), facets: searchFacets }),
  'a common word, all facets': () => ({ q: word(0, 20), facets: searchFacets }),
  'a common word, a filter, all facets': () => ({
    q: word(0, 20),
    filters: { technologyField: ['1'] },
    facets: searchFacets,
  }),
  'no words, all facets': () => ({ q: '', facets: searchFacets }),
};

function queryOf(parts: Partial<SearchQuery>): SearchQuery {
  const kind: SearchKind = random() < 0.5 ? 'demand' : 'result';
  const q = { q: '', filters: {}, facets: [], sort: 'relevance', offset: 0, limit: 20, highlight: false } as const;
  return { kind, ...q, ...parts };
}

function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

const dataDir = flags.keep ?? join(tmpdir(), `duijie-bench-${randomUUID()}`);
const cluster = await startEmbeddedPostgres({ dataDir });
try {
  await migrateDatabase(cluster.url);
  const pool = createPool(cluster.url, (error) => console.error(error.message));
  const index = createPostgresSearch(createDatabase(pool), analyse);
  console.log(
    `${documents} demands and ${documents} results, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}`,
  );

  if ((await index.versions('result')).size < documents) {
    let spentMs = 0;
    for (const kind of ['demand', 'result'] as const) {
      let batch: SearchDocument[] = [];
      const put = async () => {
        const start = performance.now();
        await index.upsert(batch);
        spentMs += performance.now() - start;
        batch = [];
      };
      for (const document of searchDocuments(kind, documents)) {
        batch.push(document);
        if (batch.length === documentsPerBatch) await put();
      }
      await put();
    }
    tell('indexing', (2 * documents) / (spentMs / 1_000), 'documents/s');
    // What autovacuum does within a minute.
    const owner = new pg.Client({ connectionString: cluster.url });
    await owner.connect();
    await owner.query('vacuum (analyze) search_documents, search_phrases');
    await owner.end();
  }

  const all: number[] = [];
  for (const [measure, make] of Object.entries(questions)) {
    const samples: number[] = [];
    let found = 0;
    for (let at = -3; at < perMeasure; at += 1) {
      const query = queryOf(make());
      const start = performance.now();
      const answer = await index.search(query);
      const tookMs = performance.now() - start;
      // The first few open connections and fill caches.
      if (at < 0) continue;
      samples.push(tookMs);
      found += answer.total;
    }
    all.push(...samples);
    tell(`${measure}: hits`, found / perMeasure, 'documents');
    tell(`${measure}: p50`, quantile(samples, 0.5), 'ms');
    tell(`${measure}: p99`, quantile(samples, 0.99), 'ms');
  }
  const typed: number[] = [];
  for (let at = 0; at < perMeasure; at += 1) {
    const prefix = at % 3 === 0 ? word(0, 2_000).charAt(0) : word(0, 2_000);
    const start = performance.now();
    await index.suggest({ kind: 'demand', prefix, limit: 10 });
    typed.push(performance.now() - start);
  }
  tell('suggestions: p50', quantile(typed, 0.5), 'ms');
  tell('suggestions: p99', quantile(typed, 0.99), 'ms');
  tell('all questions: p50', quantile(all, 0.5), 'ms');
  tell('all questions: p99', quantile(all, 0.99), 'ms');
  await pool.end();
} finally {
  await cluster.stop();
  if (flags.keep === undefined) await rm(dataDir, { recursive: true, force: true });
}
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
