import { randomUUID } from 'node:crypto';
import type pg from 'pg';
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
    expect((await typed()).suggestions.map(({ text }) => text).sort()).toEqual(['铌酸锂', '铌铁'].sort());
    await index.remove('demand', [first.id]);
    expect((await typed()).suggestions).toEqual([]);
    const ofResults = await index.suggest({ kind: 'result', prefix: '铌', limit: 5 });
    expect(ofResults.suggestions).toEqual([{ text: '铌铁', count: 1 }]);
  });

  it('finds only documents with all the words where that is asked', async () => {
    await index.upsert([documentWith({ title: '石墨烯电池' }), documentWith({ title: '石墨烯涂料' })]);
    const found = async (q: string) => (await search({ kind: 'demand', q, everyWord: true })).total;
    expect(await found('石墨烯电池')).toBe(1);
    expect(await found('石墨稀 电池')).toBe(0);
    expect(await found('!!!')).toBe(0);
    expect((await search({ kind: 'demand', q: '石墨稀 电池' })).total).toBeGreaterThan(0);
  });

  it('merges what comes one by one, and finds the same before, between and after', async () => {
    const kept = new Map<string, SearchDocument>();
    const write = async (document: SearchDocument) => {
      await index.upsert([document]);
      kept.set(document.id, document);
    };
    // 70 documents alone, each fifth changed and each seventh removed: segments of 1, 8 and 64 are made and merged.
    for (let at = 0; at < 70; at++) {
      await write(documentWith({ kind: 'result', title: `铂催化剂 ${at}`, body: `第${at}批`, trl: 1 + (at % 9) }));
      const ids = [...kept.keys()];
      const [changed, removed] = [kept.get(ids[at >> 1] ?? ''), ids[at >> 2]];
      if (at % 5 === 4 && changed !== undefined)
        await write({ ...changed, version: changed.version + 1, title: '钯催化剂', trl: 9 });
      if (at % 7 === 6 && removed !== undefined) {
        await index.remove('result', [removed]);
        kept.delete(removed);
      }
      if (at % 10 !== 9) continue;
      const having = (surface: string) => [...kept.values()].filter(({ title }) => title.startsWith(surface));
      for (const surface of ['铂催化剂', '钯催化剂', '铂']) {
        const answer = await search({ kind: 'result', q: surface, everyWord: true, facets: ['trl'], limit: 100 });
        expect(answer.hits.map(({ id }) => id).sort()).toEqual(
          having(surface)
            .map(({ id }) => id)
            .sort(),
        );
        const levels: Record<string, number> = {};
        for (const { trl } of having(surface)) levels[String(trl)] = (levels[String(trl)] ?? 0) + 1;
        expect(answer.facets.trl).toEqual(levels);
      }
    }
    const { rows } = await pool.query("select documents, dead_documents from search_segments where kind = 'result'");
    expect(rows.length).toBeLessThan(20);
    const live = rows.reduce((sum, row) => sum + row.documents - row.dead_documents, 0);
    expect(live).toBe((await index.versions('result')).size);
    expect([...(await index.versions('result'))].filter(([id]) => kept.has(id)).sort()).toEqual(
      [...kept.values()].map(({ id, version }) => [id, version] as [string, number]).sort(),
    );
  });

  it('makes few large segments of many, and finds the same before and after, by words and by single characters', async () => {
    const words = ['钌触媒', '铑触媒', '钌靶', '媒体触点', 'ruthenium', '㐂钌'];
    const documents = Array.from({ length: 8 * 640 }, (_, at) =>
      documentWith({
        kind: 'result',
        title: `${words[at % 6]} ${at}`,
        body: at % 7 === 0 ? '铼丝' : '',
        trl: 1 + (at % 9),
      }),
    );
    for (let at = 0; at < documents.length; at += 640) await index.upsert(documents.slice(at, at + 640));
    const gone = documents.filter((_, at) => at % 23 === 0).map(({ id }) => id);
    await index.remove('result', gone);
    const changed = documents.filter((_, at) => at % 23 === 1).map((one) => ({ ...one, version: 2, title: '锇粉' }));
    await index.upsert(changed);
    const questions = ['钌触媒', '触', '媒', '钌', '铼丝', 'ruthenium', '锇粉', '㐂', '触媒 铼丝'];
    const answers = async () => {
      const found = [];
      for (const q of questions)
        found.push(await search({ kind: 'result', q, everyWord: true, facets: ['trl'], limit: 1_000 }));
      return found;
    };
    const large = async () => {
      const { rows } = await pool.query(
        "select documents from search_segments where kind = 'result' and documents > 500",
      );
      return rows;
    };
    const before = await answers();
    expect(before.every(({ total }) => total > 0)).toBe(true);
    expect(await large()).toHaveLength(8);
    await index.tidy?.();
    expect(await large()).toHaveLength(1);
    expect(await answers()).toEqual(before);
    // What is removed and changed afterwards is found nowhere.
    const [first = documents[0], second] = documents.filter(({ id }) => before[0]?.hits.some((hit) => hit.id === id));
    if (first === undefined || second === undefined) throw new Error('there are hits');
    await index.remove('result', [first.id]);
    await index.upsert([{ ...second, version: 3, title: '锇粉' }]);
    const after = await search({ kind: 'result', q: '钌触媒', everyWord: true });
    expect(after.total).toBe((before[0]?.total ?? 0) - 2);
  });

  it('finds what another process has written, at once, and no longer what it has removed', async () => {
    const otherPool = createPool(database.url, () => undefined);
    const other = createPostgresSearch(createDatabase(otherPool), analyse);
    const document = documentWith({ title: '锗单晶炉' });
    const found = async () => (await search({ kind: 'demand', q: '锗单晶炉', everyWord: true })).total;
    expect(await found()).toBe(0);
    await other.upsert([document]);
    expect(await found()).toBe(1);
    await other.upsert([{ ...document, version: 2, title: '锗片' }]);
    expect(await found()).toBe(0);
    await Promise.all([
      ...Array.from({ length: 20 }, async (_, at) => {
        await (at % 2 === 0 ? index : other).upsert([documentWith({ title: '锗单晶炉' })]);
        expect(await found()).toBeGreaterThan(0);
      }),
    ]);
    expect(await found()).toBe(20);
    await otherPool.end();
  });

  it('counts facets of very many documents one by one', async () => {
    const documents = Array.from({ length: 2_500 }, (_, at) =>
      documentWith({
        kind: 'result',
        title: '铱坩埚',
        trl: 1 + (at % 4),
        technologyFields: at % 2 ? ['402'] : ['101'],
      }),
    );
    await index.upsert(documents);
    const filters = { technologyField: ['4'] };
    const facets = ['trl', 'technologyField'] as const;
    const answer = await search({ kind: 'result', q: '铱坩埚', facets, filters });
    expect(answer.total).toBe(1_250);
    expect(answer.facetsAreEstimates).toBe(false);
    expect(answer.facets).toEqual({
      trl: { '2': 625, '4': 625 },
      technologyField: { '1': 1_250, '101': 1_250, '4': 1_250, '402': 1_250 },
    });
  });
});
