import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OutageDoor, type OutageWay, outageWays, runOutage } from '../../bench/search/outage.ts';
import type { SearchEngines } from '../../src/core/search-index.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import {
  type Body,
  createWorld,
  demandInput,
  publishDemand,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';

const patient = { timeout: 50_000 };
let double: MeilisearchDouble;
let api: TestApi;
let world: World;
let meilisearch: NonNullable<SearchEngines['meilisearch']>;
let readers: CursorReader[];
const demands: Body[] = [];

beforeAll(async () => {
  double = await startMeilisearchDouble();
  api = await startApi({ MEILI_URL: double.url, MEILI_KEY: double.masterKey });
  world = await createWorld(api);
  for (let at = 0; at < 3; at += 1) demands.push(await publishDemand(world.enterprise, world.demandBroker));
  if (api.deps.searchEngines.meilisearch === null) throw new Error('Meilisearch is configured');
  meilisearch = api.deps.searchEngines.meilisearch;
  readers = createSearchIndexReaders(api.deps);
  for (const reader of readers) reader.start();
  await vi.waitFor(async () => expect(await isInStep()).toBe(true), patient);
  await vi.waitFor(async () => expect(await search()).toEqual({ answered: true, degraded: false }), patient);
}, 60_000);
afterAll(async () => {
  await Promise.all((readers ?? []).map((reader) => reader.stop()));
  await api?.close();
  await double?.close();
});

let written = 0;

/** A change of a public text shows once the broker has published it. */
async function write(): Promise<boolean> {
  written += 1;
  const at = written % demands.length;
  const url = `/v1/demands/${demands[at].id}`;
  const title = `${demandInput.title} ${written}`;
  const changed = await world.enterprise.patch(url, { title }, { 'if-match': `"${demands[at].version}"` });
  const published = await world.demandBroker.post(`${url}/publish`);
  demands[at] = (await world.enterprise.get(url)).body;
  return changed.status === 200 && published.status === 200 && demands[at].title === title;
}

async function search(): Promise<{ answered: boolean; degraded: boolean }> {
  const { status, body } = await api.anonymous.get('/v1/search/demands?q=%E6%9E%B8%E6%9D%9E&facets=region');
  return { answered: status === 200 && body.total === demands.length, degraded: body.degraded === true };
}

async function isInStep(): Promise<boolean> {
  const { rows } = await api.deps.pool.query('select id, content_version from demands order by id');
  const held = await meilisearch.versions('demand').catch(() => new Map<string, number>());
  return rows.length === held.size && rows.every(({ id, content_version }) => held.get(id) === content_version);
}

async function versionSum(): Promise<number> {
  const { rows } = await api.deps.pool.query('select sum(content_version)::int as sum from demands');
  return rows[0].sum;
}

const door: OutageDoor = { write, search, isInStep };

async function begin(way: OutageWay): Promise<void> {
  if (way === 'refused') await double.control.refuse();
  else double.control.respond(way === 'hanging' ? 'hang' : way === '500' ? { status: 500 } : { delayMs: 1_000 });
}

async function end(way: OutageWay): Promise<void> {
  if (way === 'refused') await double.control.accept();
  else double.control.clearFaults();
  if (way === 'hanging') double.control.cut();
}

describe('while Meilisearch is away and people write and search', () => {
  it.each(outageWays)(
    '%s: every write is acknowledged, every answer is degraded, and parity comes back',
    async (way) => {
      const before = await versionSum();
      const report = await runOutage(door, {
        begin: () => begin(way),
        end: () => end(way),
        isOver: ({ writes, questions }) => writes >= 6 && questions >= 6,
        ...{ msPerWrite: 0, msPerPause: 0, writers: 1, askers: 2, patienceMs: patient.timeout },
      });
      // The writes were about what can be found: there was something to catch up with.
      expect(await versionSum()).toBe(before + report.writes);
      expect(report).toMatchObject({
        acknowledged: report.writes,
        answered: report.questions,
        degraded: report.questions,
        parityMs: expect.any(Number),
        wholeMs: expect.any(Number),
      });
    },
    60_000,
  );
});
