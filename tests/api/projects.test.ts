import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chinaDate, plusDays } from '../../src/core/clock.ts';
import { remindOfMilestones } from '../../src/projects/service.ts';
import {
  addMember,
  type Body,
  createWorld,
  type Person,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertIntroduction } from '../setup/introductions.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let researcher: Person;
let colleague: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});

afterAll(() => api?.close());

let demand: Body;
let result: Body;
let introductionId: string;

function pair() {
  return { demand, result, demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
}

beforeEach(async () => {
  demand = await publishDemand(world.enterprise, world.demandBroker);
  result = await publishResult(researcher, world.resultBroker, resultInput);
  introductionId = await insertIntroduction(api, pair(), { status: 'accepted' });
});

const milestones = [
  { title: '完成小试', dueOn: '2027-03-31', acceptanceCriteria: '多糖保留率 ≥ 85 %', paymentShare: 40 },
  { title: '完成中试', dueOn: '2027-09-30', acceptanceCriteria: '连续三批合格', paymentShare: 60 },
];

function input(changes: object = {}) {
  return {
    introductionId,
    title: '枸杞鲜奶联合开发',
    budgetCny: 800_000,
    fundingMode: 'lump_sum',
    milestones,
    ...changes,
  };
}

async function create(by: Person = world.demandBroker, changes: object = {}): Promise<Body> {
  const answer = await by.post('/v1/projects', input(changes));
  expect(answer.status).toBe(201);
  return answer.body;
}

function statedParties() {
  return [
    { organizationId: world.enterprise.organizationId, role: 'lead', workShare: 40, benefitShare: 60 },
    { organizationId: world.university.organizationId, role: 'partner', workShare: 60, benefitShare: 40 },
  ];
}

async function activate(): Promise<Body> {
  const project = await create();
  await world.enterprise.put(`/v1/projects/${project.id}/parties`, { parties: statedParties() });
  const answer = await world.enterprise.post(`/v1/projects/${project.id}/activate`);
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('making a project of an introduction', () => {
  test('the broker who leads makes it, forming, with both parties and the milestones in order', async () => {
    const project = await create();
    expect(project).toMatchObject({
      version: 1,
      title: '枸杞鲜奶联合开发',
      status: 'forming',
      introductionId,
      budgetCny: 800_000,
      fundingMode: 'lump_sum',
      parties: [
        {
          organizationId: world.enterprise.organizationId,
          name: '利通区某枸杞乳业公司',
          role: 'lead',
          workShare: null,
        },
        { organizationId: world.university.organizationId, name: '岳麓某大学', role: 'partner', benefitShare: null },
      ],
    });
    expect(project.code).toMatch(/^P2026-640302-\d{6}$/);
    expect(project.milestones.map((m: Body) => [m.position, m.title, m.paymentShare, m.status, m.version])).toEqual([
      [1, '完成小试', 40, 'planned', 1],
      [2, '完成中试', 60, 'planned', 1],
    ]);
    expect(await messagesAbout(api, project.id)).toEqual(['project.created']);
    expect(await auditOf(api, project.id)).toEqual(['project.create']);
  });

  test('a member of either party makes it', async () => {
    expect((await create(world.enterprise)).status).toBe('forming');
    introductionId = await insertIntroduction(
      api,
      { ...pair(), demand: await publishDemand(world.enterprise, world.demandBroker) },
      { status: 'accepted' },
    );
    expect((await create(researcher)).status).toBe('forming');
  });

  test('a stranger, a colleague of the researcher and an unknown id get the same answer, and nothing is written', async () => {
    const before = await countWrites(api);
    const unknown = await world.enterprise.post('/v1/projects', input({ introductionId: demand.id }));
    expect(unknown.status).toBe(404);
    for (const stranger of [world.strangerEnterprise, world.strangerUniversity, colleague, world.admin]) {
      const answer = await stranger.post('/v1/projects', input());
      expect(answer.status).toBe(404);
      expect({ ...answer.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    }
    expect((await world.resultBroker.post('/v1/projects', input())).status).toBe(403);
    expect((await api.anonymous.post('/v1/projects', input())).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  test.each(['open', 'declined', 'lapsed'] as const)(
    'an introduction that is %s makes none, and says so',
    async (status) => {
      introductionId = await insertIntroduction(
        api,
        { ...pair(), demand: await publishDemand(world.enterprise, world.demandBroker) },
        { status },
      );
      const before = await countWrites(api);
      const answer = await world.enterprise.post('/v1/projects', input());
      expect([answer.status, answer.body.code, answer.body.state]).toEqual([409, 'INVALID_STATE', status]);
      expect(await countWrites(api)).toEqual(before);
    },
  );

  test('a request that no broker has opened does not exist for the other side', async () => {
    introductionId = await insertIntroduction(
      api,
      { ...pair(), demand: await publishDemand(world.enterprise, world.demandBroker) },
      { status: 'requested', openedAt: null, requestedBySide: 'demand' },
    );
    expect((await researcher.post('/v1/projects', input())).status).toBe(404);
    expect((await world.enterprise.post('/v1/projects', input())).status).toBe(409);
  });

  test('an introduction makes one project', async () => {
    await create();
    const second = await world.enterprise.post('/v1/projects', input());
    expect([second.status, second.body.code]).toEqual([409, 'CONFLICT']);
    introductionId = await insertIntroduction(
      api,
      { ...pair(), demand: await publishDemand(world.enterprise, world.demandBroker) },
      { status: 'accepted' },
    );
    const both = await Promise.all(
      [world.enterprise, world.demandBroker].map((by) => by.post('/v1/projects', input())),
    );
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
  });

  test('faults are told with their pointers, and nothing is written', async () => {
    const before = await countWrites(api);
    const faultsOf = async (changes: object) => {
      const answer = await world.enterprise.post('/v1/projects', input(changes));
      expect(answer.status).toBe(422);
      return answer.body.errors.map((fault: Body) => fault.pointer);
    };
    expect(await faultsOf({ milestones: [{ ...milestones[0], paymentShare: 90 }] })).toEqual(['/milestones']);
    expect(await faultsOf({ milestones: [] })).toEqual(['/milestones']);
    expect(await faultsOf({ budgetCny: -1, fundingMode: 'cash' })).toEqual(['/budgetCny', '/fundingMode']);
    expect(await faultsOf({ surprise: 1 })).toEqual(['/surprise']);
    const market = { organizationId: world.demandMarket.id, role: 'partner' };
    const unknown = { organizationId: introductionId, role: 'funder' };
    expect(await faultsOf({ parties: [market, unknown] })).toEqual([
      '/parties/0/organizationId',
      '/parties/1/organizationId',
    ]);
    expect(await countWrites(api)).toEqual(before);
  });

  test('a consortium names further partners and a funder', async () => {
    const project = await create(world.demandBroker, {
      parties: [{ organizationId: world.strangerEnterprise.organizationId, role: 'funder' }],
    });
    expect(project.parties.map((party: Body) => party.role)).toEqual(['lead', 'partner', 'funder']);
    expect((await world.strangerEnterprise.get(`/v1/projects/${project.id}`)).status).toBe(200);
    expect(
      (await world.strangerEnterprise.post(`/v1/projects/${project.id}/terminate`, { reason: '不投了' })).status,
    ).toBe(403);
  });

  test('a repeat with the same key answers with the first project', async () => {
    const headers = { 'idempotency-key': `project-${introductionId}` };
    const first = await world.enterprise.post('/v1/projects', input(), headers);
    const repeat = await world.enterprise.post('/v1/projects', input(), headers);
    expect([first.status, repeat.status]).toEqual([201, 201]);
    expect(repeat.body).toEqual(first.body);
  });
});

describe('reading projects', () => {
  test('parties and the staff of the market and of those above read one; for everybody else there is none', async () => {
    const project = await create();
    for (const reader of [world.enterprise, world.university, researcher, world.demandBroker, world.provinceDirector]) {
      const answer = await reader.get(`/v1/projects/${project.id}`);
      expect([answer.status, answer.headers.etag]).toEqual([200, '"1"']);
      expect((await reader.get('/v1/projects')).body.items[0].id).toBe(project.id);
    }
    const milestone = `/v1/projects/${project.id}/milestones/${project.milestones[0].id}`;
    expect((await researcher.get(milestone)).body).toEqual(project.milestones[0]);
    for (const stranger of [
      world.strangerEnterprise,
      world.strangerUniversity,
      colleague,
      world.resultBroker,
      world.admin,
    ]) {
      expect((await stranger.get(`/v1/projects/${project.id}`)).status).toBe(404);
      expect((await stranger.get(milestone)).status).toBe(404);
      const ids = (await stranger.get('/v1/projects?limit=100')).body.items.map((item: Body) => item.id);
      expect(ids).not.toContain(project.id);
    }
  });

  test('the list goes on where the page before ended, and filters by status', async () => {
    await create();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Body = (await world.enterprise.get(`/v1/projects?limit=1${cursor ? `&cursor=${cursor}` : ''}`)).body;
      seen.push(...page.items.map((item: Body) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const all = (await world.enterprise.get('/v1/projects?limit=100')).body.items.map((item: Body) => item.id);
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(seen.length);
    const ended = (await world.enterprise.get('/v1/projects?status=completed')).body.items;
    expect(ended.every((item: Body) => item.status === 'completed')).toBe(true);
  });
});

describe('forming', () => {
  test('title and budget change against the version that was read', async () => {
    const project = await create();
    const url = `/v1/projects/${project.id}`;
    expect((await world.enterprise.patch(url, { budgetCny: 900_000 })).status).toBe(428);
    const changed = await world.enterprise.patch(url, { budgetCny: 900_000 }, { 'if-match': '"1"' });
    expect([changed.status, changed.body.budgetCny, changed.body.version]).toEqual([200, 900_000, 2]);
    expect((await researcher.patch(url, { title: '新题目' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await researcher.patch(url, { title: '新题目' }, { 'if-match': '"2"' })).body.title).toBe('新题目');
    expect((await world.strangerEnterprise.patch(url, { title: '偷改' }, { 'if-match': '"3"' })).status).toBe(404);
    expect((await world.enterprise.patch(url, { status: 'active' }, { 'if-match': '"3"' })).status).toBe(422);
    expect(await auditOf(api, project.id)).toEqual(['project.create', 'project.update', 'project.update']);
  });

  test('the list of parties is replaced, and starts the project once work and benefit are shared', async () => {
    const project = await create();
    const url = `/v1/projects/${project.id}`;
    const early = await world.enterprise.post(`${url}/activate`);
    expect([early.status, early.body.state]).toEqual([409, 'forming']);
    const uneven = [{ ...statedParties()[0], workShare: 50 }, statedParties()[1]];
    expect((await world.enterprise.put(`${url}/parties`, { parties: uneven })).status).toBe(422);
    expect((await world.strangerEnterprise.put(`${url}/parties`, { parties: [] })).status).toBe(404);
    const stated = await researcher.put(`${url}/parties`, { parties: statedParties() });
    expect(stated.body.parties.map((party: Body) => [party.role, party.workShare, party.benefitShare])).toEqual([
      ['lead', 40, 60],
      ['partner', 60, 40],
    ]);
    expect((await researcher.post(`${url}/activate`)).status).toBe(403);
    expect((await world.strangerEnterprise.post(`${url}/activate`)).status).toBe(404);
    expect((await world.enterprise.post(`${url}/activate`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    const active = await world.enterprise.post(`${url}/activate`, undefined, { 'if-match': '"2"' });
    expect([active.status, active.body.status, active.body.version]).toEqual([200, 'active', 3]);
    expect((await researcher.get(url)).body.parties[1].role).toBe('partner');
    expect(await messagesAbout(api, project.id)).toEqual(['project.created', 'project.activated']);
    expect(await auditOf(api, project.id)).toEqual(['project.create', 'project.put_parties', 'project.activate']);
  });

  test('an active project is not formed again', async () => {
    const project = await activate();
    const url = `/v1/projects/${project.id}`;
    const before = await countWrites(api);
    const headers = { 'if-match': `"${project.version}"` };
    for (const answer of [
      await world.enterprise.patch(url, { budgetCny: 1 }, headers),
      await world.enterprise.put(`${url}/parties`, { parties: statedParties() }),
      await world.enterprise.post(`${url}/activate`),
    ]) {
      expect([answer.status, answer.body.state]).toEqual([409, 'active']);
    }
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('milestones', () => {
  test('are submitted by the partner, given back and accepted by lead or broker, and paid by the lead', async () => {
    const project = await activate();
    const [first] = project.milestones;
    const url = `/v1/projects/${project.id}/milestones/${first.id}`;
    expect((await world.enterprise.post(`${url}/submit`)).status).toBe(403);
    expect((await researcher.post(`${url}/submit`)).body.status).toBe('submitted');
    expect((await researcher.post(`${url}/accept`)).status).toBe(403);
    const back = await world.demandBroker.post(`${url}/rework`, { reason: '第三批未达标' });
    expect([back.body.status, back.body.reworkReason]).toEqual(['rework', '第三批未达标']);
    expect((await researcher.post(`${url}/submit`)).body.status).toBe('submitted');
    const accepted = await world.enterprise.post(`${url}/accept`);
    expect([accepted.body.status, accepted.body.reworkReason, accepted.body.version]).toEqual(['accepted', null, 5]);
    expect((await world.demandBroker.post(`${url}/pay`)).status).toBe(403);
    expect((await world.enterprise.post(`${url}/pay`)).body.status).toBe('paid');
    expect(await messagesAbout(api, first.id)).toEqual([
      'milestone.submitted',
      'milestone.rework',
      'milestone.submitted',
      'milestone.accepted',
    ]);
    expect(await auditOf(api, first.id)).toEqual(
      ['submit', 'rework', 'submit', 'accept', 'pay'].map((step) => `milestone.${step}`),
    );
    const seen = (await researcher.get(`/v1/projects/${project.id}`)).body;
    expect(seen.version).toBe(project.version + 5);
    expect(seen.milestones[0].status).toBe('paid');
  });

  test('are not paid before they are accepted', async () => {
    const project = await activate();
    const url = `/v1/projects/${project.id}/milestones/${project.milestones[0].id}`;
    const before = await countWrites(api);
    const planned = await world.enterprise.post(`${url}/pay`);
    expect([planned.status, planned.body.state]).toEqual([409, 'planned']);
    expect(await countWrites(api)).toEqual(before);
    await researcher.post(`${url}/submit`);
    const submitted = await world.enterprise.post(`${url}/pay`);
    expect([submitted.status, submitted.body.state]).toEqual([409, 'submitted']);
  });

  test('wait for the project, are no business of strangers, and belong to one project', async () => {
    const forming = await create();
    const url = `/v1/projects/${forming.id}/milestones/${forming.milestones[0].id}`;
    const early = await researcher.post(`${url}/submit`);
    expect([early.status, early.body.state]).toEqual([409, 'forming']);
    for (const step of ['submit', 'accept', 'pay']) {
      expect((await world.strangerUniversity.post(`${url}/${step}`)).status).toBe(404);
      expect((await colleague.post(`${url}/${step}`)).status).toBe(404);
    }
    introductionId = await insertIntroduction(
      api,
      { ...pair(), demand: await publishDemand(world.enterprise, world.demandBroker) },
      { status: 'accepted' },
    );
    const other = await activate();
    const mixed = `/v1/projects/${other.id}/milestones/${forming.milestones[0].id}`;
    expect((await researcher.get(mixed)).status).toBe(404);
    expect((await researcher.post(`${mixed}/submit`)).status).toBe(404);
  });

  test('honour If-Match', async () => {
    const project = await activate();
    const url = `/v1/projects/${project.id}/milestones/${project.milestones[0].id}`;
    expect((await researcher.post(`${url}/submit`, undefined, { 'if-match': '"9"' })).status).toBe(412);
    expect((await researcher.post(`${url}/submit`, undefined, { 'if-match': '"1"' })).headers.etag).toBe('"2"');
  });
});

describe('the end of a project', () => {
  test('it completes once all milestones are accepted, and what is owed is still paid', async () => {
    const project = await activate();
    const url = `/v1/projects/${project.id}`;
    const early = await world.enterprise.post(`${url}/complete`);
    expect([early.status, early.body.state]).toEqual([409, 'active']);
    for (const milestone of project.milestones) {
      await researcher.post(`${url}/milestones/${milestone.id}/submit`);
      await world.enterprise.post(`${url}/milestones/${milestone.id}/accept`);
    }
    expect((await researcher.post(`${url}/complete`)).status).toBe(403);
    expect((await world.demandBroker.post(`${url}/complete`)).body.status).toBe('completed');
    expect((await world.enterprise.post(`${url}/milestones/${project.milestones[0].id}/pay`)).body.status).toBe('paid');
    const late = await world.enterprise.post(`${url}/terminate`, { reason: '太迟' });
    expect([late.status, late.body.state]).toEqual([409, 'completed']);
    expect((await messagesAbout(api, project.id)).at(-1)).toBe('project.completed');
  });

  test('it is terminated with a reason by the lead or the broker, forming or active', async () => {
    const project = await create();
    const url = `/v1/projects/${project.id}`;
    expect((await world.enterprise.post(`${url}/terminate`, {})).status).toBe(422);
    expect((await researcher.post(`${url}/terminate`, { reason: '不做了' })).status).toBe(403);
    expect((await world.strangerEnterprise.post(`${url}/terminate`, { reason: '不做了' })).status).toBe(404);
    const ended = await world.enterprise.post(`${url}/terminate`, { reason: '资金未到位' });
    expect([ended.status, ended.body.status, ended.body.terminationReason]).toEqual([200, 'terminated', '资金未到位']);
    expect(await messagesAbout(api, project.id)).toEqual(['project.created', 'project.terminated']);
    expect(await auditOf(api, project.id)).toEqual(['project.create', 'project.terminate']);
    expect((await world.enterprise.post(`${url}/complete`)).body.state).toBe('terminated');
  });
});

describe('the sweep of milestones', () => {
  /** The milestones of a project that is active, due so many days from today. */
  async function activeMilestones(...inDays: number[]): Promise<Body[]> {
    const one = { acceptanceCriteria: '合格', dueOn: '2027-03-31', paymentShare: 100 / inDays.length };
    const made = await create(world.demandBroker, {
      milestones: inDays.map((_, at) => ({ ...one, title: `第 ${at + 1} 段` })),
    });
    await world.demandBroker.put(`/v1/projects/${made.id}/parties`, { parties: statedParties() });
    expect((await world.demandBroker.post(`/v1/projects/${made.id}/activate`)).status).toBe(200);
    for (const [at, days] of inDays.entries()) {
      const dueOn = chinaDate(plusDays(api.clock.now(), days));
      await api.deps.pool.query('update project_milestones set due_on = $2 where id = $1', [
        made.milestones[at].id,
        dueOn,
      ]);
    }
    return made.milestones;
  }

  async function sweep(): Promise<Record<'due' | 'overdue', number>[]> {
    const ctx = () => api.deps.ctxFor({ kind: 'system', name: 'remind-of-milestones' });
    return await Promise.all([remindOfMilestones(ctx()), remindOfMilestones(ctx())]);
  }

  const told = (all: Body[]) => Promise.all(all.map(({ id }) => messagesAbout(api, id)));

  test('tells once three days before a milestone is due and once when it is overdue, however many sweep', async () => {
    const all = await activeMilestones(0, 3, 4, 20);
    const url = `/v1/projects/${all[0].projectId}`;
    const etag = (await world.demandBroker.get(url)).headers.etag;
    await sweep();
    expect(await told(all)).toEqual([['milestone.due'], ['milestone.due'], [], []]);
    await sweep();
    expect(await told(all)).toEqual([['milestone.due'], ['milestone.due'], [], []]);
    api.clock.advance({ days: 1 });
    await sweep();
    await sweep();
    expect(await told(all)).toEqual([['milestone.due', 'milestone.overdue'], ['milestone.due'], ['milestone.due'], []]);
    expect((await world.demandBroker.get(url)).headers.etag).toBe(etag);
  });

  test('tells nothing of what was submitted, and of what it finds overdue only that', async () => {
    const all = await activeMilestones(0, -9);
    const submitted = await researcher.post(`/v1/projects/${all[0].projectId}/milestones/${all[0].id}/submit`);
    expect(submitted.status).toBe(200);
    await sweep();
    expect(await told(all)).toEqual([['milestone.submitted'], ['milestone.overdue']]);
  });

  test('tells nothing of a project that is over', async () => {
    const all = await activeMilestones(0, -9);
    const ended = await world.demandBroker.post(`/v1/projects/${all[0].projectId}/terminate`, { reason: '停止' });
    expect(ended.status).toBe(200);
    await sweep();
    expect(await told(all)).toEqual([[], []]);
  });
});
