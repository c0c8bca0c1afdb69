import { readFileSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../db/client.ts';
import * as schema from '../../db/schema/index.ts';
import type { Actor } from '../../src/core/actor.ts';
import { newId } from '../../src/core/ids.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { warnOfDuplicates } from '../../src/duplicates/service.ts';
import { indexChanges } from '../../src/search/service.ts';
import { readSample, type SampleDemand } from '../../workers/demo/sample.ts';
import {
  type Body,
  type Caller,
  createWorld,
  demandInput,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertMatch } from '../setup/introductions.ts';
import { messagesAbout } from '../setup/rows.ts';
import { fillSearchIndex } from '../setup/search.ts';

interface Told {
  of: string;
  same: boolean;
  title: string;
  summary: string;
  body: string;
}

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  await fillSearchIndex(api);
});
afterAll(() => api.close());

const file = new URL('../matching/fixtures/near-duplicates.json', import.meta.url);
const told = (JSON.parse(readFileSync(file, 'utf8')) as { records: Told[] }).records;

/** Of the sample, and what was written to be the same need or another one. */
function textsOf(key: string): { original: object; repost: object; lookalike: object } {
  const sample = readSample().demands.find((demand) => demand.key === key) as SampleDemand;
  const { title, summary, problem, keyTechnology, expectedOutcome, keywords } = sample;
  const original = { title, summary, problem, keyTechnology, expectedOutcome, keywords };
  const [repost, lookalike] = [true, false].map((same) => {
    const one = told.find((record) => record.of === key && record.same === same);
    return { title: one?.title, summary: one?.summary, problem: one?.body, keywords: ['需求'] };
  });
  return { original, repost: repost ?? {}, lookalike: lookalike ?? {} };
}

async function index(): Promise<void> {
  const { messages } = schema;
  const rows = await api.deps.db.select().from(messages).orderBy(messages.xid, messages.id);
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'search-index' });
  await indexChanges(
    ctx,
    api.deps.searchEngines.postgres,
    rows.map((row) => ({ ...row }) as StoredMessage),
  );
}

async function publish(owner: Caller, input: object): Promise<Body> {
  const { title: _, ...rest } = demandInput;
  return await publishDemand(owner, world.demandBroker, { ...rest, indicators: [], ...input });
}

/** As the owner sends it to its broker. */
async function submit(input: object): Promise<string> {
  const { body } = await world.enterprise.post('/v1/demands', { ...demandInput, indicators: [], ...input });
  await world.enterprise.post(`/v1/demands/${body.id}/submit`);
  return body.id;
}

