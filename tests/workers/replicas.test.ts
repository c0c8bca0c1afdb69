import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, nextTopic, startMatching } from '../setup/matching.ts';
import { matchOf, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let processes: [Matching, Matching];

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  processes = [startMatching(api), startMatching(api)];
});
afterAll(async () => {
  await Promise.all(processes.map((matching) => matching.stop()));
  await api.close();
});

async function submitted(path: 'demands' | 'results', body: object): Promise<string> {
  const owner = path === 'demands' ? world.enterprise : world.university;
  const { id } = (await owner.post(`/v1/${path}`, body)).body;
  await owner.post(`/v1/${path}/${id}/submit`);
  return id;
}

async function publish(path: 'demands' | 'results', id: string): Promise<void> {
  const broker = path === 'demands' ? world.demandBroker : world.resultBroker;
  expect((await broker.post(`/v1/${path}/${id}/publish`)).status).toBe(200);
}

describe('two processes, each with an index of its own', () => {
  it('find the two sides that are published at the same moment, one side each, and tell of the match once', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const topic = nextTopic();
        return {
          demandId: await submitted('demands', topic.demand),
          resultId: await submitted('results', topic.result),
        };
      }),
    );
    const [one, other] = processes;
    // All at once, so that every run is overtaken by writes of the others.
    await Promise.all(
      pairs.flatMap(({ demandId, resultId }, at) => {
        const [forDemand, forResult] = at % 2 === 0 ? [one, other] : [other, one];
        return [
          publish('demands', demandId).then(() => forDemand.refresh('demand', demandId)),
          publish('results', resultId).then(() => forResult.refresh('result', resultId)),
        ];
      }),
    );
    for (const { demandId, resultId } of pairs) {
      const match = await matchOf(api, demandId, resultId);
      expect(match?.status).toBe('suggested');
      expect(await messagesAbout(api, match?.id ?? '')).toEqual(['match.suggested']);
    }
  });

  it('give a pair the same score, whichever of them is asked and from whichever side', async () => {
    const topic = nextTopic();
    const demandId = await submitted('demands', topic.demand);
    const resultId = await submitted('results', topic.result);
    await publish('demands', demandId);
    await publish('results', resultId);
    const scores: (number | undefined)[] = [];
    for (const matching of processes) {
      for (const [side, id] of [
        ['demand', demandId],
        ['result', resultId],
      ] as const) {
        await api.deps.pool.query('delete from matches where demand_id = $1', [demandId]);
        await matching.refresh(side, id);
        scores.push((await matchOf(api, demandId, resultId))?.score);
      }
    }
    expect(scores[0]).toBeGreaterThan(0);
    expect(scores).toEqual(scores.map(() => scores[0]));
  });
});
