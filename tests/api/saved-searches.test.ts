import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messages } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { readTransaction } from '../../src/core/transaction.ts';
import { notify } from '../../src/notifications/service.ts';
import { expireResults } from '../../src/results/service.ts';
import { getSavedSearchRows, indexChanges, lookAtSavedSearches } from '../../src/search/service.ts';
import { findDelivery } from '../../workers/store.ts';
import {
  type Body,
  createWorld,
  demandInput,
  type Person,
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

afterAll(() => api?.close());

function systemCtx(name: string) {
  return api.deps.ctxFor({ kind: 'system', name });
}

async function index(): Promise<void> {
  const rows = await api.deps.db.select().from(messages).orderBy(messages.xid, messages.id);
  await indexChanges(
    systemCtx('search-index'),
    api.deps.searchEngines.postgres,
    rows.map((row) => ({ ...row }) as StoredMessage),
  );
}

async function look() {
  return await lookAtSavedSearches(systemCtx('look-at-saved-searches'));
}

/** What the workers do with what is owed. */
async function deliver(): Promise<void> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    "select id from deliveries where handler = 'notify' and status = 'pending' order by id",
  );
  for (const { id } of rows) {
    const delivery = await findDelivery(api.deps.db, id);
    if (delivery === null) throw new Error('no such delivery');
    await notify({ ...systemCtx('notify'), deliveryId: id }, delivery.message, { suggestionsPerDay: 5 });
  }
}

async function noticesOf(reader: Person): Promise<Body[]> {
  return (await reader.get('/v1/notifications?type=search.matched&limit=100')).body.items;
}

async function save(reader: Person, input: object): Promise<Body> {
  const answer = await reader.post('/v1/saved-searches', input);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function deleteAll(reader: Person): Promise<void> {
  const { items } = (await reader.get('/v1/saved-searches')).body;
  for (const { id } of items) expect((await reader.delete(`/v1/saved-searches/${id}`)).status).toBe(204);
}

function ifMatch(record: Body): Record<string, string> {
  return { 'if-match': `"${record.version}"` };
}

const search = { name: '石墨烯成果', kind: 'result', q: '石墨烯', filters: { minTrl: 5, regionCode: '430000' } };

describe('saving searches', () => {
  beforeEach(() => deleteAll(world.enterprise));

  it('keeps words and filters as they were sent, for its owner alone', async () => {
    const saved = await save(world.enterprise, search);
    expect(saved).toMatchObject({ ...search, lastNotice: null });
    expect((await world.enterprise.get(`/v1/saved-searches/${saved.id}`)).body).toEqual(saved);
    expect((await world.enterprise.get('/v1/saved-searches')).body).toEqual({ items: [saved], nextCursor: null });
    for (const other of [world.demandBroker, world.strangerEnterprise, world.admin]) {
      expect((await other.get('/v1/saved-searches')).body.items).toEqual([]);
      expect((await other.get(`/v1/saved-searches/${saved.id}`)).status).toBe(404);
      expect((await other.delete(`/v1/saved-searches/${saved.id}`)).status).toBe(404);
    }
  });

  it('is hidden by the database itself from a query that forgets to ask whose it is', async () => {
    await save(world.enterprise, search);
    expect((await api.deps.pool.query('select * from saved_searches')).rows).toEqual([]);
  });

  it('refuses a search that finds everything, an unknown filter, a wrong code and a search for experts', async () => {
    for (const input of [
      { name: '全部', kind: 'demand' },
      { name: '全部', kind: 'demand', q: '   ', filters: {} },
      { ...search, filters: { organizationId: world.university.organizationId } },
      { ...search, filters: { publishedAfter: '2026-01-01' } },
      { ...search, filters: { technologyField: '9' } },
      { ...search, kind: 'expert' },
      { ...search, name: '  ' },
      { ...search, q: 'x'.repeat(501) },
    ]) {
      const answer = await world.enterprise.post('/v1/saved-searches', input);
      expect(answer.status, JSON.stringify(input)).toBe(422);
    }
  });

  it('takes twenty of one person and no more, also at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 22 }, (_, at) =>
        world.enterprise.post('/v1/saved-searches', { ...search, name: `第 ${at} 个` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), 409, 409]);
  });
});

