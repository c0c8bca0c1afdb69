import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepIntroductions } from '../../src/matches/service.ts';
import { addMember, type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, startMatching, suggestMatch } from '../setup/matching.ts';
import { answersTo, listOf, observationsOf, placesOf, suggestCrowd } from '../setup/observations.ts';
import { auditOf } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let matching: Matching;
let owner: pg.Client;
let colleague: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  matching = startMatching(api);
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});
afterAll(async () => {
  await owner.end();
  await matching.stop();
  await api.close();
});

const sweep = () => sweepIntroductions(api.deps.ctxFor({ kind: 'system', name: 'sweep-introductions' }));

async function introduce(match: Body): Promise<Body> {
  const answer = await world.demandBroker.post(`/v1/matches/${match.id}/introductions`, { message: '请见面' });
  expect(answer.status).toBe(201);
  return answer.body;
}

/** What a match was scored with, as its view shows it and an observation keeps it. */
function scoredLike(match: Body) {
  return {
    demandId: match.demand.id,
    resultId: match.result.id,
    score: match.score,
    modelVersion: match.modelVersion,
    contributions: match.contributions,
    gates: match.gates.map(({ gate, passed }: Body) => ({ gate, passed })),
    marketId: world.demandMarket.id,
  };
}

describe('a suggestion', () => {
  it('is observed once with features, score and its place in both lists when the run made it', async () => {
    const { demands, results } = await suggestCrowd(world, matching);
    await matching.refresh('demand', demands[0].id);
    const last = results.at(-1);
    const matches = await listOf(world.university, `results/${last.id}`);
    expect(matches).toHaveLength(2);
    for (const match of matches) {
      const rows = (await observationsOf(api, match.id)).filter(({ action }) => action === 'suggested');
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        ...scoredLike(match),
        actor: 'system',
        organizationId: null,
        matchStatus: 'suggested',
        demandVersion: 2,
        resultVersion: 2,
        ...(await placesOf(world, match)),
      });
    }
  });

  it('has the places of its time, not of later', async () => {
    const { demands } = await suggestCrowd(world, matching);
    const lengths: (number | null | undefined)[] = [];
    for (const match of await listOf(world.enterprise, `demands/${demands[0].id}`)) {
      const [row] = await observationsOf(api, match.id);
      lengths.push(row?.demandListLength);
    }
    expect(lengths.toSorted()).toEqual([1, 2, 3]);
  });
});

describe('what the broker does', () => {
  it('is observed with the place at which the match stood for both sides, and the reason', async () => {
    const { demands } = await suggestCrowd(world, matching);
    const list = await listOf(world.demandBroker, `demands/${demands[0].id}`);
    expect(list).toHaveLength(3);
    const [, second, third] = list;
    const places = { second: await placesOf(world, second), third: await placesOf(world, third) };
    expect(places.second).toMatchObject({ demandPosition: 2, demandListLength: 3, resultListLength: 2 });

    await world.demandBroker.post(`/v1/matches/${second.id}/shortlist`);
    await world.demandBroker.post(`/v1/matches/${second.id}/dismiss`, { reason: 'wrong_maturity', comment: '太早' });
    await world.provinceDirector.post(`/v1/matches/${third.id}/shortlist`);

    const broker = { actor: 'broker', organizationId: world.demandMarket.id, side: null };
    const [shortlisted, dismissed, ...more] = await answersTo(api, second.id);
    expect(more).toEqual([]);
    expect(shortlisted).toMatchObject({
      ...scoredLike(second),
      ...places.second,
      ...broker,
      action: 'shortlisted',
      reason: null,
      matchStatus: 'shortlisted',
    });
    expect(dismissed).toMatchObject({
      ...scoredLike(second),
      ...places.second,
      ...broker,
      action: 'dismissed',
      reason: 'wrong_maturity',
      matchStatus: 'dismissed',
    });
    expect(await answersTo(api, third.id)).toMatchObject([
      {
        action: 'shortlisted',
        actor: 'broker',
        organizationId: world.province.id,
        demandPosition: 2,
        demandListLength: 2,
      },
    ]);
  });

  it('keeps the features that it was done on when a newer run overwrites those of the match', async () => {
    const { result, match } = await suggestMatch(world, matching);
    await world.demandBroker.post(`/v1/matches/${match.id}/dismiss`, { reason: 'other' });
    const { headers } = await world.university.get(`/v1/results/${result.id}`);
    const changes = { keywords: ['改写之后', '另一主题'], summary: `${result.summary}（改写）` };
    await world.university.patch(`/v1/results/${result.id}`, changes, { 'if-match': String(headers.etag) });
    await world.resultBroker.post(`/v1/results/${result.id}/publish`);
    await matching.refresh('result', result.id);
    const now = (await world.demandBroker.get(`/v1/matches/${match.id}`)).body;
    expect(now.status).toBe('suggested');
    expect(now.contributions).not.toEqual(match.contributions);
    const rows = (await observationsOf(api, match.id)).filter(({ action }) => !['shown', 'viewed'].includes(action));
    expect(rows.map(({ action }) => action)).toEqual(['suggested', 'dismissed', 'suggested']);
    expect(rows[1]).toMatchObject({ ...scoredLike(match), resultVersion: 2 });
    expect(rows[2]).toMatchObject({ ...scoredLike(now), resultVersion: 3 });
  });
});

