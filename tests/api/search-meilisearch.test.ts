import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSearchIndexes } from '../../workers/check-search-indexes.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import { type Body, createWorld, publishDemand, startApi, type TestApi } from '../setup/api.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';

describe('search with MEILI_URL', () => {
  let double: MeilisearchDouble;
  let api: TestApi;
  let demand: Body;
  let readers: CursorReader[];
  // On a busy machine a question may miss the deadline; the next will not.
  const inTime = { timeout: 25_000 };
  const query = { highlight: 'true', facets: 'technologyField,region' };

  beforeAll(async () => {
    double = await startMeilisearchDouble();
    api = await startApi({ MEILI_URL: double.url, MEILI_KEY: double.masterKey });
    const world = await createWorld(api);
    demand = await publishDemand(world.enterprise, world.demandBroker);
    readers = createSearchIndexReaders(api.deps);
  });

  afterAll(async () => {
    await api?.close();
    await double?.close();
  });

  async function step(): Promise<void> {
    for (const reader of readers) await reader.step();
  }

  async function search(): Promise<Body> {
    const answer = await api.anonymous.get(`/v1/search/demands?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    return { ...answer.body, ids: answer.body.items.map(({ id }: { id: string }) => id) };
  }

  it('does not ask Meilisearch before the workers have filled it', async () => {
    await expect
      .poll(async () => {
        await readers[0]?.step();
        return await search();
      }, inTime)
      .toMatchObject({ degraded: true, ids: [demand.id] });
    expect(double.control.requests.filter(({ path }) => path === '/multi-search')).toEqual([]);
  });

  it('holds a published demand in both engines, and needs no repair', async () => {
    const { postgres, meilisearch } = api.deps.searchEngines;
    await expect
      .poll(async () => {
        await step();
        return [...(await postgres.versions('demand')).keys()];
      }, inTime)
      .toEqual([demand.id]);
    expect(await meilisearch?.versions('demand')).toEqual(await postgres.versions('demand'));
    const inStep = { missing: 0, stale: 0, extra: 0, refused: 0 };
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'index-check' });
    expect(await checkSearchIndexes(ctx, api.deps.searchEngines)).toEqual({ postgres: inStep, meilisearch: inStep });
  });

  it('answers from Meilisearch, from PostgreSQL while that fails, and from Meilisearch again', async () => {
    await expect.poll(search, inTime).toMatchObject({ degraded: false, total: 1, ids: [demand.id] });
    const whole = await search();
    double.control.respond({ status: 500 });
    const degraded = await search();
    expect(degraded).toMatchObject({ degraded: true, total: 1, ids: [demand.id], facets: whole.facets });
    expect((await api.anonymous.get('/readyz')).body).toMatchObject({ status: 'degraded', search: 'down' });
    double.control.clearFaults();
    await expect.poll(search, inTime).toMatchObject({ degraded: false, ids: [demand.id] });
    expect((await api.anonymous.get('/readyz')).body).toMatchObject({ search: 'ok' });
  });
});
