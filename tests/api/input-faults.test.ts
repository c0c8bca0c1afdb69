import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, demandInput, startApi, type TestApi, type World } from '../setup/api.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

async function draft(input: object = demandInput): Promise<string> {
  const { status, body } = await world.enterprise.post('/v1/demands', input);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

describe('what an operation does not read', () => {
  it('is an unknown property of a step without a body, and the step is not taken', async () => {
    const id = await draft();
    const answer = await world.enterprise.post(`/v1/demands/${id}/submit`, { comment: 'x', 'a/b~c': 1 });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { pointer: '/comment', code: 'additionalProperties', message: '此操作不读取该内容' },
      { pointer: '/a~1b~0c', code: 'additionalProperties', message: '此操作不读取该内容' },
    ]);
    expect((await world.enterprise.get(`/v1/demands/${id}`)).body.status).toBe('draft');
    expect((await world.enterprise.post(`/v1/demands/${id}/submit`, [])).status).toBe(422);
    expect((await world.enterprise.post(`/v1/demands/${id}/submit`, {})).status).toBe(200);
  });

  it('is an unknown property of a query where there is none', async () => {
    const id = await draft();
    const answers = [
      await world.enterprise.get(`/v1/demands/${id}?limit=1`),
      await world.enterprise.post(`/v1/demands/${id}/submit?limit=1`),
      await api.anonymous.get('/v1/markets?limit=1'),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([422, 422, 422]);
    for (const { body } of answers) expect(body.errors).toMatchObject([{ pointer: '/querystring/limit' }]);
  });
});

describe('a field of white space', () => {
  it('is no title, no keyword and no name', async () => {
    const blank = await world.enterprise.post('/v1/demands', { ...demandInput, title: ' 　', keywords: [' '] });
    expect(blank.status).toBe(422);
    expect(blank.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/title', '/keywords/0']);
    expect((await world.university.post('/v1/results', { title: '\t' })).status).toBe(422);
    expect((await world.admin.post('/v1/markets', { name: '   ', regionCode: '430300' })).status).toBe(422);
  });

  it('is missing when the record is to be submitted', async () => {
    const id = await draft({ ...demandInput, summary: '  ', problem: '\n' });
    const answer = await world.enterprise.post(`/v1/demands/${id}/submit`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([
      { pointer: '/summary', code: 'required' },
      { pointer: '/problem', code: 'required' },
    ]);
  });
});

it('faults that a schema cannot say are told together: order, dates, codes', async () => {
  const { status, body } = await world.enterprise.post('/v1/demands', {
    ...demandInput,
    indicators: [{ name: 'a', comparator: 'between', value: 3 }],
    budget: { minCny: 9, maxCny: 1 },
    technologyFields: ['899'],
    industry: '99',
    regionCode: '439999',
  });
  expect(status).toBe(422);
  expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
    '/indicators/0',
    '/budget',
    '/technologyFields/0',
    '/industry',
    '/regionCode',
  ]);
});

it('a value outside an enum is answered with the values inside, in both languages', async () => {
  const input = { title: 'x', activityType: 'guessing', cooperationModes: ['marriage'] };
  for (const [language, sentence] of [
    ['zh-CN', '应当是预设定的枚举值之一: commissioned_development, joint_development'],
    ['en', 'must be equal to one of the allowed values: commissioned_development, joint_development'],
  ] as const) {
    const { body } = await world.enterprise.post('/v1/demands', input, { 'accept-language': language });
    expect(body.errors).toContainEqual({
      pointer: '/cooperationModes/0',
      code: 'enum',
      message: expect.stringContaining(sentence),
    });
  }
});
