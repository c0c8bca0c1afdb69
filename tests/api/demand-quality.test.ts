import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, demandInput, publishDemand, startApi, type TestApi, type World } from '../setup/api.ts';
import { countWrites } from '../setup/rows.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api?.close());

it('tells who drafts a demand what it lacks, in the language of the draft, and keeps nothing of it', async () => {
  const { enterprise, demandBroker } = world;
  const before = await countWrites(api);
  const chinese = await enterprise.post('/v1/demands/advice', { title: '想降低成本', keywords: ['降本'] });
  expect([chinese.status, chinese.body.score]).toEqual([200, 0]);
  expect(chinese.body.missing).toHaveLength(9);
  expect(chinese.body.advice[0]).toMatchObject({ part: 'indicators', gain: 20 });
  expect(chinese.body.advice[0].text).toMatch(/指标/);
  const english = await demandBroker.post('/v1/demands/advice', { summary: 'Zinc powder of high purity', problem: '' });
  expect(english.body.score).toBe(15);
  expect(english.body.advice[0].text).toMatch(/targets/);
  const stated = await enterprise.post('/v1/demands/advice', { title: 'MVR', language: 'zh', decisionOwner: '厂长' });
  expect(stated.body).toMatchObject({
    score: 10,
    parts: expect.arrayContaining([expect.objectContaining({ part: 'decisionOwner', points: 10 })]),
  });
  expect(stated.body.advice[0].text).toMatch(/指标/);
  expect(await countWrites(api)).toEqual(before);
});

it('refuses a draft that is no draft, and takes one whose indicators are not filled in yet', async () => {
  const { enterprise } = world;
  for (const body of [{}, { titel: '错字' }, { title: 7 }])
    expect((await enterprise.post('/v1/demands/advice', body)).status).toBe(422);
  const answer = await enterprise.post('/v1/demands/advice', { indicators: [{ name: '纯度', comparator: '>=' }] });
  expect([answer.status, answer.body.missing.includes('indicators')]).toEqual([200, true]);
});

it('shows the owner and the broker how well a demand is told now, confidential fields counted and not shown', async () => {
  const { enterprise, demandBroker } = world;
  const { id, version } = await publishDemand(enterprise, demandBroker);
  const url = `/v1/demands/${id}/quality`;
  const before = (await enterprise.get(url)).body;
  expect(before.missing).toEqual(['product', 'application', 'decisionOwner', 'triedApproaches']);
  expect((await demandBroker.get(url)).body).toEqual(before);
  const owner = { decisionOwner: '董事长马某' };
  const changed = await enterprise.patch(`/v1/demands/${id}`, owner, { 'if-match': `"${version}"` });
  expect(changed.status).toBe(200);
  const after = await enterprise.get(url);
  expect(after.body.score).toBe(before.score + 10);
  expect(JSON.stringify(after.body)).not.toMatch(/董事长马某|600000|900000/);
  const draft = (await enterprise.post('/v1/demands/advice', { ...demandInput, ...owner })).body;
  expect(draft).toEqual(after.body);
});
