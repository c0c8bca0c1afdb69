import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cursors, messages } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { checkIndex, indexChanges, rebuildInPlace, searchKinds } from '../../src/search/service.ts';
import { checkSearchIndexes } from '../../workers/check-search-indexes.ts';
import { addCursor, beginning, removeCursor } from '../../workers/readers/store.ts';
import { documentWith } from '../search/samples.ts';
import {
  type Body,
  createWorld,
  demandInput,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { fillSearchIndex } from '../setup/search.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  await fillSearchIndex(api);
});

afterAll(async () => {
  await api?.close();
});

/** What the index's reader does: everything said so far, once more. */
async function index(): Promise<void> {
  const rows = await api.deps.db.select().from(messages).orderBy(messages.xid, messages.id);
  await indexChanges(
    systemCtx(),
    api.deps.searchEngines.postgres,
    rows.map((row) => ({ ...row }) as StoredMessage),
  );
}

function systemCtx() {
  return api.deps.ctxFor({ kind: 'system', name: 'search-index' });
}

async function search(path: 'demands' | 'results', query: Record<string, string> = {}): Promise<Body> {
  const answer = await api.anonymous.get(`/v1/search/${path}?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

function idsOf(body: Body): string[] {
  return body.items.map((item: { id: string }) => item.id);
}

function post(input: object = demandInput): Promise<Body> {
  return publishDemand(world.enterprise, world.demandBroker, input);
}

describe('searching published records', () => {
  let demand: Body;
  let result: Body;

  beforeAll(async () => {
    demand = await post();
    result = await publishResult(world.university, world.resultBroker);
    await index();
  });

  it('shows anybody the public view of what is found, with score and highlight', async () => {
    const body = await search('demands', { q: '枸杞多糖', highlight: 'true' });
    expect(idsOf(body)).toEqual([demand.id]);
    const [item] = body.items;
    expect(item).toMatchObject({ title: demandInput.title, organization: { id: world.enterprise.organizationId } });
    expect(item.score).toBeGreaterThan(0.5);
    expect(item.highlight.body).toContain('<mark>枸杞多糖</mark>');
    expect(body).toMatchObject({ total: 1, degraded: false });
    const shown = JSON.stringify(body);
    for (const secret of ['机密细节', '马工', '13900000001', '900000']) expect(shown).not.toContain(secret);
  });

  it('finds no record by its confidential fields', async () => {
    for (const q of ['配方编号甲', '马工', '13900000001', 'ma@dairy.example']) {
      expect(idsOf(await search('demands', { q })), q).not.toContain(demand.id);
    }
    for (const q of ['壁材配比乙', '13900000002'])
      expect(idsOf(await search('results', { q })), q).not.toContain(result.id);
  });

  it('finds a record by its code', async () => {
    expect(idsOf(await search('demands', { q: demand.code }))).toContain(demand.id);
  });

  it('filters and counts results', async () => {
    const body = await search('results', {
      q: '微胶囊',
      industry: 'C',
      minTrl: '5',
      facets: 'technologyField,cooperationMode,region',
    });
    expect(idsOf(body)).toEqual([result.id]);
    expect(body.facets).toMatchObject({
      technologyField: { '2': 1, '206': 1 },
      cooperationMode: { licence: 1 },
      region: { '430000': 1 },
    });
    expect(idsOf(await search('results', { minTrl: '7' }))).toEqual([]);
  });

  it('gives the second page what the first did not show', async () => {
    const another = await post({ ...demandInput, title: '枸杞籽油提取' });
    await index();
    const first = await search('demands', { sort: 'newest', limit: '1' });
    const second = await search('demands', { sort: 'newest', limit: '1', page: '2' });
    expect(new Set([...idsOf(first), ...idsOf(second)])).toEqual(new Set([demand.id, another.id]));
    expect(first.total).toBe(2);
  });

  it('refuses a page beyond the thousandth hit, an unknown facet, a filter by organization and a question too long', async () => {
    for (const query of [
      'page=11&limit=100',
      'facets=organization',
      `organizationId=${world.enterprise.organizationId}`,
      'technologyField=9',
      `q=${'x'.repeat(501)}`,
    ]) {
      const answer = await api.anonymous.get(`/v1/search/demands?${query}`);
      expect(answer.status, query).toBe(422);
      expect(answer.body.errors.length, query).toBeGreaterThan(0);
    }
  });
});

describe('every filter and facet', () => {
  const rare = {
    ...demandInput,
    title: '锆锡包壳管腐蚀',
    keywords: ['锆锡', '包壳管'],
    activityType: 'applied_research',
    targetTrl: 4,
    budget: { minCny: 600_000, maxCny: 900_000 },
    industry: '32',
    cooperationModes: ['licence'],
    technologyFields: ['402'],
  };
  let demand: Body;
  let other: Body;

  beforeAll(async () => {
    demand = await post(rare);
    other = await post({
      ...rare,
      title: '锆锡焊接',
      activityType: 'production',
      targetTrl: 8,
      industry: '46',
      language: 'en',
    });
    await index();
  });

  it.each([
    ['technologyField', '4', '7'],
    ['technologyField', '701,402', '701,8'],
    ['industry', 'C', 'A'],
    ['industry', '32', '33'],
    ['cooperationMode', 'transfer,licence', 'transfer'],
    ['regionCode', '640000', '110000'],
    ['minTrl', '4', '5'],
    ['maxTrl', '4', '3'],
    ['moneyBand', '500k_1m', 'over_10m,under_100k'],
    ['activityType', 'applied_research', 'basic_research'],
    ['language', 'zh', 'en'],
    ['publishedAfter', '2020-01-01', '2035-01-01'],
    ['validAt', '2020-01-01', '2055-01-01T00:00:00Z'],
  ])('%s=%s finds a demand that %s does not', async (name, fits, doesNot) => {
    const found = async (value: string) => idsOf(await search('demands', { q: '锆锡', limit: '100', [name]: value }));
    expect(await found(fits)).toContain(demand.id);
    expect(await found(doesNot)).not.toContain(demand.id);
  });

  it.each([
    ['stage', 'lab,pilot', 'mass_production'],
    ['iprKind', 'invention', 'design,trade_secret'],
    ['moneyBand', '500k_1m', 'negotiable'],
  ])('%s=%s finds a result that %s does not', async (name, fits, doesNot) => {
    const result = await publishResult(world.university, world.resultBroker, { ...resultInput, title: '钇锆陶瓷' });
    await index();
    const found = async (value: string) => idsOf(await search('results', { q: '钇锆陶瓷', [name]: value }));
    expect(await found(fits)).toContain(result.id);
    expect(await found(doesNot)).not.toContain(result.id);
  });

  it('counts every facet, each under all filters but its own', async () => {
    const facets = 'technologyField,industry,cooperationMode,region,trl,moneyBand,activityType,stage,iprKind';
    const body = await search('demands', { q: '锆锡', facets, activityType: 'applied_research' });
    expect(idsOf(body)).toEqual([demand.id]);
    expect(body.facetsAreEstimates).toBe(false);
    expect(body.facets).toMatchObject({
      technologyField: { '4': 1, '402': 1 },
      industry: { '32': 1, C: 1 },
      cooperationMode: { licence: 1 },
      region: { '640000': 1 },
      trl: { '4': 1 },
      moneyBand: { '500k_1m': 1 },
      activityType: { applied_research: 1, production: 1 },
      stage: {},
      iprKind: {},
    });
    expect(body.facets.trl).toEqual({ '4': 1 });
    expect(idsOf(await search('demands', { q: '锆锡', maxTrl: '8', minTrl: '8' }))).toEqual([other.id]);
  });

  it.each([
    `q=${'x'.repeat(10_000)}`,
    'page=1000000000',
    'page=-1',
    'facets=trl,owner',
    'publishedAfter=2026-02-30',
    'validAt=2026-13-01T00:00:00Z',
    'validAt=tomorrow',
    'minTrl=0',
    'moneyBand=500k_1m,',
    'iprKind=everything',
  ])('refuses %s with a problem that points at it', async (query) => {
    const answer = await api.anonymous.get(`/v1/search/results?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toContain(query.split('=')[0]);
  });
});

