import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import type { Searcher, SearchIndex } from '../../src/core/search-index.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import { createSearchWithFallback } from '../../src/search/fallback.ts';
import { createPostgresSearch } from '../../src/search/postgres.ts';
import { indexReaderName } from '../../src/search/service.ts';
import { addCursor, beginning } from '../../workers/readers/store.ts';
import { createTestDatabase } from '../setup/database.ts';
import type { Fault } from '../setup/meilisearch/faults.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';
import { adapterOf } from './meilisearch.ts';
import { ask, documentWith, ids } from './samples.ts';

const log = pino({ level: 'silent' });
const searches = /multi-search|facet-search/;

describe('search while Meilisearch is away', () => {
  const document = documentWith({ title: '高纯铟', keywords: ['膜电解'] });
  let postgres: SearchIndex;
  let closePostgres: () => Promise<void>;
  let double: MeilisearchDouble;
  let search: Searcher;
  let nowMs: number;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, () => undefined);
    const db = createDatabase(pool);
    postgres = createPostgresSearch(db, analyse);
    await addCursor(db, indexReaderName(postgres), beginning, new Date());
    closePostgres = async () => {
      await pool.end();
      await database.drop();
    };
  });

  afterAll(async () => {
    await closePostgres?.();
  });

  beforeEach(async () => {
    double = await startMeilisearchDouble();
    nowMs = 0;
    // A deadline that a busy machine keeps; the product's own is shorter.
    search = withDeadline(2_000);
    await postgres.upsert([document]);
    await adapterOf(double.url, double.masterKey).upsert([document]);
  });

  afterEach(async () => {
    await double.close();
  });

  function withDeadline(deadlineMs: number): Searcher {
    const meilisearch = adapterOf(double.url, double.masterKey);
    return createSearchWithFallback(meilisearch, postgres, { log, deadlineMs, restMs: 1_000, now: () => nowMs });
  }

  function searchRequests(): number {
    return double.control.requests.filter(({ path }) => searches.test(path)).length;
  }

  it('asks Meilisearch while that is well', async () => {
    expect(await search.search(ask('高纯铟'))).toMatchObject({ total: 1, degraded: false });
    expect(searchRequests()).toBeGreaterThan(0);
    const suggestions = [{ text: '膜电解', count: 1 }];
    expect(await search.suggest({ kind: 'demand', prefix: '膜', limit: 5 })).toEqual({ suggestions, degraded: false });
  });

  it('asks PostgreSQL for words as they are written, which Meilisearch would guess', async () => {
    const misspelt = { ...ask('electrolisis'), everyWord: true };
    const membrane = documentWith({ title: 'Membrane electrolysis' });
    await postgres.upsert([membrane]);
    await adapterOf(double.url, double.masterKey).upsert([membrane]);
    expect(await search.search(misspelt)).toMatchObject({ total: 0, degraded: false });
    expect((await search.search(ask('electrolisis'))).total).toBe(1);
  });

  const faults: [string, Fault][] = [
    ['cuts the connection', 'reset'],
    ['never answers', 'hang'],
    ['answers 500', { status: 500 }],
    ['is too busy', { status: 503, retryAfterSeconds: 10 }],
    ['answers with a page of its proxy', 'html-502'],
    ['refuses the key', { status: 403 }],
    ['has lost the index', { status: 404 }],
    ['is slower than the deadline', { delayMs: 3_000 }],
  ];
  it.each(faults)('answers from PostgreSQL, and says so, when Meilisearch %s', async (_name, fault) => {
    search = withDeadline(100);
    double.control.respond(fault, { path: searches });
    const answer = await search.search(ask('高纯铟', { facets: ['industry'], highlight: true }));
    expect(ids(answer)).toEqual([document.id]);
    expect(answer).toMatchObject({ total: 1, degraded: true, facets: { industry: { C: 1, '32': 1 } } });
    const suggestions = [{ text: '膜电解', count: 1 }];
    expect(await search.suggest({ kind: 'demand', prefix: '膜', limit: 5 })).toEqual({ suggestions, degraded: true });
  });

  it('answers from PostgreSQL when nothing listens there', async () => {
    const { url } = double;
    await double.close();
    const away = createSearchWithFallback(adapterOf(url, 'any'), postgres, { log });
    await away.ensureIndexes();
    expect(await away.search(ask('高纯铟'))).toMatchObject({ total: 1, degraded: true });
    expect(await away.health()).toBe('down');
    double = await startMeilisearchDouble();
  });

  it('leaves a failing Meilisearch alone, tries it again with one question, and comes back by itself', async () => {
    double.control.respond({ status: 500 }, { path: searches });
    for (let at = 0; at < 3; at++) expect((await search.search(ask(''))).degraded).toBe(true);
    const tried = searchRequests();
    expect((await search.search(ask(''))).degraded).toBe(true);
    expect(searchRequests()).toBe(tried);

    nowMs += 1_001;
    const answers = await Promise.all([1, 2, 3].map(() => search.search(ask(''))));
    expect(answers.map(({ degraded }) => degraded)).toEqual([true, true, true]);
    expect(searchRequests()).toBe(tried + 1);

    double.control.clearFaults();
    nowMs += 1_001;
    expect((await search.search(ask(''))).degraded).toBe(false);
    expect((await search.search(ask(''))).degraded).toBe(false);
  });
});