describe('an introduction', () => {
  it('is observed from the request over both answers to the project and its end', async () => {
    const { match } = await suggestMatch(world, matching);
    const asked = await world.university.post(`/v1/matches/${match.id}/introductions`, { message: '我们有中试线' });
    const path = `/v1/introductions/${asked.body.id}`;
    await world.demandBroker.post(`${path}/open`, {});
    await world.enterprise.post(`${path}/accept`, { comment: '希望先看中试数据' });
    await world.university.post(`${path}/accept`, {});
    const project = await world.demandBroker.post('/v1/projects', {
      introductionId: asked.body.id,
      title: '联合开发',
      budgetCny: 800_000,
      fundingMode: 'lump_sum',
      milestones: [{ title: '小试', dueOn: '2027-03-31', acceptanceCriteria: '合格', paymentShare: 100 }],
    });
    expect(project.status).toBe(201);
    const parties = [
      { organizationId: world.enterprise.organizationId, role: 'lead', workShare: 40, benefitShare: 60 },
      { organizationId: world.university.organizationId, role: 'partner', workShare: 60, benefitShare: 40 },
    ];
    const projectPath = `/v1/projects/${project.body.id}`;
    await world.enterprise.put(`${projectPath}/parties`, { parties });
    expect((await world.enterprise.post(`${projectPath}/activate`)).status).toBe(200);
    const ended = await world.demandBroker.post(`${projectPath}/terminate`, { reason: '双方协商终止' });
    expect(ended.status).toBe(200);

    const rows = await answersTo(api, match.id);
    const broker = { actor: 'broker', organizationId: world.demandMarket.id };
    const enterprise = { actor: 'demand', organizationId: world.enterprise.organizationId };
    const university = { actor: 'result', organizationId: world.university.organizationId };
    const ofProject = { projectId: project.body.id, matchStatus: 'accepted' };
    expect(rows).toMatchObject([
      { action: 'requested', ...university, side: 'result', matchStatus: 'suggested', projectId: null },
      { action: 'introduced', ...broker, side: 'result', matchStatus: 'introduced' },
      { action: 'accepted', ...enterprise, side: 'demand', matchStatus: 'introduced' },
      { action: 'accepted', ...university, side: 'result', matchStatus: 'accepted' },
      { action: 'project_created', ...broker, ...ofProject },
      { action: 'project_activated', ...enterprise, ...ofProject },
      { action: 'project_terminated', ...broker, ...ofProject, reason: null },
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ ...scoredLike(match), introductionId: asked.body.id, demandPosition: 1 });
    }
    const written = JSON.stringify(rows);
    for (const text of ['中试', '协商', world.enterprise.userId, world.university.userId])
      expect(written).not.toContain(text);
  });

  it('that one side declines is observed with its reason code alone', async () => {
    const { match } = await suggestMatch(world, matching);
    const { id } = await introduce(match);
    await world.university.post(`/v1/introductions/${id}/decline`, { reason: 'too_early', comment: '尚无中试数据' });
    const rows = await answersTo(api, match.id);
    expect(rows).toMatchObject([
      { action: 'introduced', actor: 'broker', side: null },
      { action: 'declined', actor: 'result', side: 'result', reason: 'too_early', matchStatus: 'declined' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('尚无');
  });

  it('that loses its demand is observed as lapsed for that, and the end of the demand once for each match', async () => {
    const { demands } = await suggestCrowd(world, matching);
    const [demand] = demands;
    const list = await listOf(world.enterprise, `demands/${demand.id}`);
    const [first, second, third] = list;
    await introduce(first);
    await world.enterprise.post(`/v1/demands/${demand.id}/close`, { outcome: 'solved_in_house', note: '自己解决' });
    await matching.refresh('demand', demand.id);
    await matching.refresh('demand', demand.id);
    await sweep();
    const closed = {
      action: 'record_closed',
      actor: 'system',
      side: 'demand',
      reason: 'solved_in_house',
      demandListLength: 3,
    };
    expect(await answersTo(api, first.id)).toMatchObject([
      { action: 'introduced' },
      { ...closed, ...scoredLike(first), matchStatus: 'introduced', demandPosition: 1 },
      { action: 'lapsed', reason: 'record_ended', matchStatus: 'lapsed' },
    ]);
    expect(await answersTo(api, second.id)).toMatchObject([{ ...closed, ...scoredLike(second), demandPosition: 2 }]);
    expect(await answersTo(api, third.id)).toMatchObject([{ ...closed, ...scoredLike(third), demandPosition: 3 }]);
    const other = await listOf(world.enterprise, `demands/${demands[1].id}`);
    for (const match of other) expect(await answersTo(api, match.id)).toEqual([]);
  });

  it('or suggestion whose result was withdrawn has that observed, even if the other side notices first', async () => {
    const { demands, results } = await suggestCrowd(world, matching);
    const [result] = results;
    const [first, second] = await listOf(world.university, `results/${result.id}`);
    await world.demandBroker.post(`/v1/matches/${first.id}/dismiss`, { reason: 'other' });
    await world.university.post(`/v1/results/${result.id}/withdraw`);
    for (const demand of demands) await matching.refresh('demand', demand.id);
    expect((await world.demandBroker.get(`/v1/matches/${second.id}`)).body.status).toBe('superseded');
    await matching.refresh('result', result.id);
    expect(await answersTo(api, second.id)).toMatchObject([
      { action: 'record_withdrawn', side: 'result', reason: null, resultPosition: 1 },
    ]);
    expect((await answersTo(api, first.id)).map(({ action }) => action)).toEqual(['dismissed']);
  });
});

describe('what is refused', () => {
  it('is not observed', async () => {
    const { match } = await suggestMatch(world, matching);
    const { id } = await introduce(match);
    const other = (await suggestMatch(world, matching)).match;
    const before = await countObservations();
    const path = `/v1/matches/${other.id}`;
    for (const person of [world.resultBroker, world.enterprise, world.strangerUniversity, api.anonymous]) {
      expect((await person.post(`${path}/shortlist`)).status).toBeGreaterThanOrEqual(401);
      expect((await person.post(`${path}/dismiss`, { reason: 'other' })).status).toBeGreaterThanOrEqual(401);
    }
    expect((await world.demandBroker.post(`${path}/dismiss`, { reason: 'because' })).status).toBe(422);
    expect((await world.demandBroker.post(`${path}/shortlist`, undefined, { 'if-match': '"99"' })).status).toBe(412);
    expect((await colleague.post(`${path}/introductions`, {})).status).toBe(404);
    expect((await world.demandBroker.post(`/v1/introductions/${id}/accept`, {})).status).toBe(403);
    expect((await world.demandBroker.post(`/v1/matches/${match.id}/introductions`, {})).status).toBe(409);
    expect(await countObservations()).toBe(before);
  });

  it('by the table of observations takes the verb along: neither is written', async () => {
    const { match } = await suggestMatch(world, matching);
    await whileNothingIsObserved(async () => {
      expect((await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`)).status).toBe(500);
    });
    expect((await world.demandBroker.get(`/v1/matches/${match.id}`)).body.status).toBe('suggested');
    expect(await auditOf(api, match.id)).toEqual([]);
    expect(await answersTo(api, match.id)).toEqual([]);
  });
});

async function countObservations(): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    "select count(*)::int as count from match_observations where action not in ('shown', 'viewed')",
  );
  return rows[0]?.count ?? -1;
}

async function whileNothingIsObserved(work: () => Promise<void>): Promise<void> {
  await owner.query('alter table match_observations add constraint refuse_all check (false) not valid');
  try {
    await work();
  } finally {
    await owner.query('alter table match_observations drop constraint refuse_all');
  }
}

describe('the table of observations', () => {
  it.each([
    "update match_observations set action = 'shown'",
    'delete from match_observations',
    'truncate match_observations',
  ])('refuses the application: %s', async (statement) => {
    const before = await countObservations();
    await expect(api.deps.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await countObservations()).toBe(before);
  });

  it('holds nothing confidential, no text of a record and no name', async () => {
    const detail = 'Qzobserved机密';
    const { demand, match } = await suggestMatch(world, matching, {
      demand: {
        confidentiality: { anonymous: true, detail },
        contact: { name: 'Qzobserved联系人', phone: '15912349999' },
      },
      result: { confidentiality: { detail } },
    });
    await introduce(match);
    const { rows } = await owner.query<{ row: string }>(
      'select t::text as row from match_observations t where match_id = $1',
      [match.id],
    );
    expect(rows.length).toBeGreaterThan(1);
    const texts = ['Qzobserved', '15912349999', demand.title, demand.keywords[0], '枸杞乳业公司'];
    for (const { row } of rows) for (const text of texts) expect(row).not.toContain(text);
  });
});

describe('a lapsed introduction', () => {
  it('is observed as unanswered or as never opened', async () => {
    const open = await suggestMatch(world, matching);
    const asked = await suggestMatch(world, matching);
    await introduce(open.match);
    await world.enterprise.post(`/v1/matches/${asked.match.id}/introductions`, {});
    api.clock.advance({ days: 8 });
    await sweep();
    expect((await answersTo(api, open.match.id)).at(-1)).toMatchObject({
      action: 'lapsed',
      actor: 'system',
      side: null,
      reason: 'not_answered',
      matchStatus: 'lapsed',
    });
    expect((await answersTo(api, asked.match.id)).at(-1)).toMatchObject({
      action: 'lapsed',
      side: 'demand',
      reason: 'not_opened',
      matchStatus: 'suggested',
    });
  });
});
