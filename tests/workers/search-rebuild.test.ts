import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SearchDocument, SearchIndex } from '../../src/core/search-index.ts';
import { lookAtSavedSearches, rebuildInPlace } from '../../src/search/service.ts';
import { checkSearchIndexes } from '../../workers/check-search-indexes.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import { ask } from '../search/samples.ts';
import {
  type Body,
  createWorld,
  demandInput,
  publishDemand,
  publishResult,
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
  const input = { name: '枸杞', kind: 'demand', q: '枸杞鲜奶' };
  expect((await world.university.post('/v1/saved-searches', input)).status).toBe(201);
  api.clock.advance({ minutes: 10 });
  for (let at = 0; at < 4; at += 1) await publish(`${demandInput.title} ${at}`);
  await publishResult(world.university, world.resultBroker);
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
  const { rows } = await api.deps.pool.query(
    "select id, content_version from demands where status = 'published' order by id",
  );
  return rows.map(({ id, content_version }) => [id, content_version] as [string, number]).sort();
}

/** What everybody is told of the state of the index. */
async function told() {
  const get = async (path: string) => (await api.anonymous.get(path)).body;
  const { degraded, total } = await get('/v1/search/demands?q=%E6%9E%B8%E6%9D%9E%E9%B2%9C%E5%A5%B6');
  const all = [
    degraded,
    (await get('/v1/search/results')).degraded,
    (await get('/v1/search/suggestions?kind=demand&q=%E6%9E%B8')).degraded,
    (await world.enterprise.get(`/v1/demands/${demands[0]?.id}/duplicates`)).body.degraded,
  ];
  const { search } = await get('/readyz');
  const gauge = /duijie_search_index_filling\{index="postgres"\} (\d)/.exec(await api.deps.metrics.render())?.[1];
  return { total, degraded: [...new Set(all)], search, gauge };
}

/** The engine, with something done before each of its writes. */
function engineWith(before: (documents: readonly SearchDocument[]) => Promise<void> | void): SearchIndex {
  const { postgres } = api.deps.searchEngines;
  const upsert = async (documents: readonly SearchDocument[]) => {
    await before(documents);
    await postgres.upsert(documents);
  };
  return { ...postgres, upsert };
}

function readerOf(postgres: SearchIndex): CursorReader {
  const [first] = createSearchIndexReaders({ ...api.deps, searchEngines: { postgres, meilisearch: null } });
  if (first === undefined) throw new Error('PostgreSQL has a reader');
  return first;
}

async function look() {
  return await lookAtSavedSearches(api.deps.ctxFor({ kind: 'system', name: 'look-at-saved-searches' }));
}

describe('filling the index in PostgreSQL while people write and search', () => {
  it('is left to its reader, and until then nothing pretends to be whole', async () => {
    const unfilled = { total: 0, degraded: [true], search: 'filling', gauge: '1' };
    expect(await told()).toEqual(unfilled);
    const warned = await world.strangerEnterprise.post('/v1/demands', demandInput);
    const submitted = await world.strangerEnterprise.post(`/v1/demands/${warned.body.id}/submit`);
    expect(submitted.body).toMatchObject({ status: 'submitted', duplicates: null });
    expect(
      await checkSearchIndexes(api.deps.ctxFor({ kind: 'system', name: 'check' }), api.deps.searchEngines),
    ).toEqual({});
    expect(await look()).toEqual({ looked: 0, noticed: 0 });
    expect(await told()).toEqual(unfilled);
  });

  it('goes on where a process that failed or was ended left off, and misses nothing of what was said meanwhile', async () => {
    const written: string[][] = [];
    const note = (documents: readonly SearchDocument[]) => void written.push(documents.map(({ title }) => title));
    const failing = readerOf(
      engineWith((documents) => {
        if (documents.some(({ kind }) => kind === 'result')) throw new Error('the process dies');
        note(documents);
      }),
    );
    await expect(failing.step()).rejects.toThrow('the process dies');
    expect(written.map((titles) => titles.toSorted())).toEqual([demands.map(({ title }) => title)]);
    const half = { total: 4, degraded: [true], search: 'filling', gauge: '1' };
    expect(await told()).toEqual(half);
    expect(await look()).toEqual({ looked: 0, noticed: 0 });

    // Changed behind the back of whoever filled first; what was there is not written again but for this.
    await rename(demands[0], `${demandInput.title} 甲`);
    const ended = readerOf(
      engineWith((documents) => {
        note(documents);
        void ended.stop();
      }),
    );
    await expect(ended.step()).rejects.toThrow();
    expect(written.slice(1)).toEqual([['微胶囊化玉米黄素的乳体系应用']]);
    expect(await told()).toEqual(half);

    const { postgres } = api.deps.searchEngines;
    expect(await held()).not.toEqual(await wanted());
    // Published when the reading of the records is over.
    let late: Promise<void> | null = null;
    reader = readerOf({
      ...postgres,
      versions: async (kind) => {
        const versions = await postgres.versions(kind);
        if (kind === 'result') late ??= publish(`${demandInput.title} 乙`);
        await late;
        return versions;
      },
    });
    reader.start();
    const whole = { total: 5, degraded: [false], search: 'ok', gauge: '0' };
    await vi.waitFor(async () => expect(await told()).toEqual(whole), patient);
    expect(await held()).toEqual(await wanted());
    api.clock.advance({ minutes: 10 });
    expect(await look()).toEqual({ looked: 1, noticed: 1 });
    const [saved] = (await world.university.get('/v1/saved-searches')).body.items;
    expect(saved.lastNotice.count).toBe(5);
  });
});

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
