import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messages } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { checkIndex, indexChanges, rebuildInPlace, searchKinds } from '../../src/search/service.ts';
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

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
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
    await api.deps.pool.query(
      `insert into search_documents select 'result', $1, version, title, body, terms, technology_fields, industries,
        cooperation_modes, region_code, trl, published_at from search_documents where id = $2`,
      [leftOver, stale],
    );
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

  it('rebuilds an index that was lost, and says how far it is', async () => {
    const searchIndex = api.deps.searchEngines.postgres;
    const before = { demand: await searchIndex.versions('demand'), result: await searchIndex.versions('result') };
    expect(before.demand.size).toBeGreaterThan(0);
    await api.deps.pool.query('delete from search_documents');
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
