import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireDemands } from '../../src/demands/service.ts';
import { sweepIntroductions } from '../../src/matches/service.ts';
import { addMember, type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, type Suggested, startMatching, suggestMatch } from '../setup/matching.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let matching: Matching;
let researcher: Person;
/** Accepted by both before any test moves the clock. */
let negotiated: Suggested & { introduction: Body };

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  matching = startMatching(api);
  researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  negotiated = await opened();
  for (const party of [world.enterprise, world.university])
    await party.post(answerPath(negotiated.introduction, 'accept'));
});
afterAll(async () => {
  await matching.stop();
  await api.close();
});

const message = '双方技术路线一致，建议下周线上交流。';
const secret = { demand: '需求方机密：配方编号甲', result: '成果方机密：壁材配比乙' };

async function suggested(anonymous = false): Promise<Suggested> {
  return await suggestMatch(world, matching, {
    demand: { confidentiality: { anonymous, detail: secret.demand } },
    result: { confidentiality: { detail: secret.result } },
  });
}

async function opened(anonymous = false): Promise<Suggested & { introduction: Body }> {
  const story = await suggested(anonymous);
  const answer = await world.demandBroker.post(`/v1/matches/${story.match.id}/introductions`, { message });
  expect(answer.status).toBe(201);
  return { ...story, introduction: answer.body };
}

/** A session ends before an introduction does. */
async function signedInAgain(person: Person) {
  return await api.signIn(person.session.user.email, 'a long enough password');
}

function answerPath(introduction: Body, step: 'accept' | 'decline' | 'open'): string {
  return `/v1/introductions/${introduction.id}/${step}`;
}

async function matchStatus(story: Suggested): Promise<string> {
  return (await world.demandBroker.get(`/v1/matches/${story.match.id}`)).body.status;
}