async function duplicates(by: Caller, id: string): Promise<Body[]> {
  const answer = await by.get(`/v1/demands/${id}/duplicates`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.items;
}

describe('a demand that was posted before', () => {
  it('is shown to the broker before publishing, with the passages that say the same; a look-alike is not', async () => {
    const { original, repost, lookalike } = textsOf('e1-meter-dropout');
    const published = await publish(world.strangerEnterprise, original);
    await publish(world.strangerEnterprise, lookalike);
    await publish(world.strangerEnterprise, { title: '另一项需求' });
    await index();
    const id = await submit(repost);
    const [found, ...others] = await duplicates(world.demandBroker, id);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      id: published.id,
      code: published.code,
      status: 'published',
      organization: { id: world.strangerEnterprise.organizationId },
    });
    expect(found.likeness).toBeGreaterThan(0.48);
    expect(found.passages.length).toBeGreaterThan(0);
    for (const { text, other } of found.passages) {
      expect(JSON.stringify(repost)).toContain(text);
      expect(JSON.stringify(original)).toContain(other);
    }
    // The owner sees what is public, and of other organizations nothing else; its own post is no duplicate of itself.
    expect((await duplicates(world.enterprise, id)).map((item) => item.id)).toEqual([published.id]);
    expect(await duplicates(world.strangerEnterprise, published.id)).toEqual([]);
  });

  it('is shown to whoever submits and publishes it, as far as they may see it, and holds nothing up', async () => {
    const { original, repost } = textsOf('e1-pressure-drift');
    const input = { ...demandInput, indicators: [], ...original };
    const draft = (await world.enterprise.post('/v1/demands', input)).body.id;
    const foreign = (await world.strangerEnterprise.post('/v1/demands', input)).body.id;
    const id = (await world.enterprise.post('/v1/demands', { ...input, ...repost })).body.id;
    const idsIn = ({ body }: { body: Body }) => body.duplicates.map((item: Body) => item.id);

    const submitted = await world.enterprise.post(`/v1/demands/${id}/submit`);
    expect(submitted).toMatchObject({ status: 200, body: { id, status: 'submitted' } });
    expect(idsIn(submitted)).toEqual([draft]);
    const strangers = await world.strangerEnterprise.post(`/v1/demands/${foreign}/submit`);
    expect(idsIn(strangers)).toEqual([]);
    // What waits in the market, and no draft.
    const published = await world.demandBroker.post(`/v1/demands/${id}/publish`);
    expect(published.body).toMatchObject({ status: 'published', duplicates: [{ id: foreign, status: 'submitted' }] });
    expect(published.body.duplicates[0].passages.length).toBeGreaterThan(0);
    expect((await duplicates(world.enterprise, id)).map((item) => item.id)).toEqual([draft]);
  });

  it('is nobody’s failure while it cannot be looked for', async () => {
    const id = await submit({ title: '检查不可用时的需求' });
    const pool = createPool('postgres://127.0.0.1:1/away', () => undefined);
    const ctx = { ...api.deps.ctxFor({ kind: 'system', name: 'test' }), db: drizzle(pool, { schema }) };
    expect(await warnOfDuplicates(ctx, 'demand', id)).toBeNull();
    await pool.end();
    // The broker has published the record to another market, and sees no more of it than anybody.
    const { version } = (await world.demandBroker.post(`/v1/demands/${id}/publish`)).body;
    await world.enterprise.patch(`/v1/demands/${id}`, { regionCode: '430104' }, { 'if-match': `"${version}"` });
    const moved = await world.demandBroker.post(`/v1/demands/${id}/publish`);
    expect(moved).toMatchObject({ status: 200, body: { regionCode: '430104', duplicates: null } });
    expect(moved.body).not.toHaveProperty('contact');
  });

  it('is looked for in few requests at a time: in a rush the answers come without it', async () => {
    const id = await submit({ title: '许多人同时提交的需求' });
    const { demands } = schema;
    const [row] = await api.deps.db.select().from(demands).where(eq(demands.id, id));
    const broker = {
      kind: 'user',
      userId: newId(),
      role: 'broker',
      marketIds: [row?.homeMarketId],
    } as unknown as Actor;
    const ctx = api.deps.ctxFor(broker);
    const warnings = await Promise.all(Array.from({ length: 5 }, () => warnOfDuplicates(ctx, 'demand', id)));
    expect(warnings.map((warning) => warning === null)).toEqual([false, false, true, true, true]);
    expect(await warnOfDuplicates(ctx, 'demand', id)).not.toBeNull();
  });

  it('is not named where it is anonymous, and not shown once it is withdrawn', async () => {
    const { original, repost } = textsOf('e1-visual-inspection');
    const hidden = await publish(world.strangerEnterprise, { ...original, confidentiality: { anonymous: true } });
    await index();
    const id = await submit(repost);
    const [found] = await duplicates(world.demandBroker, id);
    expect(found).toMatchObject({ id: hidden.id, organization: { id: null, name: null } });
    // Before the index has heard of it.
    await world.strangerEnterprise.post(`/v1/demands/${hidden.id}/withdraw`);
    expect(await duplicates(world.demandBroker, id)).toEqual([]);
  });

  it('is found by its own organization, word for word and among results, too', async () => {
    const first = await publishResult(world.university, world.resultBroker, resultInput);
    const again = await publishResult(world.university, world.resultBroker, resultInput);
    await index();
    const { body } = await world.university.get(`/v1/results/${again.id}/duplicates`);
    expect(body.items.map((item: Body) => item.id)).toEqual([first.id]);
  });
});

const why = { reason: '重复填报' };
const of = (kind: string, id: string) => `/v1/${kind}s/${id}`;

