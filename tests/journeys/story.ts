import { expect } from 'vitest';
import { type Body, Client, eventually, type Reply } from './client.ts';
import { administrator } from './program.ts';

const password = 'a long enough password';

/** Where a story plays: each repetition has regions and people of its own. */
export interface Stage {
  name: string;
  demandRegion: string;
  resultRegion: string;
}

/** The people of one story, signed in. */
export interface Cast {
  stage: Stage;
  door: Door;
  admin: Client;
  demandMarket: Body;
  resultMarket: Body;
  demandBroker: Client;
  resultBroker: Client;
  enterprise: Client;
  university: Client;
  enterpriseName: string;
  universityName: string;
}

export function must(reply: Reply, status: number): Body {
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  return reply.body;
}

async function signIn({ outside, now }: Door, email: string, secret = password): Promise<Client> {
  const session = must(await outside.post('/v1/sessions', { email, password: secret }), 201);
  expect(session.token).toEqual(expect.any(String));
  expect(Date.parse(session.expiresAt)).toBeGreaterThan(now.getTime());
  return outside.as(session.token);
}

/** How people come in, and what time it is where they come to. */
export interface Door {
  outside: Client;
  now: Date;
}

/** Steps 4 and 5: an organization registered, and verified by a broker of its market. */
export async function join(
  door: Door,
  broker: Client,
  organization: { name: string; kind: 'enterprise' | 'university'; regionCode: string },
  email: string,
): Promise<Client> {
  const user = { name: '管理员', email, password };
  const registration = must(await door.outside.post('/v1/registrations', { organization, user }), 201);
  expect(registration.organization.status).toBe('pending');
  const verified = must(await broker.post(`/v1/organizations/${registration.organization.id}/verify`), 200);
  expect(verified.status).toBe('verified');
  return await signIn(door, email);
}

/** Step 3: somebody who works at a market, signed in. */
export async function hire(
  door: Door,
  by: Client,
  marketId: string,
  role: 'broker' | 'director',
  email: string,
): Promise<Client> {
  const staff = { name: role === 'broker' ? '经纪人' : '主任', email, password, role };
  must(await by.post(`/v1/organizations/${marketId}/members`, staff), 201);
  return await signIn(door, email);
}

/** Steps 1 to 5: two markets with a broker each, an enterprise and a university registered and verified. */
export async function openTheMarket(
  baseUrl: string,
  stage: Stage,
  door: Door = { outside: new Client(baseUrl), now: new Date() },
): Promise<Cast> {
  const admin = await signIn(door, administrator.email, administrator.password);
  async function side(kind: 'enterprise' | 'university', regionCode: string) {
    const market = must(
      await admin.post('/v1/markets', { name: `${stage.name}${regionCode}科技大市场`, regionCode }),
      201,
    );
    expect(market).toMatchObject({ kind: 'territorial', regionCode });
    const email = `${stage.name}-${kind}`;
    const broker = await hire(door, admin, market.id, 'broker', `${email}-broker@market.example`);
    const name = `${stage.name}${kind === 'enterprise' ? '有色金属公司' : '矿业大学'}`;
    const member = await join(door, broker, { name, kind, regionCode }, `${email}@people.example`);
    return { market, broker, member, name };
  }
  const demandSide = await side('enterprise', stage.demandRegion);
  const resultSide = await side('university', stage.resultRegion);
  return {
    stage,
    door,
    admin,
    demandMarket: demandSide.market,
    resultMarket: resultSide.market,
    demandBroker: demandSide.broker,
    resultBroker: resultSide.broker,
    enterprise: demandSide.member,
    university: resultSide.member,
    enterpriseName: demandSide.name,
    universityName: resultSide.name,
  };
}