describe('suggestions', () => {
  it('tell anybody what begins as typed, as it stands in published records, the most used first', async () => {
    await post({ ...demandInput, title: '钽电容封装', keywords: ['钽电容', '钽粉'] });
    await post({ ...demandInput, title: '钽靶材', keywords: ['钽粉'] });
    await world.enterprise.post('/v1/demands', { ...demandInput, title: '草稿', keywords: ['钽铌草稿'] });
    await index();
    const typed = async (kind: string, q: string) =>
      (await api.anonymous.get(`/v1/search/suggestions?${new URLSearchParams({ kind, q })}`)).body.items;
    const items = await typed('demand', '钽');
    expect(items[0]).toEqual({ text: '钽粉', count: 2 });
    expect(items.map(({ text }: { text: string }) => text).sort()).toEqual(
      ['钽粉', '钽电容', '钽电容封装', '钽靶材'].sort(),
    );
    expect(await typed('demand', '钽电容封')).toEqual([{ text: '钽电容封装', count: 1 }]);
    expect(await typed('result', '钽')).toEqual([]);
    expect(await typed('demand', '')).toEqual([]);
    for (const q of ['%', '_', "'", '\\', '钽%']) expect(await typed('demand', q), q).toEqual([]);
  });

  it('forget what is no longer published', async () => {
    const demand = await post({ ...demandInput, title: '铪提纯', keywords: ['铪锭'] });
    await index();
    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    await index();
    expect((await api.anonymous.get('/v1/search/suggestions?kind=demand&q=%E9%93%AA')).body.items).toEqual([]);
  });

  it('refuse an unknown kind, a question too long and a missing one', async () => {
    for (const query of [
      'kind=expert&q=x',
      `kind=demand&q=${'x'.repeat(101)}`,
      'kind=demand',
      'kind=demand&q=x&limit=21',
    ])
      expect((await api.anonymous.get(`/v1/search/suggestions?${query}`)).status, query).toBe(422);
  });
});

