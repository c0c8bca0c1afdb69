import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { requireAssignment } from '../../src/experts/service.ts';
import { workerParts } from '../../workers/parts.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import {
  type Answer,
  addMember,
  type Body,
  type Caller,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { expertInput } from '../setup/experts.ts';
import { topics } from '../setup/matching.ts';
import { lift, restrict } from '../setup/restrictions.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let person: Person;
let colleague: Person;

beforeAll(async () => {
  api = await startApi({}, { withIndex: true });
  world = await createWorld(api);
  person = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});
afterAll(() => api?.close());

function done(answer: Answer): Body {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function addExpert(changes: object = {}, by: Caller = world.university): Promise<Body> {
  const made = done(await by.post('/v1/experts', { ...expertInput, ...changes }));
  return done(await by.post(`/v1/experts/${made.id}/activate`));
}

const demand = (changes: object = {}) =>
  publishDemand(world.enterprise, world.demandBroker, { ...demandInput, ...changes });

async function propose(expert: Body, demandId: string): Promise<Body> {
  const input = { expertId: expert.id, demandId, purpose: 'visit', message: '请到现场看看' };
  return done(await world.demandBroker.post('/v1/expert-assignments', input));
}

describe('a profile', () => {
  it('names results of its university that are published, and shows those that still are', async () => {
    const result = await publishResult(world.university, world.resultBroker);
    const foreign = await publishResult(world.strangerUniversity, world.resultBroker);
    const before = await countWrites(api);
    const refused = await world.university.post('/v1/experts', {
      ...expertInput,
      resultIds: [result.id, foreign.id],
      userId: world.enterprise.userId,
      technologyFields: ['299'],
      availableFrom: '2027-02-01',
      availableUntil: '2027-01-01',
    });
    expect(refused.body.errors.map((fault: Body) => fault.pointer).sort()).toEqual([
      '/availableUntil',
      '/resultIds/1',
      '/technologyFields/0',
      '/userId',
    ]);
    expect(await countWrites(api)).toEqual(before);
    const expert = await addExpert({ resultIds: [result.id], userId: person.userId });
    expect(await auditOf(api, expert.id)).toEqual(['expert.create', 'expert.activate']);
    expect((await api.anonymous.get(`/v1/experts/${expert.id}`)).body.resultIds).toEqual([result.id]);
    done(await world.university.post(`/v1/results/${result.id}/withdraw`));
    expect((await api.anonymous.get(`/v1/experts/${expert.id}`)).body.resultIds).toEqual([]);
  });

  it('is changed by its person, whoever made it and the admins, and no colleague; its contact is not shown to others', async () => {
    const expert = await addExpert({ userId: person.userId });
    const url = `/v1/experts/${expert.id}`;
    const change = async (by: Caller, body: object) => await by.patch(url, body, { 'if-match': '*' });
    expect((await change(person, { daysPerMonth: 1, contact: { phone: '13700000010' } })).status).toBe(200);
    expect((await change(colleague, { daysPerMonth: 1 })).status).toBe(403);
    expect((await world.university.patch(url, { daysPerMonth: 1 }, { 'if-match': '"1"' })).status).toBe(412);
    const contact = { phone: '13700000010', email: 'limin@university.example' };
    expect((await world.university.get(url)).body).toMatchObject({ daysPerMonth: 1, contact, status: 'active' });
    for (const reader of [api.anonymous, world.enterprise, world.demandBroker, world.strangerUniversity]) {
      const { status, body } = await reader.get(url);
      expect([status, 'contact' in body, 'status' in body]).toEqual([200, false, false]);
    }
    expect((await world.resultBroker.get(url)).body.contact).toEqual(contact);
  });

  it('is listed while it is active, and to its own university in every state', async () => {
    const expert = await addExpert({ kind: 'expert', technologyFields: ['602'] });
    const listed = async (by: Caller, query: string) =>
      (await by.get(`/v1/experts?limit=100&${query}`)).body.items.map((item: Body) => item.id);
    expect(await listed(api.anonymous, 'kind=expert&technologyField=6')).toContain(expert.id);
    expect(await listed(api.anonymous, 'technologyField=5')).not.toContain(expert.id);
    done(await world.university.post(`/v1/experts/${expert.id}/retire`));
    expect(await listed(api.anonymous, 'kind=expert')).not.toContain(expert.id);
    expect(await listed(world.university, 'view=mine')).toContain(expert.id);
    expect(await listed(person, 'view=mine')).not.toContain(expert.id);
    expect((await world.enterprise.get('/v1/experts?view=mine')).status).toBe(403);
    expect((await api.anonymous.get(`/v1/experts/${expert.id}`)).status).toBe(404);
    expect((await world.university.post(`/v1/experts/${expert.id}/retire`)).status).toBe(409);
  });
});

describe('finding experts for a demand', () => {
  /** Profiles of the sample's results: the one whose result answers the demand should come first. */
  const sample = topics.slice(0, 12);
  const profileOf = (result: Record<string, unknown>) => ({
    headline: String(result.title),
    summary: String(result.summary),
    keywords: (result.keywords as string[]).slice(0, 8),
    technologyFields: result.technologyFields,
    servedRegions: [],
  });
  let experts: Body[];

  beforeAll(async () => {
    await api.deps.pool.query("update experts set status = 'retired'");
    experts = [];
    for (const { result } of sample) experts.push(await addExpert(profileOf(result)));
  });

  const found = async (by: Caller, demandId: string, query = ''): Promise<Body[]> =>
    done(await by.get(`/v1/demands/${demandId}/experts${query}`)).items;

  it('puts the one whose field it is first, with the terms that both share', async () => {
    const ranks: number[] = [];
    for (const [at, { demand: input }] of sample.entries()) {
      const { id } = done(await world.enterprise.post('/v1/demands', input));
      const items = await found(world.enterprise, id, '?limit=50');
      ranks.push(items.findIndex((item) => item.expert.id === experts[at]?.id));
      const scores = items.map((item) => item.score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(items[0]?.terms.length).toBeGreaterThan(0);
      expect(JSON.stringify(items)).not.toContain('13700000009');
    }
    expect(ranks.filter((rank) => rank === 0).length).toBeGreaterThanOrEqual(11);
    expect(ranks).not.toContain(-1);
  });

  it('leaves out who has no time, does not go there, is of another kind, or may not: excluded or restricted', async () => {
    const { id } = await demand(sample[0]?.demand);
    const [expert] = experts;
    const finds = async (query = '') =>
      (await found(world.demandBroker, id, query)).some((item) => item.expert.id === expert.id);
    const change = async (changes: object) =>
      done(await world.university.patch(`/v1/experts/${expert.id}`, changes, { 'if-match': '*' }));
    expect(await finds()).toBe(true);
    expect(await finds('?kind=expert')).toBe(false);
    for (const [off, on] of [
      [{ daysPerMonth: 0 }, { daysPerMonth: 2 }],
      [{ availableFrom: '2026-11-24' }, { availableFrom: '2026-11-23' }],
      [{ availableUntil: '2026-11-22', availableFrom: null }, { availableUntil: '2026-11-23' }],
      [{ servedRegions: ['430000'] }, { servedRegions: ['640300'] }],
    ] as const) {
      await change(off);
      expect([off, await finds()]).toEqual([off, false]);
      await change(on);
      expect([on, await finds()]).toEqual([on, true]);
    }
    const restriction = await restrict(world.admin, world.university.organizationId);
    expect(await finds()).toBe(false);
    const input = { expertId: expert.id, demandId: id, purpose: 'visit' };
    const refused = await world.demandBroker.post('/v1/expert-assignments', input);
    expect([refused.status, refused.body.state]).toEqual([409, 'unavailable']);
    await lift(world.admin, restriction);
    const excludedOrganizations = [world.university.organizationId];
    done(await world.enterprise.patch(`/v1/demands/${id}`, { excludedOrganizations }, { 'if-match': '*' }));
    expect(await finds()).toBe(false);
  });

  it('is a worker’s where the process that is asked has no index, with the same answer', async () => {
    const { id } = done(await world.enterprise.post('/v1/demands', sample[1]?.demand));
    const own = await found(world.enterprise, id);
    const bare = await startApiBeside();
    try {
      const answer = await bare(world.enterprise.token, `/v1/demands/${id}/experts`);
      expect(answer.items).toEqual(own);
      const { rows } = await api.deps.pool.query('select 1 from match_previews');
      expect(rows).toEqual([]);
    } finally {
      await bare.close();
    }
  }, 60_000);
});

/** Another application on the same database, with workers beside it and no index of its own. */
async function startApiBeside() {
  const { buildApp } = await import('../../src/app.ts');
  const workers = startWorkers(api.deps, workerParts(api.deps));
  await workers.ready;
  const app = await buildApp(api.deps);
  await app.ready();
  const get = async (token: string, url: string): Promise<Body> => {
    const answer = await app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return answer.json();
  };
  const close = async () => {
    await app.close();
    await workers.close();
  };
  return Object.assign(get, { close });
}

const steps = ['accept', 'decline', 'end', 'services'] as const;
const states = ['proposed', 'accepted', 'declined', 'ended'] as const;

/** Written apart from the code: what a step makes of a state; null: 409. */
const written: Record<(typeof steps)[number], Partial<Record<(typeof states)[number], string>>> = {
  accept: { proposed: 'accepted' },
  decline: { proposed: 'declined' },
  end: { proposed: 'ended', accepted: 'ended' },
  services: { accepted: 'accepted', ended: 'ended' },
};

describe.each(steps)('an assignment: %s', (step) => {
  let assignment: Body;
  beforeAll(async () => {
    const expert = await addExpert({ userId: person.userId });
    assignment = await propose(expert, (await demand()).id);
  });

  test.each(states)('of one that is %s moves it as written, or changes nothing, whoever asks', async (state) => {
    const isOpenToSide = step !== 'end' || state !== 'proposed';
    const mayExpert = isOpenToSide && !(step === 'services' && (state === 'proposed' || state === 'declined'));
    const wasAccepted = state === 'accepted' || state === 'ended';
    const may = { broker: step === 'end' || step === 'services', expert: step === 'accept' || step === 'decline' };
    const worksOn = !may.expert;
    const readers: [string, Caller, number | 'may'][] = [
      ['broker', world.demandBroker, worksOn ? 'may' : 403],
      ['director above', world.provinceDirector, worksOn ? 'may' : 403],
      ['the person', person, may.expert || (mayExpert && wasAccepted) ? 'may' : 403],
      ['admin of the university', world.university, may.expert || (mayExpert && wasAccepted) ? 'may' : 403],
      ['owner of the demand', world.enterprise, wasAccepted ? 403 : 404],
      ['colleague', colleague, 404],
      ['broker of the university', world.resultBroker, 404],
      ['stranger', world.strangerEnterprise, 404],
      ['anonymous', api.anonymous, 401],
    ];
    for (const [name, caller, right] of readers) {
      await api.deps.pool.query('update expert_assignments set status = $2, accepted_at = $3 where id = $1', [
        assignment.id,
        state,
        wasAccepted ? api.clock.now() : null,
      ]);
      const before = await countWrites(api);
      const body =
        step === 'services'
          ? { kind: 'visit', servedOn: '2026-11-23', hours: 1.5, summary: '现场查看' }
          : { reason: '时间不合适' };
      const answer = await caller.post(
        `/v1/expert-assignments/${assignment.id}/${step}`,
        step === 'accept' ? undefined : body,
      );
      const to = written[step][state];
      const wanted = right === 'may' ? (to === undefined ? 409 : step === 'services' ? 201 : 200) : right;
      expect([name, answer.status], JSON.stringify(answer.body)).toEqual([name, wanted]);
      if (wanted < 300) {
        expect(answer.body.status).toBe(to);
        const action = step === 'services' ? 'record_service' : step;
        expect((await auditOf(api, assignment.id)).at(-1)).toBe(`expert_assignment.${action}`);
      } else {
        expect(await countWrites(api)).toEqual(before);
      }
    }
  });
});

test('from a proposal to counted services: contacts open with the answer, and lists add up by period and market', async () => {
  await api.deps.pool.query('delete from deliveries');
  const expert = await addExpert({ userId: person.userId });
  const { id: demandId } = await demand();
  const assignment = await propose(expert, demandId);
  const url = `/v1/expert-assignments/${assignment.id}`;
  expect(assignment.contact).toBeNull();
  expect((await world.demandBroker.get(`/v1/experts/${expert.id}`)).body.contact).toBeUndefined();
  const again = { expertId: expert.id, demandId, purpose: 'visit' };
  expect((await world.demandBroker.post('/v1/expert-assignments', again)).status).toBe(409);
  await expect(requireAssignment(api.deps.db, assignment.id, demandId, '/assignmentId')).rejects.toThrow();
  done(await person.post(`${url}/accept`));
  expect((await requireAssignment(api.deps.db, assignment.id, demandId, '/assignmentId')).expertId).toBe(expert.id);
  const contact = { phone: '13700000009', email: 'limin@university.example' };
  for (const reader of [world.demandBroker, world.enterprise])
    expect((await reader.get(url)).body.contact).toEqual(contact);
  expect((await world.enterprise.get(`/v1/experts/${expert.id}`)).body.contact).toEqual(contact);
  expect((await world.strangerEnterprise.get(`/v1/experts/${expert.id}`)).body.contact).toBeUndefined();
  api.clock.advance({ days: 4 });
  const serve = async (by: Caller, servedOn: string, hours: number) =>
    await by.post(`${url}/services`, { kind: 'visit', servedOn, hours, summary: '现场查看' });
  done(await serve(person, '2026-11-24', 4));
  done(await serve(world.demandBroker, '2026-11-27', 2.5));
  for (const day of ['2026-11-22', '2026-11-28']) expect((await serve(person, day, 1)).status).toBe(422);
  expect((await world.enterprise.get(url)).body).toMatchObject({
    hours: 6.5,
    services: [{ hours: 4 }, { hours: 2.5 }],
  });
  const counts = { assignments: 1, services: 2, hours: 6.5 };
  expect((await api.anonymous.get(`/v1/experts/${expert.id}`)).body.counts).toEqual(counts);

  const dispatches = async (by: Caller, query: string) =>
    done(await by.get(`/v1/dispatches?expertId=${expert.id}&${query}`));
  const totals = { services: 2, hours: 6.5, experts: 1, demands: 1 };
  expect((await dispatches(world.provinceDirector, '')).totals).toEqual(totals);
  const first = await dispatches(world.demandBroker, 'limit=1');
  expect(first).toMatchObject({ totals, items: [{ servedOn: '2026-11-27', expertName: '李敏', hours: 2.5 }] });
  const next = await dispatches(world.demandBroker, `limit=1&cursor=${first.nextCursor}`);
  expect(next).toMatchObject({ totals, nextCursor: null, items: [{ servedOn: '2026-11-24' }] });
  const lastDays = await dispatches(world.admin, 'from=2026-11-25&until=2026-11-30');
  expect(lastDays.totals).toEqual({ services: 1, hours: 2.5, experts: 1, demands: 1 });
  const none = { services: 0, hours: 0, experts: 0, demands: 0 };
  expect((await dispatches(world.resultBroker, '')).totals).toEqual(none);
  expect((await dispatches(world.resultBroker, `marketId=${world.demandMarket.id}`)).totals).toEqual(none);

  done(await person.post(`${url}/end`, { reason: '任务完成' }));
  expect(await messagesAbout(api, assignment.id)).toEqual(
    ['proposed', 'accepted', 'ended'].map((type) => `expert_assignment.${type}`),
  );
  const mine = await person.get('/v1/expert-assignments?status=ended');
  expect(mine.body.items.map((item: Body) => item.id)).toContain(assignment.id);
  for (const by of [colleague, world.strangerEnterprise])
    expect((await by.get('/v1/expert-assignments')).body.items).toEqual([]);
});

test('a draft demand and a retired expert are not brought together', async () => {
  const expert = await addExpert();
  const draft = done(await world.enterprise.post('/v1/demands', demandInput));
  const propose = async (demandId: string) =>
    (await world.demandBroker.post('/v1/expert-assignments', { expertId: expert.id, demandId, purpose: 'visit' }))
      .status;
  expect(await propose(draft.id)).toBe(404);
  const { id } = await demand();
  done(await world.enterprise.post(`/v1/demands/${id}/withdraw`));
  expect(await propose(id)).toBe(409);
  done(await world.university.post(`/v1/experts/${expert.id}/retire`));
  expect(await propose((await demand()).id)).toBe(404);
});
