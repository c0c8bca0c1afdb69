import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MatchIndex } from '../../src/matches/service.ts';
import { moduleBeside } from '../../src/matching/threads/thread.ts';
import { threadModules } from '../../src/matching/threads/thread-modules.ts';
import type { MatchDemand, MatchResult } from '../../src/matching/types.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import { createWorld, publishDemand, publishResult, startApi, type TestApi, type World } from '../setup/api.ts';
import { answersOf, caughtUp, published } from '../setup/match-index.ts';
import { nextTopic } from '../setup/matching.ts';
import { fatalText } from './fatal-text.ts';

const enough = { timeout: 20_000, interval: 20 };
let api: TestApi;
let world: World;
let readers: CursorReader[] = [];
const logLines: string[] = [];

beforeAll(async () => {
  api = await startApi({}, { logLines });
  world = await createWorld(api);
});
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.stop()));
  readers = [];
});
afterAll(() => api.close());

const mortalModules = {
  writer: moduleBeside('mortal-writer-thread', import.meta.url),
  reader: moduleBeside('mortal-reader-thread', import.meta.url),
};

/** A process's index, as the program has it or mortal. */
function startIndex({ mortal = false } = {}): {
  index: MatchIndex;
  reader: CursorReader;
} {
  const made = createMatchIndex(api.deps, { modules: mortal ? mortalModules : threadModules, folder: null });
  readers.push(made.reader);
  made.reader.start();
  return made;
}

async function startMortalIndex() {
  const { result: offered, demand: wanted } = nextTopic();
  await publishResult(world.university, world.resultBroker, offered);
  await publishDemand(world.enterprise, world.demandBroker, wanted);
  const mortal = startIndex({ mortal: true });
  await caughtUp(api, mortal);
  return { mortal, before: await answersOf(api, mortal), demands: (await published(api)).demands };
}

function randomBelow(limit: number): number {
  return Math.floor(Math.random() * limit);
}

/** Publishes, changes or withdraws something. */
async function writeAtRandom(written: { kind: 'demands' | 'results'; id: string }[]): Promise<void> {
  const chosen = written[randomBelow(written.length)];
  if (chosen === undefined || randomBelow(3) > 0) {
    const topic = nextTopic();
    if (randomBelow(2) === 0) {
      const { id } = await publishDemand(world.enterprise, world.demandBroker, topic.demand);
      written.push({ kind: 'demands', id });
    } else {
      const { id } = await publishResult(world.university, world.resultBroker, topic.result);
      written.push({ kind: 'results', id });
    }
    return;
  }
  const owner = chosen.kind === 'demands' ? world.enterprise : world.university;
  const broker = chosen.kind === 'demands' ? world.demandBroker : world.resultBroker;
  const path = `/v1/${chosen.kind}/${chosen.id}`;
  if (randomBelow(2) === 0) {
    await owner.post(`${path}/withdraw`);
    written.splice(written.indexOf(chosen), 1);
    return;
  }
  const { headers } = await owner.get(path);
  const summary = `${nextTopic().result.summary}`;
  expect((await owner.patch(path, { summary }, { 'if-match': String(headers.etag) })).status).toBe(200);
  expect((await broker.post(`${path}/publish`)).status).toBe(200);
}

describe('a matching index', () => {
  it('finds what a transaction wrote once it has waited for it', async () => {
    const followed = startIndex();
    await caughtUp(api, followed);
    const { demand: wanted, result: offered } = nextTopic();
    const demand = await publishDemand(world.enterprise, world.demandBroker, wanted);
    const result = await publishResult(world.university, world.resultBroker, offered);
    await caughtUp(api, followed);
    const { demands, results } = await published(api);
    const asDemand = demands.find(({ id }) => id === demand.id) as MatchDemand;
    const asResult = results.find(({ id }) => id === result.id) as MatchResult;
    expect(await followed.index.resultsFor(asDemand, 5)).toContain(result.id);
    expect(await followed.index.demandsFor(asResult, 5)).toContain(demand.id);
  });

  it('answers as one does that was built at once, whenever it began to follow', async () => {
    const written: { kind: 'demands' | 'results'; id: string }[] = [];
    const early = startIndex();
    await caughtUp(api, early);
    for (let count = 0; count < 10; count += 1) await writeAtRandom(written);
    const joined = startIndex();
    for (let count = 0; count < 10; count += 1) await writeAtRandom(written);
    const late = startIndex();
    await caughtUp(api, early, joined, late);
    const answers = await answersOf(api, late);
    expect(await answersOf(api, early)).toEqual(answers);
    expect(await answersOf(api, joined)).toEqual(answers);
  }, 60_000);

  it('whose reader dies fails what that one was asked, and answers as before from another', async () => {
    const { mortal, before, demands } = await startMortalIndex();
    const fatal = { ...(demands[0] as MatchDemand), title: fatalText };
    await expect(mortal.index.resultsFor(fatal, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await vi.waitFor(() => answersOf(api, mortal), enough)).toEqual(before);
  });

  it('whose writer dies refuses until it is built anew, and then answers as before', async () => {
    const { mortal, before, demands } = await startMortalIndex();
    const fatal = { ...nextTopic().demand, title: fatalText };
    const { id } = await publishDemand(world.enterprise, world.demandBroker, fatal);
    await vi.waitFor(
      () =>
        expect(mortal.index.resultsFor(demands[0] as MatchDemand, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' }),
      enough,
    );
    await world.enterprise.post(`/v1/demands/${id}/withdraw`);
    await caughtUp(api, mortal);
    expect(await answersOf(api, mortal)).toEqual(before);
  });

  it('that has not been built refuses', async () => {
    const { index } = createMatchIndex(api.deps);
    const { demands } = await published(api);
    await expect(index.resultsFor(demands[0] as MatchDemand, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('can be stopped at any time, while it is being built, too', async () => {
    const { demands } = await published(api);
    logLines.length = 0;
    for (const steps of [0, 1, 5, 20]) {
      const { index, reader } = startIndex();
      for (let turn = 0; turn < steps; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await reader.stop();
      await expect(index.resultsFor(demands[0] as MatchDemand, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(logLines.filter((line) => line.includes('the reader match-index'))).toEqual([]);
  });
});