describe('opening an introduction', () => {
  it('is done by the broker of the demand: due after five working days, the match introduced', async () => {
    const story = await suggested();
    await world.demandBroker.post(`/v1/matches/${story.match.id}/shortlist`);
    const answer = await world.demandBroker.post(`/v1/matches/${story.match.id}/introductions`, { message });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      status: 'open',
      matchId: story.match.id,
      dueAt: '2026-11-30T16:00:00.000Z',
      demand: { id: story.demand.id, code: story.demand.code, title: story.demand.title },
      result: { id: story.result.id, code: story.result.code, title: story.result.title },
      parties: [
        { side: 'demand', organizationId: world.enterprise.organizationId, answer: null },
        { side: 'result', organizationId: world.university.organizationId, answer: null },
      ],
      message,
    });
    expect(await matchStatus(story)).toBe('introduced');
    expect(await messagesAbout(api, answer.body.id)).toEqual(['introduction.opened']);
    expect(await auditOf(api, answer.body.id)).toEqual(['introduction.open']);
    const again = await world.demandBroker.post(`/v1/matches/${story.match.id}/introductions`, { message });
    expect(again.status).toBe(409);
    expect(again.body.state).toBe('introduced');
  });

  it('is refused to the other market, to strangers and without a sign-in, and writes nothing then', async () => {
    const story = await suggested();
    const before = await countWrites(api);
    const path = `/v1/matches/${story.match.id}/introductions`;
    expect((await world.resultBroker.post(path, { message })).status).toBe(403);
    expect((await world.strangerEnterprise.post(path, { message })).status).toBe(404);
    expect((await world.strangerUniversity.post(path, { message })).status).toBe(404);
    expect((await researcher.post(path, { message })).status).toBe(404);
    expect((await api.anonymous.post(path, { message })).status).toBe(401);
    expect((await world.demandBroker.post(path, { message, nonsense: 1 })).status).toBe(422);
    expect(await countWrites(api)).toEqual(before);
  });

  it('is refused once a record is no longer public', async () => {
    const story = await suggested();
    await world.university.post(`/v1/results/${story.result.id}/withdraw`);
    const answer = await world.demandBroker.post(`/v1/matches/${story.match.id}/introductions`, { message });
    expect(answer.status).toBe(409);
    expect(answer.body.state).toBe('withdrawn');
  });

  it('happens once when two brokers do it at the same moment', async () => {
    const story = await suggested();
    const path = `/v1/matches/${story.match.id}/introductions`;
    const answers = await Promise.all([
      world.demandBroker.post(path, { message }),
      world.demandDirector.post(path, { message }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
  });
});

describe('asking for an introduction', () => {
  it('is open to either party, and is between it and the broker until he opens it', async () => {
    const story = await suggested();
    const asked = await world.university.post(`/v1/matches/${story.match.id}/introductions`, {
      message: '我们有中试线',
    });
    expect(asked.status).toBe(201);
    expect(asked.body).toMatchObject({ status: 'requested', requestedBySide: 'result', openedAt: null });
    expect(await messagesAbout(api, asked.body.id)).toEqual(['introduction.requested']);
    expect(await matchStatus(story)).toBe('suggested');
    const path = `/v1/introductions/${asked.body.id}`;
    expect((await world.demandBroker.get(path)).status).toBe(200);
    expect((await world.enterprise.get(path)).status).toBe(404);
    expect((await world.resultBroker.get(path)).status).toBe(404);
    const listed = async (person: Person) =>
      (await person.get('/v1/introductions?status=requested')).body.items.map((each: Body) => each.id);
    expect(await listed(world.enterprise)).not.toContain(asked.body.id);
    expect(await listed(world.resultBroker)).not.toContain(asked.body.id);
    expect(await listed(world.university)).toContain(asked.body.id);
    expect(await listed(world.demandBroker)).toContain(asked.body.id);

    expect((await world.enterprise.post(`/v1/matches/${story.match.id}/introductions`, {})).status).toBe(409);
    expect((await world.university.post(answerPath(asked.body, 'open'), {})).status).toBe(403);
    expect((await world.resultBroker.post(answerPath(asked.body, 'open'), {})).status).toBe(404);
    expect((await world.university.post(answerPath(asked.body, 'accept'), {})).body.state).toBe('requested');

    const open = await world.demandBroker.post(answerPath(asked.body, 'open'), {});
    expect(open.body).toMatchObject({ status: 'open', message: '我们有中试线', dueAt: '2026-11-30T16:00:00.000Z' });
    expect(await messagesAbout(api, asked.body.id)).toEqual(['introduction.requested', 'introduction.opened']);
    expect(await auditOf(api, asked.body.id)).toEqual(['introduction.request', 'introduction.open']);
    expect(await matchStatus(story)).toBe('introduced');
    expect((await world.enterprise.get(path)).status).toBe(200);
    expect((await world.demandBroker.post(answerPath(asked.body, 'open'), {})).status).toBe(409);
  });

  it('ends when the broker dismisses the match', async () => {
    const story = await suggested();
    const asked = await world.enterprise.post(`/v1/matches/${story.match.id}/introductions`, {});
    await world.demandBroker.post(`/v1/matches/${story.match.id}/dismiss`, { reason: 'not_relevant' });
    const after = (await world.enterprise.get(`/v1/introductions/${asked.body.id}`)).body;
    expect(after.status).toBe('declined');
    expect(await messagesAbout(api, asked.body.id)).toEqual(['introduction.requested', 'introduction.declined']);
    expect((await world.university.get(`/v1/introductions/${asked.body.id}`)).status).toBe(404);
  });

  it('keeps runs from superseding the match meanwhile', async () => {
    const story = await suggested();
    await world.enterprise.post(`/v1/matches/${story.match.id}/introductions`, {});
    await world.enterprise.post(`/v1/demands/${story.demand.id}/withdraw`);
    await matching.refresh('demand', story.demand.id);
    expect(await matchStatus(story)).toBe('suggested');
  });
});

describe('answering', () => {
  it('by both lets each in to the other, and nobody else', async () => {
    const story = await opened(true);
    const path = `/v1/introductions/${story.introduction.id}`;
    const beforeAnswers = (await world.university.get(path)).body;
    expect(beforeAnswers.parties[0]).toEqual({
      side: 'demand',
      organizationId: null,
      name: null,
      answer: null,
      answeredAt: null,
    });
    expect((await world.resultBroker.get(path)).body.parties[0]).toMatchObject({ organizationId: null, name: null });
    expect((await world.demandBroker.get(path)).body.parties[0].organizationId).toBe(world.enterprise.organizationId);

    const first = await world.enterprise.post(`${path}/accept`, { comment: '希望先看中试数据' });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      status: 'open',
      parties: [{ answer: 'accept', comment: '希望先看中试数据' }, { answer: null }],
    });
    expect(first.body).not.toHaveProperty('counterparty');
    expect(await messagesAbout(api, story.introduction.id)).toEqual(['introduction.opened', 'introduction.answered']);
    expect(JSON.stringify((await world.university.get(path)).body)).not.toContain('希望先看中试数据');

    const second = await world.university.post(`${path}/accept`, {});
    expect(second.body).toMatchObject({
      status: 'accepted',
      counterparty: {
        organization: { id: world.enterprise.organizationId, name: '利通区某枸杞乳业公司' },
        detail: secret.demand,
        record: { id: story.demand.id },
      },
    });
    expect(second.body.parties[0].organizationId).toBe(world.enterprise.organizationId);
    const other = (await world.enterprise.get(path)).body;
    expect(other.counterparty).toMatchObject({
      organization: { id: world.university.organizationId, contact: { name: '岳麓某大学联系人' } },
      detail: secret.result,
      record: { id: story.result.id },
    });
    expect(other.counterparty.record.price).toHaveProperty('negotiable');

    expect(await messagesAbout(api, story.introduction.id)).toEqual([
      'introduction.opened',
      'introduction.answered',
      'introduction.accepted',
    ]);
    expect(await messagesAbout(api, story.demand.id)).toContain('demand.in_negotiation');
    expect(await auditOf(api, story.introduction.id)).toEqual([
      'introduction.open',
      'introduction.accept',
      'introduction.accept',
    ]);
    expect(await matchStatus(story)).toBe('accepted');
    expect((await world.enterprise.get(`/v1/demands/${story.demand.id}`)).body.status).toBe('in_negotiation');

    for (const person of [world.resultBroker, world.demandBroker]) {
      expect((await person.get(path)).body).not.toHaveProperty('counterparty');
    }
    const outside = JSON.stringify((await world.resultBroker.get(path)).body);
    expect(outside).not.toContain(world.enterprise.organizationId);
    expect(outside).not.toContain('枸杞乳业公司');
    const stranger = await world.strangerUniversity.get(`/v1/demands/${story.demand.id}`);
    expect(JSON.stringify(stranger.body)).not.toContain(secret.demand);
    expect((await world.strangerUniversity.get(path)).status).toBe(404);
    expect((await world.strangerEnterprise.get(path)).status).toBe(404);
    expect((await api.anonymous.get(path)).status).toBe(401);
  });

  it('lets in of a university the member whose result it is and the admins, not a colleague', async () => {
    const story = await opened(true);
    await world.enterprise.post(answerPath(story.introduction, 'accept'), {});
    await world.university.post(answerPath(story.introduction, 'accept'), {});
    const read = async (person: Person) => (await person.get(`/v1/demands/${story.demand.id}`)).body;
    expect(await read(world.university)).toMatchObject({ confidentiality: { detail: secret.demand } });
    const colleague = await read(researcher);
    expect(colleague).not.toHaveProperty('contact');
    expect(colleague.organization).toMatchObject({ id: null, name: null });
    const organization = await researcher.get(`/v1/organizations/${world.enterprise.organizationId}`);
    expect(organization.body).not.toHaveProperty('contact');
  });

  it('by both at the same moment accepts once', async () => {
    const story = await opened();
    const path = answerPath(story.introduction, 'accept');
    const answers = await Promise.all([world.enterprise.post(path, {}), world.university.post(path, {})]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const types = await messagesAbout(api, story.introduction.id);
    expect(types.filter((type) => type === 'introduction.accepted')).toHaveLength(1);
    expect(types.filter((type) => type === 'introduction.answered')).toHaveLength(1);
    const { rows } = await api.deps.pool.query('select 1 from disclosures where introduction_id = $1', [
      story.introduction.id,
    ]);
    expect(rows).toHaveLength(4);
  });

  it('with a decline closes the introduction for both, the reason told to the broker', async () => {
    const story = await opened();
    const path = `/v1/introductions/${story.introduction.id}`;
    const declined = await world.university.post(`${path}/decline`, { reason: 'too_early', comment: '尚无中试数据' });
    expect(declined.body).toMatchObject({
      status: 'declined',
      parties: [{}, { answer: 'decline', reason: 'too_early' }],
    });
    expect((await world.demandBroker.get(path)).body.parties[1]).toMatchObject({
      reason: 'too_early',
      comment: '尚无中试数据',
    });
    const other = (await world.enterprise.get(path)).body;
    expect(other.parties[1]).toMatchObject({ answer: 'decline' });
    expect(other.parties[1]).not.toHaveProperty('reason');
    expect(await matchStatus(story)).toBe('declined');
    expect(await messagesAbout(api, story.introduction.id)).toEqual(['introduction.opened', 'introduction.declined']);
    expect(await auditOf(api, story.introduction.id)).toEqual(['introduction.open', 'introduction.decline']);
    const late = await world.enterprise.post(`${path}/accept`, {});
    expect(late.status).toBe(409);
    expect(late.body.state).toBe('declined');
  });

  it('is once for each side', async () => {
    const story = await opened();
    const path = answerPath(story.introduction, 'accept');
    await world.enterprise.post(path, {});
    const before = await countWrites(api);
    expect((await world.enterprise.post(path, {})).status).toBe(409);
    expect((await world.enterprise.post(answerPath(story.introduction, 'decline'), { reason: 'price' })).status).toBe(
      409,
    );
    expect(await countWrites(api)).toEqual(before);
  });

  it('is for the parties: a broker cannot accept for the university, nor a colleague of the researcher', async () => {
    const story = await opened();
    const before = await countWrites(api);
    const path = answerPath(story.introduction, 'accept');
    for (const person of [world.resultBroker, world.demandBroker, world.provinceDirector]) {
      expect((await person.post(path, {})).status).toBe(403);
    }
    for (const person of [researcher, world.strangerUniversity, world.strangerEnterprise, world.admin]) {
      expect((await person.post(path, {})).status).toBe(404);
    }
    expect((await api.anonymous.post(path, {})).status).toBe(401);
    const reasonless = await world.university.post(answerPath(story.introduction, 'decline'), { reason: 'unknown' });
    expect(reasonless.body.errors[0].pointer).toBe('/reason');
    expect((await world.university.post(path, {}, { 'if-match': '"9"' })).status).toBe(412);
    expect(await countWrites(api)).toEqual(before);
  });

  it('with an accept is refused when the demand was withdrawn meanwhile; a decline is not', async () => {
    const story = await opened();
    await world.enterprise.post(`/v1/demands/${story.demand.id}/withdraw`);
    const accept = await world.university.post(answerPath(story.introduction, 'accept'), {});
    expect(accept.status).toBe(409);
    expect(accept.body.state).toBe('withdrawn');
    expect((await world.university.post(answerPath(story.introduction, 'decline'), { reason: 'other' })).status).toBe(
      200,
    );
  });

  it('needs no body to accept', async () => {
    const story = await opened();
    expect((await world.enterprise.post(answerPath(story.introduction, 'accept'))).status).toBe(200);
  });

  it('repeats its answer under one Idempotency-Key', async () => {
    const story = await opened();
    const headers = { 'idempotency-key': `accept-${story.introduction.id}` };
    const path = answerPath(story.introduction, 'accept');
    const first = await world.enterprise.post(path, {}, headers);
    const again = await world.enterprise.post(path, {}, headers);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
  });
});