describe('hearing of what is published', () => {
  beforeEach(async () => {
    for (const reader of [world.enterprise, world.university]) await deleteAll(reader);
  });

  async function publish(title: string, parts: object = {}): Promise<Body> {
    const made = await publishResult(world.university, world.resultBroker, { ...resultInput, title, ...parts });
    await index();
    return made;
  }

  it('tells once of what was published since, in the reader’s language, and names no record', async () => {
    await publish('石墨烯导热膜一');
    api.clock.advance({ minutes: 1 });
    const saved = await save(world.enterprise, search);
    api.clock.advance({ hours: 1 });
    const made = await publish('石墨烯导热膜二');
    await publish('钛白粉');
    await publish('石墨烯导热膜三', { trl: 3 });
    api.clock.advance({ minutes: 10 });
    const before = (await noticesOf(world.enterprise)).length;
    expect(await look()).toMatchObject({ noticed: 1 });
    await deliver();
    const [notice, ...older] = await noticesOf(world.enterprise);
    expect(older.length).toBe(before);
    expect(notice).toMatchObject({
      subject: { type: 'saved_search', id: saved.id },
      body: '您保存的搜索“石墨烯成果”有 1 条新发布的成果。',
    });
    expect(JSON.stringify(notice)).not.toContain(made.title);
    const [inEnglish] = (await world.enterprise.get('/v1/notifications', { 'accept-language': 'en' })).body.items;
    expect(inEnglish.body).toBe('One result was newly published for your saved search “石墨烯成果”.');
    const read = (await world.enterprise.get(`/v1/saved-searches/${saved.id}`)).body;
    expect(read.lastNotice).toMatchObject({ count: 1 });
    for (const other of [world.university, world.demandBroker]) expect(await noticesOf(other)).toEqual([]);
  });

  it('tells once a day: what is published later that day is told the next, and nothing twice', async () => {
    const saved = await save(world.enterprise, { name: '铝合金', kind: 'result', q: '铝合金' });
    const counts: number[] = [];
    const lookAgain = async () => {
      await look();
      const { lastNotice } = (await world.enterprise.get(`/v1/saved-searches/${saved.id}`)).body;
      counts.push(lastNotice?.count ?? 0);
      return lastNotice?.at;
    };
    api.clock.advance({ minutes: 10 });
    await publish('铝合金压铸');
    const first = await lookAgain();
    await publish('铝合金焊接');
    await publish('铝合金挤压');
    api.clock.advance({ minutes: 10 });
    expect(await lookAgain()).toBe(first);
    api.clock.advance({ hours: 24 });
    const second = await lookAgain();
    expect(second).not.toBe(first);
    api.clock.advance({ hours: 24 });
    expect(await lookAgain()).toBe(second);
    expect(counts).toEqual([1, 1, 2, 2]);
  });

  it('is told by one of two processes that look at the same time', async () => {
    await save(world.enterprise, { name: '镁合金', kind: 'result', q: '镁合金' });
    api.clock.advance({ minutes: 10 });
    await publish('镁合金压铸');
    const looks = await Promise.all([look(), look(), look()]);
    expect(looks.reduce((sum, { noticed }) => sum + noticed, 0)).toBe(1);
  });

  it('finds what the index learns of after a look that came too early', async () => {
    await save(world.enterprise, { name: '铜箔', kind: 'result', q: '铜箔' });
    api.clock.advance({ minutes: 10 });
    await publishResult(world.university, world.resultBroker, { ...resultInput, title: '铜箔电解' });
    api.clock.advance({ minutes: 10 });
    expect(await look()).toMatchObject({ noticed: 0 });
    await index();
    api.clock.advance({ minutes: 10 });
    expect(await look()).toMatchObject({ noticed: 1 });
  });

  it('counts a record again that is published again, not one that is only changed', async () => {
    await save(world.enterprise, { name: '钼靶', kind: 'result', q: '钼靶' });
    api.clock.advance({ minutes: 10 });
    const made = await publish('钼靶材', { validUntil: new Date(api.clock.now().getTime() + 3_600_000).toISOString() });
    expect(await look()).toMatchObject({ noticed: 1 });
    api.clock.advance({ hours: 24 });
    // The owner is asked, keeps silent, and the record expires.
    for (let sweep = 0; sweep < 2; sweep += 1) await expireResults(systemCtx('expire-results'));
    const path = `/v1/results/${made.id}`;
    const submitted = await world.university.post(`${path}/submit`);
    expect(submitted.status, JSON.stringify(submitted.body)).toBe(200);
    expect(await look()).toMatchObject({ noticed: 0 });
    const again = await world.resultBroker.post(`${path}/publish`);
    expect(again.status).toBe(200);
    await index();
    api.clock.advance({ minutes: 10 });
    expect(await look()).toMatchObject({ noticed: 1 });
    api.clock.advance({ hours: 24 });
    const change = await world.university.patch(path, { summary: '新的摘要' }, ifMatch(again.body));
    expect(change.status).toBe(200);
    expect((await world.resultBroker.post(`${path}/publish`)).status).toBe(200);
    await index();
    expect(await look()).toMatchObject({ noticed: 0 });
  });

  it('guesses nothing: a record must have all the words', async () => {
    await save(world.enterprise, { name: '拼写', kind: 'result', q: '石墨稀 电池' });
    api.clock.advance({ minutes: 10 });
    await publish('石墨烯电池');
    expect(await look()).toMatchObject({ noticed: 0 });
  });

  it('leaves out what is withdrawn before the look, and one’s own organization’s', async () => {
    await save(world.enterprise, { name: '锆', kind: 'result', q: '氧化锆' });
    await save(world.university, { name: '自己的', kind: 'result', q: '氧化锆' });
    api.clock.advance({ minutes: 10 });
    const made = await publish('氧化锆陶瓷');
    await world.university.post(`/v1/results/${made.id}/withdraw`);
    expect(await look()).toMatchObject({ noticed: 0 });
    await publish('氧化锆轴承');
    api.clock.advance({ minutes: 10 });
    expect(await look()).toMatchObject({ noticed: 1 });
  });

  it('says nothing of whose an anonymous demand is', async () => {
    const saved = await save(world.university, { name: '羊绒', kind: 'demand', q: '羊绒分梳' });
    const byName = await save(world.university, { name: '公司名', kind: 'demand', q: '利通区某枸杞乳业公司' });
    api.clock.advance({ minutes: 10 });
    await publishDemand(world.enterprise, world.demandBroker, {
      ...demandInput,
      title: '羊绒分梳除杂',
      confidentiality: { anonymous: true, detail: '机密' },
    });
    await index();
    expect(await look()).toMatchObject({ noticed: 1 });
    await deliver();
    const notices = await noticesOf(world.university);
    expect(notices.map(({ subject }) => subject.id)).toEqual([saved.id]);
    expect(JSON.stringify(notices)).not.toContain(world.enterprise.organizationId);
    expect((await world.university.get(`/v1/saved-searches/${byName.id}`)).body.lastNotice).toBe(null);
  });

  it('forgets the searches of a member who has left', async () => {
    const url = `/v1/organizations/${world.enterprise.organizationId}/members`;
    const email = 'leaving@people.example';
    const person = { email, name: '要走的人', role: 'member', password: 'a long enough password' };
    const made = (await world.enterprise.post(url, person)).body;
    const leaving = await api.signIn(email, person.password);
    const answer = await leaving.post('/v1/saved-searches', search);
    expect(answer.status).toBe(201);
    expect((await world.enterprise.delete(`${url}/${made.id}`)).status).toBe(204);
    api.clock.advance({ minutes: 10 });
    await look();
    const [row] = await readTransaction(systemCtx('test'), (tx) => getSavedSearchRows(tx, [answer.body.id]));
    expect(row).toBeUndefined();
  });
});
