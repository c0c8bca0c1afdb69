import { afterAll, beforeAll, expect, it } from 'vitest';
import { chinaDate } from '../../src/core/clock.ts';
import { workerParts } from '../../workers/parts.ts';
import { startWorkers, type Workers } from '../../workers/start-workers.ts';
import { startApi, type TestApi } from '../setup/api.ts';
import { creditCodes } from '../setup/contracts.ts';
import { type Body, Client, type Reply } from './client.ts';
import { type Cast, hire, join, meet, must, notices, openTheMarket } from './story.ts';

let api: TestApi;
let workers: Workers;
let address: string;
let today: string;

beforeAll(async () => {
  api = await startApi();
  await api.deps.searchIndex.ensureIndexes();
  workers = startWorkers(api.deps, workerParts(api.deps));
  await workers.ready;
  address = await api.app.listen({ port: 0, host: '127.0.0.1' });
  today = chinaDate(api.clock.now());
}, 120_000);
afterAll(async () => {
  await workers?.close();
  await api?.close();
});

/** Values that people typed, with where they typed them; ids are copied, not typed. */
interface Typed {
  where: string;
  value: string;
}

function leavesOf(value: unknown, where: string): Typed[] {
  if (value === null || value === undefined || typeof value === 'boolean') return [];
  if (typeof value !== 'object') return [{ where, value: String(value) }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${where}/${name}`));
}

const anyId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]+/;

/** Keeps what is typed through it. */
class TypingClient extends Client {
  readonly typed: Typed[];

  constructor(baseUrl: string, typed: Typed[], token: string | null = null) {
    super(baseUrl, token);
    this.typed = typed;
  }

  override as(token: string): TypingClient {
    return new TypingClient(this.baseUrl, this.typed, token);
  }

  override async send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
    const leaves = leavesOf(body, `${method} ${path.replaceAll(new RegExp(anyId, 'g'), '{id}')}`);
    this.typed.push(...leaves.filter(({ value }) => !anyId.test(value)));
    return await super.send(method, path, body, headers);
  }
}

async function openBetween(
  name: string,
  demandRegion: string,
  resultRegion: string,
): Promise<{ cast: Cast; typed: Typed[] }> {
  const typed: Typed[] = [];
  const door = { outside: new TypingClient(address, typed), now: api.clock.now() };
  return { cast: await openTheMarket(address, { name, demandRegion, resultRegion }, door), typed };
}

const milestones = [
  { title: '实验室验证', dueOn: '2027-03-31', acceptanceCriteria: '纯度 99.999 %', paymentShare: 30 },
  { title: '扩大试验', dueOn: '2027-06-30', acceptanceCriteria: '纯度 99.9999 %', paymentShare: 30 },
  { title: '连续运行', dueOn: '2027-12-31', acceptanceCriteria: '连续运行 72 小时', paymentShare: 40 },
];

/** What only the contract knows. */
const ofContract = {
  technicalAmountCny: 2_400_000,
  signedOn: '2026-11-20',
  socioeconomicGoal: '10',
  planSource: 'none',
};

function projectOf(introductionId: string, budgetCny: number, parties: object[]) {
  return { introductionId, title: '6N 铟膜电解中试', budgetCny, fundingMode: 'lump_sum', milestones, parties };
}

async function organizationIdOf(who: Client): Promise<string> {
  return must(await who.get('/v1/me'), 200).organization.id;
}

function patch(who: Client, path: string, body: object): Promise<Reply> {
  return who.send('PATCH', path, body, { 'if-match': '*' });
}

it('a match across two markets becomes a registered contract and the finished project of a consortium of three', async () => {
  const { cast, typed } = await openBetween('beta', '430300', '640200');
  const { enterprise, university, demandBroker, resultBroker, door } = cast;
  const institute = await join(
    door,
    resultBroker,
    { name: 'beta稀散金属研究所', kind: 'university', regionCode: '640200' },
    'beta-institute@people.example',
  );
  const { introductionId, demandId } = await meet(cast);
  const [lead, partner, second] = await Promise.all([enterprise, university, institute].map(organizationIdOf));

  const share = (organizationId: string | undefined, role: string, workShare: number, benefitShare: number) => ({
    organizationId,
    role,
    workShare,
    benefitShare,
  });
  const parties = [share(lead, 'lead', 20, 50), share(partner, 'partner', 55, 35), share(second, 'partner', 25, 15)];
  const project = must(await enterprise.post('/v1/projects', projectOf(introductionId, 3_000_000, parties)), 201);
  const url = `/v1/projects/${project.id}`;
  await notices(institute, 'project.created', project.id);
  must(await enterprise.post(`${url}/activate`), 200);

  // The contract asks for what nobody has typed before, and registers.
  const before = typed.length;
  const contract = must(await enterprise.post('/v1/contracts', { projectId: project.id }), 201);
  const codes = { buyer: { creditCode: creditCodes.buyer }, seller: { creditCode: creditCodes.seller } };
  const form = must(await patch(enterprise, `/v1/contracts/${contract.id}`, { ...ofContract, ...codes }), 200);
  // Two rights may be licensed or developed: that choice, if it is open, is the contract's own.
  const open: string[] = form.missing;
  expect(open.every((pointer) => ['/type', '/subtype', '/iprKinds', '/industry'].includes(pointer))).toBe(true);
  const choice = {
    type: 'technology_development',
    subtype: 'joint_development',
    iprKinds: ['invention'],
    industry: '32',
  };
  const rest = Object.fromEntries(Object.entries(choice).filter(([name]) => open.includes(`/${name}`)));
  if (open.length > 0) must(await patch(enterprise, `/v1/contracts/${contract.id}`, rest), 200);
  const earlier = new Set(typed.slice(0, before).map(({ value }) => value));
  expect(typed.slice(before).filter(({ value }) => earlier.has(value))).toEqual([]);
  must(await enterprise.post(`/v1/contracts/${contract.id}/submit`), 200);
  const registered = must(await demandBroker.post(`/v1/contracts/${contract.id}/approve`), 200);
  expect(registered).toMatchObject({ status: 'registered', totalAmountCny: 3_000_000 });
  expect(registered.registrationNumber).toMatch(/^2026430300\d{6}$/);
  for (const side of [enterprise, university]) await notices(side, 'contract.registered', contract.id);
  expect((await enterprise.get(`/v1/demands/${demandId}`)).body.status).toBe('contracted');

  // The first milestone comes back once, and is paid in two parts.
  const at = project.milestones.map((milestone: Body) => `${url}/milestones/${milestone.id}`) as [
    string,
    string,
    string,
  ];
  must(await university.post(`${at[0]}/submit`, { statement: '两批达标', documents: [{ name: '检测报告' }] }), 200);
  must(await enterprise.post(`${at[0]}/rework`, { reason: '请补第三批' }), 200);
  await notices(university, 'milestone.rework', project.milestones[0].id);
  must(await university.post(`${at[0]}/submit`, { statement: '三批达标' }), 200);
  must(await enterprise.post(`${at[0]}/accept`), 200);
  for (const [payee, organizationId, amountCny] of [
    [university, partner, 600_000],
    [institute, second, 300_000],
  ] as const) {
    const payment = { amountCny, paidOn: today, payeeOrganizationId: organizationId };
    const { id } = must(await enterprise.post(`${at[0]}/payments`, payment), 201);
    must(await payee.post(`${at[0]}/payments/${id}/confirm`), 200);
  }
  expect((await institute.get(at[0])).body).toMatchObject({ status: 'paid', settledCny: 900_000 });

  // The second ends later than was planned, with everybody's word, and is released at once.
  const kept = project.milestones.slice(1).map((milestone: Body, each: number) => ({
    ...milestones[each + 1],
    id: milestone.id,
  }));
  const later = [{ ...kept[0], dueOn: '2027-08-31' }, kept[1]];
  const change = must(await institute.post(`${url}/changes`, { reason: '设备延期', milestones: later }), 201);
  for (const by of [enterprise, university]) must(await by.post(`${url}/changes/${change.id}/accept`), 200);
  must(await institute.post(`${at[1]}/submit`), 200);
  must(await demandBroker.post(`${at[1]}/accept`), 200);
  expect(must(await enterprise.post(`${at[1]}/pay`), 200)).toMatchObject({ status: 'paid', dueOn: '2027-08-31' });

  // What is accepted ends the project; what is owed is paid after it.
  must(await university.post(`${at[2]}/submit`), 200);
  must(await enterprise.post(`${at[2]}/accept`), 200);
  must(await enterprise.post(`${url}/complete`), 200);
  const last = { amountCny: 1_200_000, paidOn: today, payeeOrganizationId: partner };
  const { id } = must(await enterprise.post(`${at[2]}/payments`, last), 201);
  must(await university.post(`${at[2]}/payments/${id}/confirm`), 200);
  const ended = must(await institute.get(url), 200);
  expect(ended.status).toBe('completed');
  expect(ended.milestones.map((milestone: Body) => [milestone.status, milestone.settledCny])).toEqual([
    ['paid', 900_000],
    ['paid', 900_000],
    ['paid', 1_200_000],
  ]);
  expect(must(await university.get(`${url}/progress`), 200)).toMatchObject({ acceptedShare: 100, paidShare: 100 });
  for (const party of [enterprise, university, institute, demandBroker])
    await notices(party, 'project.completed', project.id);
}, 120_000);

it('a contract of six million is returned once and registered by two people', async () => {
  const { cast } = await openBetween('gamma', '430400', '640400');
  const { enterprise, university, demandBroker } = cast;
  const director = await hire(cast.door, cast.admin, cast.demandMarket.id, 'director', 'gamma-director@market.example');
  const { introductionId } = await meet(cast);
  const project = must(await demandBroker.post('/v1/projects', projectOf(introductionId, 6_000_000, [])), 201);
  const choice = { type: 'technology_development', subtype: 'joint_development', iprKinds: ['none'], industry: '32' };
  const codes = { buyer: { creditCode: creditCodes.buyer }, seller: { creditCode: creditCodes.seller } };
  const input = { projectId: project.id, ...ofContract, ...choice, ...codes };
  const contract = must(await university.post('/v1/contracts', input), 201);
  expect(contract).toMatchObject({ totalAmountCny: 6_000_000, approvalsRequired: 2, missing: [] });
  const url = `/v1/contracts/${contract.id}`;
  must(await university.post(`${url}/submit`), 200);
  expect(must(await demandBroker.post(`${url}/approve`), 200).status).toBe('submitted');
  must(await director.post(`${url}/return`, { reason: '请核对技术交易额' }), 200);
  await notices(university, 'contract.returned', contract.id);

  must(await patch(enterprise, url, { technicalAmountCny: 5_500_000 }), 200);
  must(await enterprise.post(`${url}/submit`), 200);
  // The approval of the first submission does not count for this one, and nobody gives both.
  expect(must(await director.post(`${url}/approve`), 200)).toMatchObject({ status: 'submitted' });
  expect((await director.post(`${url}/approve`)).status).toBe(409);
  const registered = must(await demandBroker.post(`${url}/approve`), 200);
  expect(registered).toMatchObject({ status: 'registered', technicalAmountCny: 5_500_000 });
  for (const side of [enterprise, university]) await notices(side, 'contract.registered', contract.id);
}, 120_000);
