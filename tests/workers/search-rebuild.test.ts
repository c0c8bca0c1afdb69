import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rebuildInPlace } from '../../src/search/service.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import { ask } from '../search/samples.ts';
import {
  type Body,
  createWorld,
  demandInput,
  publishDemand,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';

const patient = { timeout: 25_000 };
let api: TestApi;
let world: World;
let reader: CursorReader | undefined;
const demands: Body[] = [];

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  for (let at = 0; at < 4; at += 1) await publish(`${demandInput.title} ${at}`);
  [reader] = createSearchIndexReaders(api.deps);
  reader?.start();
  await vi.waitFor(async () => expect(await held()).toEqual(await wanted()), patient);
});
afterAll(async () => {
  await reader?.stop();
  await api?.close();
});

async function publish(title: string): Promise<void> {
  demands.push(await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, title }));
}

async function rename({ id }: Body, title: string): Promise<void> {
  const { version } = (await world.enterprise.get(`/v1/demands/${id}`)).body;
  await world.enterprise.patch(`/v1/demands/${id}`, { title }, { 'if-match': `"${version}"` });
  const published = await world.demandBroker.post(`/v1/demands/${id}/publish`);
  expect(published.status).toBe(200);
}

async function held(): Promise<[string, number][]> {
  return [...(await api.deps.searchEngines.postgres.versions('demand'))].sort();
}

async function wanted(): Promise<[string, number][]> {
  const { rows } = await api.deps.pool.query('select id, content_version from demands order by id');
  return rows.map(({ id, content_version }) => [id, content_version] as [string, number]).sort();
}

describe('making the index in PostgreSQL anew while people write and search', () => {
  it('loses no change, and is never empty or partial for who searches', async () => {
    const { postgres } = api.deps.searchEngines;
    const before = demands.length;
    const totals: number[] = [];
    let isOver = false;
    const watching = (async () => {
      while (!isOver) totals.push((await postgres.search(ask('枸杞鲜奶'))).total);
    })();
    const writing = (async () => {
      for (let at = 0; at < 3; at += 1) {
        await publish(`${demandInput.title} 新 ${at}`);
        await rename(demands[at], `${demandInput.title} 改 ${at}`);
      }
    })();
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'index-rebuild' });
    for (let times = 0; times < 3; times += 1) await rebuildInPlace(ctx, postgres);
    await writing;
    isOver = true;
    await watching;
    expect(Math.min(...totals)).toBeGreaterThanOrEqual(before);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    await expect.poll(held, patient).toEqual(await wanted());
    expect((await postgres.search(ask('枸杞鲜奶'))).total).toBe(demands.length);
  });
});
