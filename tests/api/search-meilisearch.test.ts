import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messages } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { checkIndex, indexChanges, rebuildIndex } from '../../src/search/service.ts';
import { type Body, createWorld, publishDemand, startApi, type TestApi } from '../setup/api.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';

describe('search with MEILI_URL', () => {
  let double: MeilisearchDouble;
  let api: TestApi;
  let demand: Body;

  beforeAll(async () => {
    double = await startMeilisearchDouble();
    api = await startApi({ MEILI_URL: double.url, MEILI_KEY: double.masterKey });
    await api.deps.searchIndex.ensureIndexes();
    const world = await createWorld(api);
    demand = await publishDemand(world.enterprise, world.demandBroker);
    const rows = await api.deps.db.select().from(messages).orderBy(messages.xid, messages.id);
    await indexChanges(
      systemCtx(),
      rows.map((row) => ({ ...row }) as StoredMessage),
    );
  });

  afterAll(async () => {
    await api?.close();
    await double?.close();
  });

  function systemCtx() {
    return api.deps.ctxFor({ kind: 'system', name: 'search-index' });
  }

  async function search(query: Record<string, string>): Promise<Body> {
    const answer = await api.anonymous.get(`/v1/search/demands?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    return { ...answer.body, ids: answer.body.items.map(({ id }: { id: string }) => id) };
  }

  const query = { highlight: 'true', facets: 'technologyField,region' };

  it('holds a published demand in both engines, and needs no repair', async () => {
    const { postgres, meilisearch } = api.deps.searchEngines;
    const held = await postgres.versions('demand');
    expect([...held.keys()]).toEqual([demand.id]);
    expect(await meilisearch?.versions('demand')).toEqual(held);
    expect(await checkIndex(systemCtx())).toEqual({ missing: 0, stale: 0, extra: 0 });
    expect(await rebuildIndex(systemCtx())).toEqual({ missing: 0, stale: 0, extra: 0 });
  });

  it('answers from Meilisearch, from PostgreSQL while that fails, and from Meilisearch again', async () => {
    // On a busy machine a question may miss the deadline; the next will not.
    const inTime = { timeout: 25_000 };
    await expect.poll(() => search(query), inTime).toMatchObject({ degraded: false, total: 1, ids: [demand.id] });
    const whole = await search(query);
    double.control.respond({ status: 500 });
    const degraded = await search(query);
    expect(degraded).toMatchObject({ degraded: true, total: 1, ids: [demand.id], facets: whole.facets });
    expect((await api.anonymous.get('/readyz')).body).toMatchObject({ status: 'degraded', search: 'down' });
    double.control.clearFaults();
    await expect.poll(() => search(query), inTime).toMatchObject({ degraded: false, ids: [demand.id] });
    expect((await api.anonymous.get('/readyz')).body).toMatchObject({ search: 'ok' });
  });
});