describe('an introduction whose demand was withdrawn', () => {
  it('lapses at the next sweep', async () => {
    const story = await opened();
    const enterprise = await signedInAgain(world.enterprise);
    await enterprise.post(`/v1/demands/${story.demand.id}/withdraw`);
    await sweepIntroductions(api.deps.ctxFor({ kind: 'system', name: 'sweep-introductions' }));
    expect((await messagesAbout(api, story.introduction.id)).at(-1)).toBe('introduction.lapsed');
  });
});

describe('a record that is reworked while an introduction to it is remembered', () => {
  it('shows its new title to its owner and broker alone until it is published again', async () => {
    const story = await opened();
    const enterprise = await signedInAgain(world.enterprise);
    const university = await signedInAgain(world.university);
    await university.post(answerPath(story.introduction, 'decline'), { reason: 'too_early' });
    await api.deps.pool.query("update demands set status = 'returned', title = '尚未公布的新题' where id = $1", [
      story.demand.id,
    ]);
    for (const path of [`/v1/matches/${story.match.id}`, `/v1/introductions/${story.introduction.id}`]) {
      expect((await university.get(path)).body.demand).toMatchObject({ id: story.demand.id, title: null });
      expect((await enterprise.get(path)).body.demand.title).toBe('尚未公布的新题');
    }
  });
});

