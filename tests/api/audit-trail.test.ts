import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addMember,
  type Body,
  createWorld,
  type Person,
  publishDemand,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';

let api: TestApi;
let world: World;
let demand: Body;
let officer: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  demand = await publishDemand(world.enterprise, world.demandBroker);
  const bureau = await world.admin.post('/v1/organizations', {
    kind: 'government',
    name: '吴忠市科技局',
    regionCode: '640300',
  });
  officer = await addMember(api, world.admin, bureau.body.id, 'officer');
});

afterAll(() => api?.close());

test('the staff of the market, and of those above it, read who did what, newest first', async () => {
  for (const reader of [world.demandBroker, world.demandDirector, world.provinceDirector, world.admin]) {
    const answer = await reader.get(`/v1/audit?subject=${demand.id}`);
    expect(answer.status).toBe(200);
    expect(
      answer.body.items.map((entry: Body) => [entry.action, entry.actor, entry.fromStatus, entry.toStatus]),
    ).toEqual([
      ['demand.publish', `user:${world.demandBroker.userId}`, 'submitted', 'published'],
      ['demand.submit', `user:${world.enterprise.userId}`, 'draft', 'submitted'],
      ['demand.create', `user:${world.enterprise.userId}`, null, 'draft'],
    ]);
  }
});

test('for everybody else there is no such trail, as for an unknown subject', async () => {
  const unknown = await world.demandBroker.get(`/v1/audit?subject=${randomUUID()}`);
  expect(unknown.status).toBe(404);
  const others = [world.resultBroker, world.enterprise, world.university, world.strangerEnterprise, officer];
  for (const reader of others) {
    const answer = await reader.get(`/v1/audit?subject=${demand.id}`);
    expect(answer.status).toBe(404);
    expect({ ...answer.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
  }
  expect((await api.anonymous.get(`/v1/audit?subject=${demand.id}`)).status).toBe(401);
});

test('pages follow each other', async () => {
  const first = (await world.demandBroker.get(`/v1/audit?subject=${demand.id}&limit=2`)).body;
  const second = (await world.demandBroker.get(`/v1/audit?subject=${demand.id}&limit=2&cursor=${first.nextCursor}`))
    .body;
  expect([...first.items, ...second.items].map((entry: Body) => entry.action)).toEqual([
    'demand.publish',
    'demand.submit',
    'demand.create',
  ]);
  expect(second.nextCursor).toBeNull();
});

test('the subject is needed, and is an id', async () => {
  expect((await world.demandBroker.get('/v1/audit')).body.errors[0].pointer).toBe('/querystring/subject');
  expect((await world.demandBroker.get('/v1/audit?subject=all')).status).toBe(422);
});
