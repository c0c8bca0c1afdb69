import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseWork } from '../../workers/handlers/release-work.ts';
import {
  addMember,
  type Body,
  type Caller,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { draftContract, makeContractProject } from '../setup/contracts.ts';
import { insertMatch } from '../setup/introductions.ts';
import { auditOf, countWrites } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let colleague: Person;
let demand: Body;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  colleague = await addMember(api, world.demandDirector, world.demandMarket.id, 'broker');
  demand = await publishDemand(world.enterprise, world.demandBroker);
});
afterAll(() => api?.close());

async function again(person: Person): Promise<Person> {
  return { ...person, ...(await api.signIn(person.session.user.email, 'a long enough password')) };
}

async function section(reader: Caller, category: string, query = ''): Promise<Body> {
  const desk = (await reader.get(`/v1/desk${query}`)).body;
  return [...desk.waiting, ...desk.late].find((each: Body) => each.category === category);
}

async function submitted(title: string): Promise<Body> {
  const made = await world.enterprise.post('/v1/demands', { ...demandInput, title });
  return (await world.enterprise.post(`/v1/demands/${made.body.id}/submit`)).body;
}

async function newMatch(): Promise<string> {
  return await insertMatch(api, demand, await publishResult(world.university, world.resultBroker));
}

describe('what waits', () => {
  it('is empty in a market where nothing happens', async () => {
    const desk = (await world.resultBroker.get('/v1/desk')).body;
    expect(desk).toMatchObject({ scope: 'mine', warnings: [] });
    expect(desk).not.toHaveProperty('load');
    expect(desk.waiting.map((each: Body) => [each.category, each.count])).toEqual([
      ['demands-in-review', 0],
      ['results-in-review', 0],
      ['suggested-matches', 0],
      ['requested-introductions', 0],
    ]);
  });

  it('are submitted records and proposed changes, the oldest first, by pages', async () => {
    const titles = ['一', '二', '三', '四', '五', '六'].map((each) => `待审需求${each}`);
    for (const title of titles) await submitted(title);
    await world.enterprise.post('/v1/demands', { ...demandInput, title: '仍是草稿' });
    const changed = await world.enterprise.patch(
      `/v1/demands/${demand.id}`,
      { title: '修改后的题目' },
      { 'if-match': '*' },
    );
    expect(changed.status).toBe(200);
    const waiting = await section(world.demandBroker, 'demands-in-review');
    expect(waiting).toMatchObject({ count: 7, more: false, href: '/v1/desk/demands-in-review?scope=mine' });
    expect(waiting.items).toHaveLength(5);
    const paged: string[] = [];
    for (let url: string | null = `${waiting.href}&limit=3`; url !== null; ) {
      const page: Body = (await world.demandBroker.get(url)).body;
      paged.push(...page.items.map((item: Body) => item.names[0].title));
      url = page.nextCursor === null ? null : `${waiting.href}&limit=3&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual([demand.title, ...titles]);
    expect(await section(world.resultBroker, 'demands-in-review')).toMatchObject({ count: 0 });
    expect(await section(world.provinceDirector, 'demands-in-review')).toMatchObject({ count: 7 });
    expect((await world.demandBroker.get('/v1/desk/suggested-matches?cursor=eHw')).status).toBe(422);
    expect((await world.demandBroker.get('/v1/desk/elsewhere')).status).toBe(422);
    expect(waiting.items[1]).toMatchObject({
      type: 'demand',
      href: `/v1/demands/${waiting.items[1].id}`,
      assignedTo: null,
    });
    expect((await world.demandBroker.get(waiting.items[1].href)).body.status).toBe('submitted');
  });

  it('are good suggestions until somebody handles them, and introductions that a party asked for', async () => {
    const [kept, asked, low] = [await newMatch(), await newMatch(), await newMatch()];
    await api.deps.pool.query('update matches set score = 41 where id = $1', [low]);
    const ids = async (query = '') =>
      (await section(world.demandBroker, 'suggested-matches', query)).items.map((item: Body) => item.id);
    expect((await ids()).sort()).toEqual([kept, asked].sort());
    expect(await ids('?minScore=40')).toContain(low);
    const request = (await world.university.post(`/v1/matches/${asked}/introductions`, {})).body;
    await world.demandBroker.post(`/v1/matches/${kept}/shortlist`);
    expect(await ids()).toEqual([]);
    const requested = await section(world.demandBroker, 'requested-introductions');
    expect(requested).toMatchObject({
      count: 1,
      items: [
        {
          id: request.id,
          dueAt: request.dueAt,
          assignedTo: null,
          names: [{ code: demand.code, title: demand.title }, { title: resultInput.title }],
        },
      ],
    });
    expect(await section(world.resultBroker, 'requested-introductions')).toMatchObject({ count: 0 });
    await world.demandBroker.post(`/v1/introductions/${request.id}/open`, {});
    expect(await section(world.demandBroker, 'requested-introductions')).toMatchObject({ count: 0 });
  });
});

describe('who has what in hand', () => {
  it('is taken by a broker, said by a director, and seen by colleagues who look at all', async () => {
    const record = await submitted('由谁审核');
    const url = `/v1/demands/${record.id}/assign`;
    const { userId } = world.demandBroker;
    const before = await countWrites(api);
    expect((await world.demandBroker.post(url, { userId: colleague.userId })).status).toBe(403);
    for (const outsider of [world.resultBroker, world.enterprise, world.university]) {
      const answer = await world.demandDirector.post(url, { userId: outsider.userId });
      expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([422, '/userId']);
    }
    expect(await countWrites(api)).toEqual(before);
    expect((await world.demandBroker.post(url, { userId })).body).toEqual({ id: record.id, assignedToUserId: userId });
    expect((await world.enterprise.get(`/v1/demands/${record.id}`)).body.version).toBe(record.version);
    const has = async (reader: Caller, query = '') =>
      (await reader.get(`/v1/desk/demands-in-review?limit=100${query}`)).body.items.find(
        (item: Body) => item.id === record.id,
      )?.assignedTo;
    expect(await has(world.demandBroker)).toMatchObject({ userId, name: 'broker' });
    expect(await has(colleague)).toBeUndefined();
    expect(await has(colleague, '&scope=all')).toMatchObject({ userId });
    expect((await world.demandBroker.post(url, { userId: colleague.userId })).status).toBe(200);
    expect((await world.demandDirector.post(url, { userId: world.provinceDirector.userId })).status).toBe(200);
    expect((await world.demandDirector.post(url, { userId: null })).status).toBe(200);
    await world.demandBroker.post(`/v1/demands/${record.id}/publish`);
    expect((await world.demandBroker.post(url, { userId })).body.state).toBe('published');
    expect((await auditOf(api, record.id)).filter((action) => action === 'demand.assign')).toHaveLength(4);
  });

  it('is what its broker opened; the load counts it; all of a broker who has left waits for anybody again', async () => {
    const leaver = await addMember(api, world.demandDirector, world.demandMarket.id, 'broker');
    const opened = await leaver.post(`/v1/matches/${await newMatch()}/introductions`, {});
    expect(opened.body.assignedToUserId).toBe(leaver.userId);
    const record = await submitted('离岗前在审');
    await leaver.post(`/v1/demands/${record.id}/assign`, { userId: leaver.userId });
    const loadOf = async (userId: string | null) =>
      (await world.demandDirector.get('/v1/desk')).body.load.find((each: Body) => each.userId === userId);
    expect(await loadOf(leaver.userId)).toEqual({
      userId: leaver.userId,
      name: 'broker',
      demands: 1,
      results: 0,
      introductions: 1,
      lateIntroductions: 0,
    });
    const unassigned = await loadOf(null);
    const gone = await world.demandDirector.delete(
      `/v1/organizations/${world.demandMarket.id}/members/${leaver.userId}`,
    );
    expect(gone.status).toBe(204);
    const { rows } = await api.deps.pool.query(
      `select m.*, m.xid::text as xid, d.id as "deliveryId" from messages m join deliveries d on d.message_id = m.id
       where m.type = 'member.removed' and m.subject_id = $1 and d.handler = 'release-work'`,
      [leaver.userId],
    );
    expect(rows).toHaveLength(1);
    await releaseWork(api.deps.ctxFor({ kind: 'system', name: 'release-work' }), {
      message: { ...rows[0], subjectId: leaver.userId },
    } as unknown as Parameters<typeof releaseWork>[1]);
    expect(await loadOf(leaver.userId)).toBeUndefined();
    expect(await loadOf(null)).toMatchObject({
      demands: unassigned.demands + 1,
      introductions: unassigned.introductions + 1,
    });
    expect((await auditOf(api, opened.body.id)).at(-1)).toBe('introduction.release');
    expect((await world.demandDirector.post(`/v1/demands/${record.id}/assign`, { userId: leaver.userId })).status).toBe(
      422,
    );
  });
});

describe('reopening', () => {
  it('comes to an end, and waits for another introduction of the same match to end', async () => {
    const match = await newMatch();
    const { id } = (await world.demandBroker.post(`/v1/matches/${match}/introductions`, {})).body;
    const step = (person: Person, verb: string, body: object) => person.post(`/v1/introductions/${id}/${verb}`, body);
    for (const round of [2, 3]) {
      await step(world.university, 'decline', { reason: 'too_early' });
      const answer = await step(world.demandBroker, 'reopen', { reason: '又有进展', message: `第 ${round} 次` });
      expect(answer.body).toMatchObject({ round, message: `第 ${round} 次` });
      expect(answer.body.rounds).toHaveLength(round - 1);
    }
    await step(world.university, 'decline', { reason: 'price' });
    const refused = await step(world.demandBroker, 'reopen', { reason: '又有进展' });
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
    const times = (await world.resultBroker.get(`/v1/organizations/${world.university.organizationId}/answer-times`))
      .body;
    expect(times).toMatchObject({ asked: 3, answered: 3, medianHours: 0 });

    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    await api.deps.pool.query('update introductions set round = 1 where id = $1', [id]);
    const withdrawn = await step(world.demandBroker, 'reopen', { reason: '又有进展' });
    expect([withdrawn.status, withdrawn.body.state]).toEqual([409, 'withdrawn']);
  });
});

describe('what is late', () => {
  it('are introductions past their reminder, overdue milestones and contracts left lying', async () => {
    demand = await publishDemand(world.enterprise, world.demandBroker);
    const opened = await world.demandBroker.post(`/v1/matches/${await newMatch()}/introductions`, {});
    const { project } = await makeContractProject(api, world, { university: world.university });
    const contract = await draftContract(world, project);
    expect((await world.enterprise.post(`/v1/contracts/${contract.id}/submit`)).status).toBe(200);
    await api.deps.pool.query("update projects set status = 'active' where id = $1", [project.id]);
    await api.deps.pool.query("update project_milestones set due_on = '2026-11-25' where project_id = $1", [
      project.id,
    ]);
    const late = async (days: number) => {
      api.clock.advance({ days });
      const desk = (await (await again(world.demandBroker)).get('/v1/desk?scope=all')).body;
      return desk.late.map((each: Body) => [
        each.category,
        each.items.some((item: Body) => item.id === contract.id),
        each.count > 0,
      ]);
    };
    const milestones = (count: boolean) => ['overdue-milestones', false, count];
    const introductions = (count: boolean) => ['late-introductions', false, count];
    // From Monday on: the reminder goes out on Thursday, the milestone is due on Wednesday, five working days end next Monday.
    expect(await late(0)).toEqual([introductions(false), milestones(false), ['late-contracts', false, false]]);
    expect(await late(3)).toEqual([introductions(true), milestones(true), ['late-contracts', false, false]]);
    expect(await late(4)).toEqual([introductions(true), milestones(true), ['late-contracts', false, false]]);
    expect(await late(1)).toEqual([introductions(true), milestones(true), ['late-contracts', true, true]]);
    const broker = await again(world.demandBroker);
    const introductionsLate = await broker.get('/v1/desk/late-introductions?scope=all&limit=1');
    expect(introductionsLate.body.items[0]).toMatchObject({ type: 'introduction', escalated: false });
    for (const category of ['overdue-milestones', 'late-contracts', 'late-introductions', 'suggested-matches']) {
      const first = (await broker.get(`/v1/desk/${category}?scope=all&limit=1`)).body;
      const next =
        first.nextCursor === null
          ? null
          : await broker.get(`/v1/desk/${category}?scope=all&cursor=${first.nextCursor}`);
      expect([category, next?.status ?? 200]).toEqual([category, 200]);
      expect(next?.body.items.some((item: Body) => item.id === first.items[0].id) ?? false).toBe(false);
    }
    expect(opened.status).toBe(201);
  });

  it('is the calendar of holidays itself, once it ends within the month', async () => {
    api.clock.advance({ days: 3_660 });
    const warned = (await (await again(world.demandBroker)).get('/v1/desk')).body.warnings;
    expect(warned).toMatchObject([{ code: 'HOLIDAYS_UNKNOWN' }]);
    expect(warned[0].zh).toContain('2036');
  });
});