describe('what search leaves out', () => {
  it('knows nothing of drafts and of records that wait for a broker', async () => {
    const draft = await world.enterprise.post('/v1/demands', { ...demandInput, title: '草稿里的钛合金增材制造' });
    const submitted = await world.enterprise.post('/v1/demands', { ...demandInput, title: '待审的钛合金增材制造' });
    await world.enterprise.post(`/v1/demands/${submitted.body.id}/submit`);
    await index();
    expect(draft.status).toBe(201);
    expect(await search('demands', { q: '钛合金增材制造' })).toMatchObject({ items: [], total: 0 });
  });

  it('forgets a withdrawn demand, and hides it before the index has heard of it', async () => {
    const demand = await post({ ...demandInput, title: '葡萄藤自动修剪' });
    await index();
    expect(idsOf(await search('demands', { q: '葡萄藤' }))).toEqual([demand.id]);
    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    expect(idsOf(await search('demands', { q: '葡萄藤' }))).toEqual([]);
    await index();
    expect((await search('demands', { q: '葡萄藤' })).total).toBe(0);
  });

  it('hides a record from the moment its validity ends', async () => {
    const validUntil = new Date(api.clock.now().getTime() + 3_600_000).toISOString();
    const demand = await post({ ...demandInput, title: '冷链温度监测标签', validUntil });
    await index();
    expect(idsOf(await search('demands', { q: '冷链' }))).toEqual([demand.id]);
    api.clock.advance({ hours: 2 });
    expect(idsOf(await search('demands', { q: '冷链' }))).toEqual([]);
  });

  it('does not say whose an anonymous demand is, nor find it by that', async () => {
    // Its own words share nothing with the owner's name.
    const demand = await post({
      ...demandInput,
      title: '滩羊屠宰废水处理',
      summary: '含血废水氨氮偏高。',
      problem: '出水氨氮不稳定。',
      keyTechnology: '短程硝化',
      indicators: [],
      keywords: ['废水'],
      confidentiality: { anonymous: true, detail: '机密' },
    });
    await index();
    const body = await search('demands', { q: '滩羊', highlight: 'true' });
    expect(idsOf(body)).toEqual([demand.id]);
    expect(body.items[0].organization).toMatchObject({ id: null, name: null });
    expect(JSON.stringify(body)).not.toContain(world.enterprise.organizationId);
    expect(JSON.stringify(body)).not.toContain('利通区某枸杞乳业公司');
    for (const q of ['利通区某枸杞乳业公司', world.enterprise.organizationId]) {
      expect(idsOf(await search('demands', { q })), q).not.toContain(demand.id);
    }
  });

  it('loses all records of a suspended organization and finds them again when it is reinstated', async () => {
    const made = await publishResult(world.strangerUniversity, world.resultBroker, {
      ...resultInput,
      title: '石墨烯散热膜',
    });
    await index();
    expect(idsOf(await search('results', { q: '石墨烯' }))).toEqual([made.id]);
    const organization = `/v1/organizations/${world.strangerUniversity.organizationId}`;
    expect((await world.resultBroker.post(`${organization}/suspend`, { reason: '材料不实' })).status).toBe(200);
    await index();
    expect((await search('results', { q: '石墨烯' })).total).toBe(0);
    expect((await world.resultBroker.post(`${organization}/reinstate`)).status).toBe(200);
    await index();
    expect(idsOf(await search('results', { q: '石墨烯' }))).toEqual([made.id]);
  });

  it('shows the old text of a changed demand until its broker publishes the new one', async () => {
    const demand = await post({ ...demandInput, title: '矿井水除氟' });
    await world.enterprise.patch(
      `/v1/demands/${demand.id}`,
      { title: '矿井水除硼' },
      { 'if-match': `"${demand.version}"` },
    );
    await index();
    expect((await search('demands', { q: '除氟' })).total).toBe(1);
    expect(idsOf(await search('demands', { q: '除硼' }))).not.toContain(demand.id);
    expect((await world.demandBroker.post(`/v1/demands/${demand.id}/publish`)).status).toBe(200);
    await index();
    expect(idsOf(await search('demands', { q: '除硼' }))).toEqual([demand.id]);
  });
});

