import { afterAll, beforeAll, expect, it } from 'vitest';
import { rehomeRecords } from '../../workers/handlers/rehome-records.ts';
import {
  type Body,
  type Caller,
  createWorld,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertIntroduction } from '../setup/introductions.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

/** What the message of a new market owes. */
async function rehome(market: Body): Promise<void> {
  const message = {
    id: market.id,
    xid: '0',
    type: 'market.created',
    subjectType: 'organization',
    subjectId: market.id,
    actorOrganizationId: null,
  } as const;
  await rehomeRecords(api.deps.ctxFor({ kind: 'system', name: 'rehome-records' }), { message, targetId: null });
}

async function makeProject(demand: Body, result: Body): Promise<string> {
  const pair = { demand, result, demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
  const introductionId = await insertIntroduction(api, pair, { status: 'accepted' });
  const answer = await world.demandBroker.post('/v1/projects', {
    introductionId,
    title: '联合开发',
    budgetCny: 800_000,
    fundingMode: 'lump_sum',
    milestones: [{ title: '小试', dueOn: '2027-03-31', acceptanceCriteria: '合格', paymentShare: 100 }],
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function draftContract(by: Caller, projectId: string): Promise<string> {
  const answer = await by.post('/v1/contracts', { projectId });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

it('a new market takes over the records of its region, their introductions, the projects of its demands and their contracts, and no others', async () => {
  const demand = await publishDemand(world.enterprise, world.demandBroker);
  const elsewhere = await publishDemand(world.strangerEnterprise, world.demandBroker);
  const result = await publishResult(world.university, world.resultBroker);
  const project = await makeProject(demand, result);
  const otherProject = await makeProject(elsewhere, result);
  const contract = await draftContract(world.enterprise, project);
  const otherContract = await draftContract(world.strangerEnterprise, otherProject);
  const marketsOf = async (ids: string[]) => {
    const { rows } = await api.deps.pool.query<{ market: string }>(
      `select home_market_id as market from demands where id = any ($1)
       union all select market_id from projects where id = any ($1)
       union all select market_id from introductions where demand_id = any ($1)
       union all select market_id from contracts where id = any ($1)`,
      [ids],
    );
    return rows.map((row) => row.market);
  };
  expect(await marketsOf([demand.id, project, contract])).toEqual(Array(4).fill(world.demandMarket.id));
  const { status, body: market } = await world.admin.post('/v1/markets', {
    name: '利通区科技大市场',
    regionCode: '640302',
  });
  expect(status).toBe(201);
  await rehome(market);
  expect(await marketsOf([demand.id, project, contract])).toEqual(Array(4).fill(market.id));
  expect(await marketsOf([elsewhere.id, otherProject, otherContract])).toEqual(Array(4).fill(world.demandMarket.id));
});
