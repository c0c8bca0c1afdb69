import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEntries, messages, parkedDocuments } from '../../db/schema/index.ts';
import { newId } from '../../src/core/ids.ts';
import { DocumentsRejectedError } from '../../src/core/search-index.ts';
import { checkIndex, indexRecords } from '../../src/search/service.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import {
  addMember,
  type Body,
  createWorld,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';

let api: TestApi;
let world: World;
let demand: Body;
let result: Body;
let reader: CursorReader | undefined;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  demand = await publishDemand(world.enterprise, world.demandBroker);
  result = await publishResult(world.university, world.resultBroker);
  [reader] = createSearchIndexReaders(api.deps);
});
afterAll(async () => {
  await reader?.stop();
  await api?.close();
});
beforeEach(async () => {
  await api.deps.db.delete(parkedDocuments);
});

function systemCtx() {
  return api.deps.ctxFor({ kind: 'system', name: 'test' });
}

/** An engine that refuses everything parks it, as its reader would. */
async function park(kind: 'demand' | 'result', id: string, reason: string, engine = 'meilisearch'): Promise<void> {
  const refusing = {
    name: engine,
    upsert: async () => {
      throw new DocumentsRejectedError([{ kind, id, reason }]);
    },
    remove: async () => undefined,
  };
  expect(await indexRecords(systemCtx(), refusing, kind, [id])).toBe(1);
}

async function listed(caller: { get(url: string): Promise<{ body: Body }> }, query = ''): Promise<Body> {
  return (await caller.get(`/v1/search/parked${query}`)).body;
}

describe('records that a search engine refuses', () => {
  it('are shown with the reasons of each engine, to the administrator and to directors of their market', async () => {
    await park('demand', demand.id, 'too many fields');
    await park('demand', demand.id, 'too long', 'postgres');
    const parkedAt = api.clock.now().toISOString();
    const one = {
      id: demand.id,
      kind: 'demand',
      code: demand.code,
      title: demand.title,
      refusals: [
        { engine: 'meilisearch', reason: 'too many fields', parkedAt },
        { engine: 'postgres', reason: 'too long', parkedAt },
      ],
    };
    for (const who of [world.admin, world.provinceDirector, world.demandDirector])
      expect(await listed(who)).toEqual({ items: [one], nextCursor: null });
    const elsewhere = await addMember(api, world.admin, world.resultMarket.id, 'director');
    expect(await listed(elsewhere)).toEqual({ items: [], nextCursor: null });
    expect((await elsewhere.post(`/v1/search/parked/${demand.id}/retry`)).status).toBe(404);
    expect((await world.demandBroker.get('/v1/search/parked')).status).toBe(403);
  });

  it('are listed page by page, the latest first', async () => {
    await park('demand', demand.id, 'first');
    api.clock.advance({ seconds: 1 });
    await park('result', result.id, 'second');
    const first = await listed(world.admin, '?limit=1');
    expect(first.items.map(({ id }: Body) => id)).toEqual([result.id]);
    const second = await listed(world.admin, `?limit=1&cursor=${first.nextCursor}`);
    expect(second.items.map(({ id }: Body) => id)).toEqual([demand.id]);
    expect(second.nextCursor).toBeNull();
    expect((await world.admin.get('/v1/search/parked?cursor=x')).status).toBe(422);
    expect((await world.admin.get('/v1/search/parked?limit=0')).status).toBe(422);
  });

  it('are written again on request, which leaves a message and an audit entry, and then leave the list', async () => {
    const { postgres } = api.deps.searchEngines;
    await checkIndex(systemCtx(), postgres);
    await postgres.remove('demand', [demand.id]);
    await park('demand', demand.id, 'it was full', 'postgres');
    const answer = await world.demandDirector.post(`/v1/search/parked/${demand.id}/retry`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ id: demand.id, refusals: [{ engine: 'postgres', reason: 'it was full' }] });
    const about = ({ subjectId }: { subjectId: string }) => subjectId === demand.id;
    const told = (await api.deps.db.select().from(messages)).filter(about);
    expect(told.map(({ type }) => type)).toContain('search.retry_requested');
    const entries = (await api.deps.db.select().from(auditEntries)).filter(about);
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'search.retry', marketId: world.demandMarket.id, subjectType: 'demand' }),
    );
    await expect
      .poll(
        async () => {
          await reader?.step();
          return await listed(world.admin);
        },
        { timeout: 25_000 },
      )
      .toEqual({ items: [], nextCursor: null });
    expect([...(await postgres.versions('demand')).keys()]).toContain(demand.id);
  });

  it('cannot be retried once they are not parked any more', async () => {
    for (const id of [demand.id, newId()])
      expect((await world.admin.post(`/v1/search/parked/${id}/retry`)).status).toBe(404);
    expect((await world.admin.post('/v1/search/parked/x/retry')).status).toBe(422);
  });
});
