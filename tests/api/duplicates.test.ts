import { readFileSync } from 'node:fs';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../db/client.ts';
import * as schema from '../../db/schema/index.ts';
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