/** Step 6's request. */
export function demandOf(stage: Stage) {
  return {
    title: `${stage.name}冶炼渣里的稀散金属提不纯`,
    summary: '从锌冶炼固废中回收铟，并提纯到 6N 供靶材使用。',
    problem: '浸出渣铟含量低、杂质复杂，萃取—电解流程产品只能到 4N5，废水量大。',
    keyTechnology: '膜电解提纯，杂质深度脱除',
    indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
    keywords: ['高纯铟', '膜电解', '含锌固废'],
    technologyFields: ['401'],
    cooperationModes: ['joint_development'],
    budget: { minCny: 1_000_000, maxCny: 3_210_000, negotiable: true },
    targetTrl: 6,
    regionCode: stage.demandRegion,
    confidentiality: { anonymous: true, detail: '渣场坐标甲' },
    contact: { name: '周工', phone: '13911112222' },
  };
}

/** Step 8's request. */
export function resultOf(stage: Stage) {
  return {
    title: `${stage.name}隔膜电积制备 6N 级产品`,
    summary: '以离子交换膜分隔阴阳极室，从富铟液一步得到 6N 铟。',
    description: '处理含锌固废浸出液，经萃取与膜电解，铟纯度 99.9999 %，总回收率 92 %，废水减半。',
    indicators: [{ name: '铟纯度', value: 99.9999, unit: '%' }],
    keywords: ['铟', '膜电解', '含锌固废'],
    technologyFields: ['401'],
    applicationIndustries: ['32'],
    trl: 6,
    cooperationModes: ['joint_development', 'licence'],
    price: { minCny: 1_000_000, maxCny: 2_340_000, negotiable: true },
    exclusivity: 'non_exclusive',
    regionCode: stage.resultRegion,
    confidentiality: { detail: '壁材配方乙' },
    contact: { name: '李教授', phone: '13933334444' },
  };
}

/** How a step's requests are sent: straight, or with the power cut that a test has in mind. */
export type Send = (step: number, who: Client, path: string, body?: unknown) => Promise<Reply>;

export const straight: Send = (_step, who, path, body) => who.post(path, body);

/** Steps 6 to 12: from a demand and a result to an introduction that both have accepted. */
export async function meet(
  cast: Cast,
  send: Send = straight,
): Promise<{ demandId: string; matchId: string; introductionId: string }> {
  const { enterprise, university, demandBroker, resultBroker, stage } = cast;
  const demand = must(await send(6, enterprise, '/v1/demands', demandOf(stage)), 201);
  expect(demand.status).toBe('draft');
  expect(must(await send(7, enterprise, `/v1/demands/${demand.id}/submit`), 200).status).toBe('submitted');
  expect(must(await send(7, demandBroker, `/v1/demands/${demand.id}/publish`), 200).status).toBe('published');

  const result = must(await send(8, university, '/v1/results', resultOf(stage)), 201);
  must(await send(8, university, `/v1/results/${result.id}/submit`), 200);
  must(await send(8, resultBroker, `/v1/results/${result.id}/publish`), 200);

  const list = await eventually(
    'the match',
    async () => must(await enterprise.get(`/v1/demands/${demand.id}/matches?limit=100`), 200).items as Body[],
    (items) => items.some((item) => item.result.id === result.id),
  );
  const match = list.find((item) => item.result.id === result.id);
  expect(match).toMatchObject({
    status: 'suggested',
    score: expect.any(Number),
    result: { id: result.id, code: result.code, title: result.title },
  });
  expect(match.explanation).toMatchObject({ zh: expect.any(String), en: expect.any(String) });
  const points = match.contributions.reduce((sum: number, item: { points: number }) => sum + item.points, 0);
  expect(points).toBeCloseTo(match.score, 6);

  for (const reader of [enterprise, university, demandBroker, resultBroker]) {
    await notices(reader, 'match.suggested', match.id);
  }

  must(await send(11, demandBroker, `/v1/matches/${match.id}/shortlist`), 200);
  const introduction = must(
    await send(11, demandBroker, `/v1/matches/${match.id}/introductions`, { message: '建议双方面谈' }),
    201,
  );
  expect(introduction.status).toBe('open');
  expect(introduction.parties.map((party: Body) => party.answer)).toEqual([null, null]);

  await strangersSeeNothing(
    cast,
    [university, resultBroker, new Client(enterprise.baseUrl)],
    demand.id,
    introduction.id,
  );

  must(await send(12, enterprise, `/v1/introductions/${introduction.id}/accept`, { comment: '愿意面谈' }), 200);
  await notices(university, 'introduction.answered', introduction.id);
  const accepted = must(await send(12, university, `/v1/introductions/${introduction.id}/accept`, {}), 200);
  expect(accepted.status).toBe('accepted');
  await bothSidesSeeEachOther(cast, introduction.id, demand.id);
  for (const reader of [enterprise, university, demandBroker, resultBroker]) {
    await notices(reader, 'introduction.accepted', introduction.id);
  }

  return { demandId: demand.id, matchId: match.id, introductionId: introduction.id };
}

