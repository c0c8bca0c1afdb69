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
import { databaseCpuMs } from './database-cpu.ts';
import { chineseWord, searchDocuments } from './search/documents.ts';
import { createPeer, indexPeer, loadPeer, peerName, searchPeer } from './search/peer.ts';
import { mulberry32, wordOf } from './synthetic.ts';

/**
 * The PostgreSQL adapter on the database that comes with the program, with as many demands and as many results as asked:
 * indexing through `upsert`, one batch after the other, then one question after the other, each of its kind different. Unless
 * `--alone`, PostgreSQL's own full-text search (`search/peer.ts`) on the same documents in the same database, asked the same
 * questions in turn. Processor time is that of this process and of all of the database's together (Linux).
 * `npm run bench:search -- --documents 100000 [--queries 40] [--json FILE] [--keep DIR] [--alone]`
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '40' },
    json: { type: 'string' },
    /** A data directory to be kept, and used again without indexing when it has documents. */
    keep: { type: 'string' },
    alone: { type: 'boolean', default: false },
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

const ours = 'duijie postgresql';

function tell(system: string, measure: string, value: number, unit: string): void {
  rows.push({ system, documents, measure, value: Math.round(value * 100) / 100, unit });
  console.log(`${system.padEnd(21)} ${measure.padEnd(54)} ${value.toFixed(1).padStart(9)} ${unit}`);
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

function tellTimes(system: string, measure: string, samples: readonly number[]): void {
  for (const [name, q] of [
    ['min', 0],
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    tell(system, `${measure}: ${name}`, quantile(samples, q), 'ms');
}

/** Of this process and of the database's processes that live, in ms; NaN where the system does not say. */
function usedCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + databaseCpuMs(join(dataDir, 'postgres'));
}

/** Writes all documents of both kinds, in batches, and says how many a second and for how much processor time each. */
async function load(
  system: string,
  put: (batch: SearchDocument[]) => Promise<void>,
  finish: () => Promise<void> = async () => undefined,
): Promise<void> {
  let spentMs = 0;
  let usedMs = 0;
  const timed = async (work: () => Promise<void>) => {
    const [start, usedBefore] = [performance.now(), usedCpuMs()];
    await work();
    spentMs += performance.now() - start;
    usedMs += usedCpuMs() - usedBefore;
  };
  for (const kind of ['demand', 'result'] as const) {
    let batch: SearchDocument[] = [];
    for (const document of searchDocuments(kind, documents)) {
      batch.push(document);
      if (batch.length < documentsPerBatch) continue;
      await timed(() => put(batch));
      batch = [];
    }
    if (batch.length > 0) await timed(() => put(batch));
  }
  await timed(finish);
  tell(system, 'indexing', (2 * documents) / (spentMs / 1_000), 'documents/s');
  tell(system, 'indexing: processor', usedMs / (2 * documents), 'ms/document');
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

  const owner = new pg.Client({ connectionString: cluster.url });
  await owner.connect();
  if ((await index.versions('result')).size < documents) {
    await load(ours, (batch) => index.upsert(batch));
    // What the worker does every five minutes.
    const startMs = performance.now();
    await index.tidy?.();
    tell(ours, 'merging afterwards', (performance.now() - startMs) / 1_000, 's');
    // What autovacuum does within a minute.
    await owner.query('vacuum (analyze) search_documents, search_phrases, search_segments, search_postings');
    const { rows: sizes } = await owner.query(
      `select sum(pg_total_relation_size(name)) / 2 / $1 as bytes from unnest(array['search_documents', 'search_phrases', 'search_segments', 'search_postings']::regclass[]) name`,
      [documents],
    );
    tell(ours, 'stored', Number(sizes[0].bytes), 'bytes/document');
  }
  if (
    !flags.alone &&
    (await owner.query("select 1 from pg_tables where tablename = 'peer_documents'")).rowCount === 0
  ) {
    await createPeer(owner);
    await load(
      peerName,
      (batch) => loadPeer(owner, batch),
      () => indexPeer(owner),
    );
    await owner.query('vacuum (analyze) peer_documents');
  }

  const systems: Record<string, (query: SearchQuery) => Promise<{ total: number }>> = {
    [ours]: (query) => index.search(query),
    ...(flags.alone ? {} : { [peerName]: (query) => searchPeer(owner, query) }),
  };
  const all = new Map<string, number[]>();
  for (const [measure, make] of Object.entries(questions)) {
    const asked = Array.from({ length: perMeasure + 3 }, () => queryOf(make()));
    for (const [system, search] of Object.entries(systems)) {
      const samples: number[] = [];
      let found = 0;
      let usedBefore = usedCpuMs();
      for (const [at, query] of asked.entries()) {
        // The first few open connections and fill caches.
        if (at === 3) usedBefore = usedCpuMs();
        const start = performance.now();
        const answer = await search(query);
        const tookMs = performance.now() - start;
        if (at < 3) continue;
        samples.push(tookMs);
        found += answer.total;
      }
      all.set(system, [...(all.get(system) ?? []), ...samples]);
      tell(system, `${measure}: hits`, found / perMeasure, 'documents');
      tellTimes(system, measure, samples);
      tell(system, `${measure}: processor`, (usedCpuMs() - usedBefore) / perMeasure, 'ms');
    }
  }
  const typed: number[] = [];
  for (let at = 0; at < perMeasure; at += 1) {
    const prefix = at % 3 === 0 ? word(0, 2_000).charAt(0) : word(0, 2_000);
    const start = performance.now();
    await index.suggest({ kind: 'demand', prefix, limit: 10 });
    typed.push(performance.now() - start);
  }
  tellTimes(ours, 'suggestions', typed);
  for (const [system, samples] of all) tellTimes(system, 'all questions', samples);
  await owner.end();
  await pool.end();
} finally {
  await cluster.stop();
  if (flags.keep === undefined) await rm(dataDir, { recursive: true, force: true });
}
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
