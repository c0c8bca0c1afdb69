import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, type Caller, createWorld, startApi, type TestApi, type World } from '../setup/api.ts';
import { contractProjectInput, creditCodes } from '../setup/contracts.ts';
import { insertMatch } from '../setup/introductions.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api?.close());

/** Every value in a body, with where it stands. */
function leavesOf(value: unknown, path = ''): { path: string; value: string }[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [{ path, value: String(value) }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${path}/${name}`));
}

/** What the people of one side have typed, in every request that they sent. */
const typed: { path: string; value: string }[] = [];

async function type(by: Caller, url: string, body: object): Promise<Body> {
  const answer = await by.post(url, body);
  if (answer.status >= 300) throw new Error(`${url} ${JSON.stringify(answer.body)}`);
  const ids = /[0-9a-f]{8}-[0-9a-f]{4}-7/;
  typed.push(...leavesOf(body, url.replaceAll(/[0-9a-f-]{36}/g, '{id}')).filter((leaf) => !ids.test(leaf.value)));
  return answer.body;
}

async function register(
  kind: string,
  regionCode: string,
  name: string,
  more: object,
): Promise<Caller & { id: string }> {
  const user = { name: `${name}管理员`, email: `${randomUUID()}@people.example`, password: 'a long enough password' };
  const made = await type(api.anonymous, '/v1/registrations', {
    organization: { kind, regionCode, name, ...more },
    user,
  });
  const broker = kind === 'enterprise' ? world.demandBroker : world.resultBroker;
  await broker.post(`/v1/organizations/${made.organization.id}/verify`);
  return { ...(await api.signIn(user.email, user.password)), id: made.organization.id };
}

test('the median project has a contract in which no field is typed twice', async () => {
  const enterprise = await register('enterprise', '640302', '宁夏某枸杞乳业有限公司', {
    creditCode: creditCodes.buyer,
    industry: '14',
    contact: { name: '张经理', phone: '13700000001' },
  });
  const university = await register('university', '430104', '湖南某大学', {
    creditCode: creditCodes.seller,
    contact: { name: '成果转化处', phone: '13700000002' },
  });
  const demand = await type(enterprise, '/v1/demands', {
    title: '枸杞鲜奶活性成分保持',
    summary: '低温工艺下保持枸杞多糖与玉米黄素活性的功能乳制品。',
    problem: '巴氏杀菌后枸杞多糖保留率低于 60 %。',
    keywords: ['枸杞'],
    technologyFields: ['206'],
    industry: '15',
    cooperationModes: ['licence', 'commissioned_development'],
    budget: { minCny: 600_000, maxCny: 900_000 },
    contact: { name: '马工', phone: '13900000001' },
  });
  const result = await type(university, '/v1/results', {
    title: '微胶囊化玉米黄素的乳体系应用',
    summary: '枸杞玉米黄素与多糖的微胶囊包埋，用于功能乳制品。',
    keywords: ['枸杞'],
    technologyFields: ['206'],
    cooperationModes: ['licence', 'transfer'],
    exclusivity: 'sole',
    ipr: [{ kind: 'invention', status: 'granted' }],
    inventors: [{ name: '李教授' }, { name: '王博士' }],
    contact: { name: '李教授', phone: '13900000002' },
  });
  await enterprise.post(`/v1/demands/${demand.id}/submit`);
  await university.post(`/v1/results/${result.id}/submit`);
  const published = {
    demand: (await world.demandBroker.post(`/v1/demands/${demand.id}/publish`)).body,
    result: (await world.resultBroker.post(`/v1/results/${result.id}/publish`)).body,
  };
  const match = await insertMatch(api, published.demand, published.result);
  const introduction = await type(world.demandBroker, `/v1/matches/${match}/introductions`, { message: '请交流' });
  for (const side of [enterprise, university]) await type(side, `/v1/introductions/${introduction.id}/accept`, {});
  const project = await type(enterprise, '/v1/projects', contractProjectInput(introduction.id));

  const contract = await type(enterprise, '/v1/contracts', { projectId: project.id });
  const before = [...typed];
  expect(before.length).toBeGreaterThan(50);

  // What a contract alone knows. Nothing of it can have been typed before.
  expect(contract.missing).toEqual([
    '/technicalAmountCny',
    '/signedOn',
    '/startsOn',
    '/socioeconomicGoal',
    '/planSource',
  ]);
  expect(contract).toMatchObject({
    title: '枸杞鲜奶联合开发',
    type: 'licence',
    subtype: 'licence_patent',
    exclusivity: 'sole',
    totalAmountCny: 800_000,
    technologyField: '206',
    contractField: '04',
    industry: '15',
    iprKinds: ['invention'],
    endsOn: '2027-09-30',
    paymentMode: 'instalments',
    buyer: { name: '宁夏某枸杞乳业有限公司', creditCode: creditCodes.buyer, contact: { name: '马工' } },
    seller: { name: '湖南某大学', creditCode: creditCodes.seller, contact: { name: '李教授' } },
    inventorShares: [
      { name: '李教授', share: null },
      { name: '王博士', share: null },
    ],
  });
  const left = { technicalAmountCny: 700_000, signedOn: '2026-11-20', socioeconomicGoal: '10', planSource: 'none' };
  const filled = await enterprise.patch(`/v1/contracts/${contract.id}`, left, { 'if-match': '"1"' });
  expect([filled.status, filled.body.missing]).toEqual([200, []]);
  const twice = leavesOf(left).filter((leaf) => before.some((earlier) => earlier.value === leaf.value));
  expect(twice).toEqual([]);
  expect(leavesOf(left)).toHaveLength(4);
  expect((await enterprise.post(`/v1/contracts/${contract.id}/submit`)).status).toBe(200);
  const registered = await world.demandBroker.post(`/v1/contracts/${contract.id}/approve`);
  expect(registered.body.status).toBe('registered');

  // Everything else on the form stands there without having been typed for it.
  const form = (await enterprise.get(`/v1/contracts/${contract.id}/export?format=json`)).body;
  const empty = Object.keys(form).filter((name) => form[name] === null);
  expect(empty).toEqual([
    '合同编号',
    '买方电子邮箱',
    '买方开户银行',
    '买方银行账号',
    '卖方电子邮箱',
    '卖方开户银行',
    '卖方银行账号',
    '成果完成人奖励比例（%）',
  ]);
});