describe.each(['demand', 'result'] as const)('a %s that a broker finds twice', (kind) => {
  const ownerOf = () => (kind === 'demand' ? world.enterprise : world.university);
  const strangerOf = () => (kind === 'demand' ? world.strangerEnterprise : world.strangerUniversity);
  const brokerOf = () => (kind === 'demand' ? world.demandBroker : world.resultBroker);
  const published = async (owner: Caller = ownerOf()) =>
    kind === 'demand' ? await publishDemand(owner, brokerOf()) : await publishResult(owner, brokerOf());

  async function inState(state: string): Promise<string> {
    const input = kind === 'demand' ? demandInput : resultInput;
    const { id } = (await ownerOf().post(`/v1/${kind}s`, input)).body;
    const steps: Record<string, [Caller, string, object?][]> = {
      draft: [],
      submitted: [],
      returned: [[brokerOf(), 'return', why]],
      rejected: [[brokerOf(), 'reject', why]],
      published: [[brokerOf(), 'publish']],
      withdrawn: [[ownerOf(), 'withdraw']],
      closed: [
        [brokerOf(), 'publish'],
        [brokerOf(), 'close', { outcome: 'other' }],
      ],
    };
    if (state !== 'draft') await ownerOf().post(`${of(kind, id)}/submit`);
    for (const [by, step, body] of steps[state] ?? []) await by.post(`${of(kind, id)}/${step}`, body);
    expect((await ownerOf().get(of(kind, id))).body.status).toBe(state);
    return id;
  }

  it('is merged while it is submitted or published, into one that is public, and into nothing else', async () => {
    const into = (await published()).id;
    const right: Record<string, number> = { submitted: 200, published: 200, draft: 404 };
    for (const state of ['draft', 'submitted', 'returned', 'rejected', 'published', 'withdrawn', 'closed']) {
      const id = await inState(state);
      const answer = await brokerOf().post(`${of(kind, id)}/merge`, { intoId: into, ...why });
      expect([state, answer.status]).toEqual([state, right[state] ?? 409]);
      const wrongWay = await brokerOf().post(`${of(kind, into)}/merge`, { intoId: id, ...why });
      const refused: Record<string, number> = { draft: 404 };
      expect([state, wrongWay.status]).toEqual([state, refused[state] ?? 409]);
      const after = (await ownerOf().get(of(kind, id))).body;
      const merged = right[state] === 200;
      expect(after).toMatchObject({ status: merged ? 'closed' : state, mergedIntoId: merged ? into : null });
    }
    const itself = await brokerOf().post(`${of(kind, into)}/merge`, { intoId: into, ...why });
    expect(itself.body).toMatchObject({ status: 422, errors: [{ pointer: '/intoId' }] });
    expect((await ownerOf().get(of(kind, into))).body).toMatchObject({ status: 'published', mergedIntoId: null });
  });

  it('leaves the public, says to whoever may see it where it went, and tells both owners', async () => {
    const { id, version } = await published(strangerOf());
    const into = (await published()).id;
    const stale = { 'if-match': `"${version - 1}"` };
    expect((await brokerOf().post(`${of(kind, id)}/merge`, { intoId: into, ...why }, stale)).status).toBe(412);
    const answer = await brokerOf().post(`${of(kind, id)}/merge`, { intoId: into, ...why });
    expect(answer.body).toMatchObject({
      status: 'closed',
      outcome: 'merged',
      mergedIntoId: into,
      returnReason: why.reason,
    });
    expect((await strangerOf().get(of(kind, id))).body).toMatchObject({ mergedIntoId: into });
    expect((await ownerOf().get(of(kind, id))).status).toBe(404);
    expect((await api.anonymous.get(of(kind, id))).status).toBe(404);
    expect(await messagesAbout(api, id)).toEqual([`${kind}.submitted`, `${kind}.published`, `${kind}.merged`]);
    expect((await messagesAbout(api, into)).at(-1)).toBe(`${kind}.absorbed`);
    expect(await auditOf(id, `${kind}.merge`)).toMatchObject([
      { fromStatus: 'published', toStatus: 'closed', details: { intoId: into, ...why } },
    ]);
    expect(await auditOf(into, `${kind}.absorb`)).toMatchObject([{ details: { mergedId: id } }]);

    // Reversible: it goes back to review, also after the other has gone.
    await ownerOf().post(`${of(kind, into)}/withdraw`);
    const back = await brokerOf().post(`${of(kind, id)}/unmerge`, why);
    expect(back.body).toMatchObject({ status: 'submitted', outcome: null, mergedIntoId: null, returnReason: null });
    expect((await messagesAbout(api, id)).at(-1)).toBe(`${kind}.unmerged`);
    expect((await brokerOf().post(`${of(kind, id)}/unmerge`, why)).status).toBe(409);
    expect((await brokerOf().post(`${of(kind, id)}/publish`)).body).toMatchObject({ status: 'published' });
    // One that was closed for another reason was never merged.
    expect((await brokerOf().post(`${of(kind, await inState('closed'))}/unmerge`, why)).status).toBe(409);
  });

  it('takes what was shortlisted and asked for along, and stays where parties speak over it', async () => {
    const partner =
      kind === 'demand'
        ? await publishResult(world.university, world.resultBroker)
        : await publishDemand(world.enterprise, world.demandBroker);
    const asker = kind === 'demand' ? world.university : world.enterprise;
    const pair = (record: Body) => (kind === 'demand' ? ([record, partner] as const) : ([partner, record] as const));
    const [twice, into] = [await published(strangerOf()), await published()];
    const [from, to] = [await insertMatch(api, ...pair(twice)), await insertMatch(api, ...pair(into))];
    await world.demandBroker.post(`/v1/matches/${from}/shortlist`);
    const asked = await asker.post(`/v1/matches/${from}/introductions`, { message: '请介绍' });
    expect(asked.body).toMatchObject({ status: 'requested' });

    const merge = (id: string, intoId: string) => brokerOf().post(`${of(kind, id)}/merge`, { intoId, ...why });
    expect((await merge(twice.id, into.id)).status).toBe(200);
    expect((await world.demandBroker.get(`/v1/matches/${to}`)).body).toMatchObject({ status: 'shortlisted' });
    const carried = await asker.get(`/v1/introductions/${asked.body.id}`);
    expect(carried.body).toMatchObject({ status: 'requested', matchId: to, [kind]: { id: into.id } });
    expect(JSON.stringify(carried.body)).not.toContain(strangerOf().organizationId);
    expect((await world.demandBroker.post(`/v1/introductions/${asked.body.id}/open`, {})).status).toBe(200);

    const another = (await published()).id;
    const refused = await merge(into.id, another);
    expect(refused).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect((await ownerOf().get(of(kind, into.id))).body).toMatchObject({ status: 'published', mergedIntoId: null });
    expect(await auditOf(into.id, `${kind}.merge`)).toEqual([]);
  });

  it('is linked and unlinked, which brokers see and nobody else', async () => {
    const [one, other] = [(await published()).id, (await published(strangerOf())).id];
    const links = (id: string) => `${of(kind, id)}/duplicate-links`;
    const made = await brokerOf().post(links(one), { otherId: other, ...why });
    expect(made).toMatchObject({ status: 201, body: { id: other, ...why } });
    // Once, from either end.
    expect((await brokerOf().post(links(other), { otherId: one, ...why })).status).toBe(409);
    expect((await brokerOf().post(links(one), { otherId: one, ...why })).status).toBe(422);
    expect((await brokerOf().post(links(one), { otherId: await inState('draft'), ...why })).status).toBe(404);
    expect((await brokerOf().get(links(other))).body.items).toMatchObject([{ id: one, ...why }]);
    expect((await ownerOf().get(links(one))).status).toBe(403);
    expect(await auditOf(one, `${kind}.link_duplicate`)).toMatchObject([{ details: { otherId: other, ...why } }]);
    expect((await brokerOf().delete(`${links(other)}/${one}`)).status).toBe(204);
    expect((await brokerOf().delete(`${links(other)}/${one}`)).status).toBe(404);
    expect((await brokerOf().get(links(one))).body).toEqual({ items: [] });
    expect((await auditOf(other, `${kind}.unlink_duplicate`)).length).toBe(1);
  });
});

async function auditOf(subjectId: string, action: string) {
  const { auditEntries } = schema;
  const rows = await api.deps.db.select().from(auditEntries).where(eq(auditEntries.subjectId, subjectId));
  return rows.filter((row) => row.action === action);
}