/** Steps 6 to 13. @returns the ids that the story left behind */
export async function playMainJob(
  cast: Cast,
  send: Send = straight,
): Promise<{ demandId: string; matchId: string; introductionId: string; projectId: string }> {
  const met = await meet(cast, send);
  const project = must(
    await send(13, cast.demandBroker, '/v1/projects', {
      introductionId: met.introductionId,
      title: '6N 铟膜电解中试',
      budgetCny: 3_000_000,
      fundingMode: 'lump_sum',
      milestones: [
        { title: '小试', dueOn: '2027-06-30', acceptanceCriteria: '纯度 99.9999 %', paymentShare: 40 },
        { title: '中试', dueOn: '2027-12-31', acceptanceCriteria: '连续运行 72 小时', paymentShare: 60 },
      ],
    }),
    201,
  );
  expect(project).toMatchObject({ status: 'forming', milestones: [{ title: '小试' }, { title: '中试' }] });
  expect(project.parties).toHaveLength(2);
  return { ...met, projectId: project.id };
}

/** The reader's notice of this kind about this subject: it comes, and it comes once. */
export async function notices(reader: Client, type: string, subjectId: string): Promise<Body> {
  const found = await eventually(
    `the notice ${type}`,
    async () =>
      (must(await reader.get('/v1/notifications?limit=100'), 200).items as Body[]).filter(
        (item) => item.type === type && item.subject.id === subjectId,
      ),
    (items) => items.length > 0,
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    messageId: expect.any(String),
    title: expect.any(String),
    body: expect.any(String),
    readAt: null,
  });
  return found[0];
}

async function strangersSeeNothing(
  cast: Cast,
  readers: Client[],
  demandId: string,
  introductionId: string,
): Promise<void> {
  for (const reader of readers) {
    const seen = [
      await reader.get(`/v1/demands/${demandId}`),
      await reader.get(`/v1/introductions/${introductionId}`),
      await reader.get('/v1/search/demands?q=%E9%93%9F'),
      await reader.get('/v1/notifications?limit=100'),
    ];
    const text = JSON.stringify(seen.map((reply) => reply.body));
    for (const secret of ['13911112222', '渣场坐标甲', '3210000', cast.enterpriseName])
      expect(text).not.toContain(secret);
  }
}

async function bothSidesSeeEachOther(cast: Cast, introductionId: string, demandId: string): Promise<void> {
  const enterpriseView = JSON.stringify((await cast.enterprise.get(`/v1/introductions/${introductionId}`)).body);
  for (const revealed of [cast.universityName, '13933334444', '壁材配方乙']) expect(enterpriseView).toContain(revealed);
  const universityView = JSON.stringify((await cast.university.get(`/v1/introductions/${introductionId}`)).body);
  for (const revealed of [cast.enterpriseName, '13911112222', '渣场坐标甲']) expect(universityView).toContain(revealed);
  const demand = must(await cast.university.get(`/v1/demands/${demandId}`), 200);
  expect(demand.status).toBe('in_negotiation');
  const stranger = JSON.stringify((await new Client(cast.enterprise.baseUrl).get(`/v1/demands/${demandId}`)).body);
  for (const secret of ['13911112222', '渣场坐标甲', cast.enterpriseName]) expect(stranger).not.toContain(secret);
}