describe('the deadlines', () => {
  it('remind, escalate and lapse, each once, however many sweeps run', async () => {
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'sweep-introductions' });
    await sweepIntroductions(ctx);
    const story = await opened();
    const asked = await suggested();
    const request = await world.university.post(`/v1/matches/${asked.match.id}/introductions`, {});
    const sweeps = () => Promise.all([sweepIntroductions(ctx), sweepIntroductions(ctx), sweepIntroductions(ctx)]);
    const types = () => messagesAbout(api, story.introduction.id);

    await sweeps();
    expect(await types()).toEqual(['introduction.opened']);
    api.clock.advance({ days: 3 });
    await sweeps();
    await sweeps();
    expect(await types()).toEqual(['introduction.opened', 'introduction.reminded']);
    api.clock.advance({ days: 4 });
    await sweeps();
    expect(await types()).toEqual(['introduction.opened', 'introduction.reminded', 'introduction.escalated']);
    const enterprise = await signedInAgain(world.enterprise);
    expect((await enterprise.post(answerPath(story.introduction, 'accept'), {})).status).toBe(200);
    api.clock.advance({ days: 1 });
    await sweeps();
    await sweeps();
    expect((await types()).slice(-2)).toEqual(['introduction.answered', 'introduction.lapsed']);
    expect(await auditOf(api, story.introduction.id)).toContain('introduction.lapse');
    const broker = await signedInAgain(world.demandBroker);
    expect((await broker.get(`/v1/matches/${story.match.id}`)).body.status).toBe('lapsed');
    const university = await signedInAgain(world.university);
    expect((await university.post(answerPath(story.introduction, 'accept'), {})).body.state).toBe('lapsed');

    expect(await messagesAbout(api, request.body.id)).toEqual(['introduction.requested', 'introduction.lapsed']);
    expect((await broker.get(`/v1/matches/${asked.match.id}`)).body.status).toBe('suggested');
  });
});

