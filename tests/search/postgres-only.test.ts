import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import type { SearchDocument, SearchIndex, SearchQuery } from '../../src/core/search-index.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import { createPostgresSearch } from '../../src/search/postgres.ts';
import { createTestDatabase } from '../setup/database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let index: SearchIndex;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, () => undefined);
  index = createPostgresSearch(createDatabase(pool), analyse);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

function documentWith(parts: Partial<SearchDocument>): SearchDocument {
  return {
    id: randomUUID(),
    kind: 'demand',
    version: 1,
    title: '高纯铟',
    keywords: [],
    body: '',
    language: 'zh',
    technologyFields: ['402'],
    industries: ['C', '32'],
    cooperationModes: [],
    regionCode: '640300',
    trl: null,
    moneyBand: null,
    activityType: null,
    stage: null,
    iprKinds: [],
    publishedAt: new Date('2026-01-01T00:00:00Z'),
    validUntil: null,
    ...parts,
  };
}

const everything = { filters: {}, facets: [], sort: 'relevance', offset: 0, limit: 20, highlight: false } as const;

async function search(parts: Pick<SearchQuery, 'kind' | 'q'> & Partial<SearchQuery>) {
  return await index.search({ ...everything, ...parts });
}

describe('the PostgreSQL adapter', () => {
  it('suggests what the newest version says, and leaves it when an older one comes late', async () => {
    const first = documentWith({ keywords: ['铌钽矿', '铌铁'] });
    const second = { ...first, version: 3, keywords: ['铌铁', '铌酸锂'] };
    await index.upsert([first, documentWith({ kind: 'result', id: first.id, keywords: ['铌铁'] })]);
    await index.upsert([second]);
    await index.upsert([{ ...first, version: 2 }]);
    const typed = async () => await index.suggest({ kind: 'demand', prefix: '铌', limit: 5 });
    expect((await typed()).map(({ text }) => text).sort()).toEqual(['铌酸锂', '铌铁'].sort());
    await index.remove('demand', [first.id]);
    expect(await typed()).toEqual([]);
    expect(await index.suggest({ kind: 'result', prefix: '铌', limit: 5 })).toEqual([{ text: '铌铁', count: 1 }]);
  });

  it('finds only documents with all the words where that is asked', async () => {
    await index.upsert([documentWith({ title: '石墨烯电池' }), documentWith({ title: '石墨烯涂料' })]);
    const found = async (q: string) => (await search({ kind: 'demand', q, everyWord: true })).total;
    expect(await found('石墨烯电池')).toBe(1);
    expect(await found('石墨稀 电池')).toBe(0);
    expect(await found('!!!')).toBe(0);
    expect((await search({ kind: 'demand', q: '石墨稀 电池' })).total).toBeGreaterThan(0);
  });

  it('counts facets of very many documents on a sample and says so; the total stays exact', async () => {
    const seed = documentWith({ kind: 'result', title: '铂催化剂', trl: 5 });
    await index.upsert([seed]);
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(
      `insert into search_documents (kind, bucket, id, published_at, version, trl, technology_fields, industries,
         cooperation_modes, ipr_kinds, region_code, language, title, keywords, body, terms)
       select kind, uuid_hash(new_id) & 63, new_id, published_at, version, 1 + at % 4, technology_fields, industries,
         cooperation_modes, ipr_kinds, region_code, language, title, keywords, body, terms
       from search_documents, generate_series(1, 24000) at, lateral (select gen_random_uuid() where at > 0) made (new_id)
       where id = $1`,
      [seed.id],
    );
    await owner.query('analyze search_documents');
    await owner.end();
    for (const q of ['', '铂催化剂']) {
      const answer = await search({
        kind: 'result',
        q,
        facets: ['trl', 'industry'],
        filters: { technologyField: ['4'] },
      });
      expect(answer.total).toBeGreaterThan(24_000);
      expect(answer.facetsAreEstimates).toBe(true);
      // A quarter of 24,000; one document in eight is counted.
      for (const level of ['1', '2', '3', '4'])
        expect(Math.abs((answer.facets.trl?.[level] ?? 0) - 6_000)).toBeLessThan(900);
      expect(Math.abs((answer.facets.industry?.C ?? 0) - 24_000)).toBeLessThan(1_500);
    }
    const few = await search({ kind: 'result', q: '', facets: ['trl'], filters: { maxTrl: 1 }, limit: 1 });
    expect(few.total).toBe(6_000);
  });
});