describe('keeping the index in step with the records', () => {
  beforeEach(async () => {
    await index();
    await checkIndex(systemCtx(), api.deps.searchEngines.postgres);
  });

  it('finds and repairs documents that are missing, stale or left over', async () => {
    const searchIndex = api.deps.searchEngines.postgres;
    const held = [...(await searchIndex.versions('demand')).keys()];
    const [missing = '', stale = ''] = held;
    await searchIndex.remove('demand', [missing]);
    await api.deps.pool.query('update search_documents set version = version - 1 where id = $1', [stale]);
    const leftOver = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';
    await searchIndex.upsert([documentWith({ kind: 'result', id: leftOver, title: '多余' })]);
    expect(await checkIndex(systemCtx(), api.deps.searchEngines.postgres)).toEqual({
      missing: 1,
      stale: 1,
      extra: 1,
      refused: 0,
    });
    expect(await checkIndex(systemCtx(), api.deps.searchEngines.postgres)).toEqual({
      missing: 0,
      stale: 0,
      extra: 0,
      refused: 0,
    });
    expect(new Set((await searchIndex.versions('demand')).keys())).toEqual(new Set(held));
    expect((await searchIndex.versions('result')).has(leftOver)).toBe(false);
  });

  it('mends more than it reads at once, wherever the gaps are', async () => {
    const { pool, searchEngines } = api.deps;
    const { postgres } = searchEngines;
    const inStep = { missing: 0, stale: 0, extra: 0, refused: 0 };
    const count = 4_100;
    // The same result over and over, in the order of its ids; some are out of date or not verified any more.
    const { rows: columns } = await pool.query<{ names: string }>(
      `select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
       where table_name = 'results' and table_schema = 'public' and column_name not in ('id', 'code') and is_generated = 'NEVER'`,
    );
    const names = columns[0]?.names;
    const { id: template } = await publishResult(world.university, world.resultBroker);
    const { rows: made } = await pool.query<{ id: string }>(
      `insert into results (id, code, ${names}) select ('0190' || lpad(to_hex(n), 4, '0') || '-0000-7000-8000-000000000000')::uuid, 'R-' || n, ${names}
       from results, generate_series(1, ${count}) n where id = $1 returning id`,
      [template],
    );
    const ids = made.map(({ id }) => id).sort();
    expect(await checkIndex(systemCtx(), postgres)).toEqual({ ...inStep, missing: count + 1 });
    const gaps = [0, 1_999, 2_000, 2_001, 3_999, 4_000, count - 1].map((at) => ids[at] ?? '');
    await postgres.remove('result', gaps);
    const aged = [1, 1_998, 2_002, count - 2].map((at) => ids[at]);
    await pool.query('update search_documents set version = version - 1 where id = any ($1)', [aged]);
    const gone = [2, 1_997, 2_003, count - 3].map((at) => ids[at]);
    await pool.query(`update results set valid_until = now() - interval '10 years' where id = any ($1)`, [gone]);
    expect(await checkIndex(systemCtx(), postgres)).toEqual({ missing: 7, stale: 4, extra: 4, refused: 0 });
    expect(await checkIndex(systemCtx(), postgres)).toEqual(inStep);
    const left = [...(await postgres.versions('result')).keys()].filter((id) => id.startsWith('0190'));
    expect(left.sort()).toEqual(ids.filter((id) => !gone.includes(id)));
    await pool.query('delete from results where id = any ($1)', [ids]);
    expect(await checkIndex(systemCtx(), postgres)).toEqual({ ...inStep, extra: count - 4 });
  });

  it('leaves an index alone that its reader is still filling', async () => {
    const { db, searchEngines, clock } = api.deps;
    const { postgres } = searchEngines;
    await removeCursor(db, 'search-index');
    const [missing = ''] = (await postgres.versions('demand')).keys();
    await postgres.remove('demand', [missing]);
    expect(await checkSearchIndexes(systemCtx(), searchEngines)).toEqual({});
    expect((await postgres.versions('demand')).has(missing)).toBe(false);
    await addCursor(db, 'search-index', beginning, clock.now());
    expect(await checkSearchIndexes(systemCtx(), searchEngines)).toMatchObject({ postgres: { missing: 1 } });
    await db.delete(cursors);
  });

  it('rebuilds an index that was lost, and says how far it is', async () => {
    const searchIndex = api.deps.searchEngines.postgres;
    const before = { demand: await searchIndex.versions('demand'), result: await searchIndex.versions('result') };
    expect(before.demand.size).toBeGreaterThan(0);
    for (const table of ['documents', 'segments', 'postings']) await api.deps.pool.query(`delete from search_${table}`);
    const told: string[] = [];
    const report = await rebuildInPlace(systemCtx(), searchIndex, searchKinds, ({ kind, done, total }) =>
      told.push(`${kind} ${done}/${total}`),
    );
    expect(report).toEqual({ missing: 0, stale: 0, extra: 0, refused: 0 });
    expect(told.length).toBe(2);
    expect(await searchIndex.versions('demand')).toEqual(before.demand);
    expect(await searchIndex.versions('result')).toEqual(before.result);
  });
});