describe('an introduction that was ended', () => {
  const reason = '企业负责人出差，电话确认仍有意向';
  const again = async (person: Person): Promise<Person> => ({ ...person, ...(await signedInAgain(person)) });
  const worldAgain = async (): Promise<World> => ({
    ...world,
    enterprise: await again(world.enterprise),
    university: await again(world.university),
    demandBroker: await again(world.demandBroker),
    resultBroker: await again(world.resultBroker),
  });

  it('lapses after it was escalated, is reopened with new times, and is accepted by both', async () => {
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'sweep-introductions' });
    let people = await worldAgain();
    const story = await suggestMatch(people, matching);
    const opening = await people.demandBroker.post(`/v1/matches/${story.match.id}/introductions`, { message });
    const path = `/v1/introductions/${opening.body.id}`;
    expect((await people.enterprise.post(`${path}/accept`, { comment: '盼复' })).status).toBe(200);
    for (let day = 0; day < 10; day += 1) {
      api.clock.advance({ days: 1 });
      await sweepIntroductions(ctx);
    }
    const until = ['introduction.opened', 'introduction.answered', 'introduction.reminded', 'introduction.escalated'];
    expect(await messagesAbout(api, opening.body.id)).toEqual([...until, 'introduction.lapsed']);

    people = await worldAgain();
    const lapsed = (await people.demandBroker.get(path)).body;
    expect(lapsed).toMatchObject({ status: 'lapsed', round: 1, rounds: [] });
    const stale = await people.demandBroker.post(`${path}/reopen`, { reason }, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    const reopened = await people.demandBroker.post(`${path}/reopen`, { reason });
    expect(reopened.status).toBe(200);
    expect(reopened.body).toMatchObject({
      status: 'open',
      round: 2,
      closedAt: null,
      message,
      assignedToUserId: world.demandBroker.userId,
      parties: [{ answer: null }, { answer: null }],
      rounds: [
        {
          round: 1,
          outcome: 'lapsed',
          openedAt: opening.body.openedAt,
          dueAt: opening.body.dueAt,
          reopenReason: reason,
          answers: [{ side: 'demand', answer: 'accept', comment: '盼复' }],
        },
      ],
    });
    expect(Date.parse(reopened.body.dueAt)).toBeGreaterThan(api.clock.now().getTime());
    expect((await people.demandBroker.get(`/v1/matches/${story.match.id}`)).body.status).toBe('introduced');
    const fromAside = (await people.resultBroker.get(path)).body;
    expect(fromAside.rounds[0].answers[0]).not.toHaveProperty('comment');
    expect(fromAside).not.toHaveProperty('assignedToUserId');
    const asParty = (await people.university.get(path)).body;
    expect(asParty).toMatchObject({ round: 2, status: 'open' });
    expect(asParty).not.toHaveProperty('rounds');
    expect(JSON.stringify(asParty)).not.toContain(reason);

    await sweepIntroductions(ctx);
    for (const party of [people.university, people.enterprise])
      expect((await party.post(`${path}/accept`, {})).status).toBe(200);
    expect((await people.demandBroker.get(path)).body).toMatchObject({ status: 'accepted', rounds: [{ round: 1 }] });
    expect((await messagesAbout(api, opening.body.id)).slice(-3)).toEqual([
      'introduction.reopened',
      'introduction.answered',
      'introduction.accepted',
    ]);
    expect((await people.demandBroker.post(`${path}/reopen`, { reason })).body.state).toBe('accepted');
    const { rows } = await api.deps.pool.query(
      'select action from match_observations where introduction_id = $1 order by id',
      [opening.body.id],
    );
    expect(rows.map((row) => row.action)).toEqual([
      'introduced',
      'accepted',
      'lapsed',
      'reopened',
      'accepted',
      'accepted',
    ]);

    // Every answer came at the moment it was asked for; those about anonymous demands are not counted.
    const times = (await people.demandBroker.get(`/v1/organizations/${world.enterprise.organizationId}/answer-times`))
      .body;
    const { rows: hand } = await api.deps.pool.query(
      `select count(*)::int as answered from introduction_answers a join introductions i on i.id = a.introduction_id
         join demands d on d.id = i.demand_id
       where i.demand_organization_id = $1 and a.side = 'demand' and not d.anonymous`,
      [world.enterprise.organizationId],
    );
    expect(times).toMatchObject({ answered: hand[0].answered, medianHours: 0 });
  });
});

describe('a demand in negotiation', () => {
  it('expires like every other when its owner keeps silent', async () => {
    const story = negotiated;
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'expire-demands' });
    api.clock.advance({ days: 360 });
    await expireDemands(ctx);
    api.clock.advance({ days: 10 });
    await expireDemands(ctx);
    expect((await messagesAbout(api, story.demand.id)).slice(-2)).toEqual(['demand.expiring', 'demand.expired']);
  });
});
