import { type Body, type Caller, type Person, publishDemand, publishResult, type TestApi, type World } from './api.ts';
import { insertIntroduction } from './introductions.ts';

/** A consortium in one project: who leads, two partners, who funds. */
export interface Consortium {
  lead: Person;
  partner: Person;
  second: Person;
  funder: Person;
  broker: Person;
}

export function consortiumOf(world: World, funder: Person): Consortium {
  const { enterprise: lead, university: partner, strangerUniversity: second, demandBroker: broker } = world;
  return { lead, partner, second, funder, broker };
}

export function consortiumParties({ lead, partner, second, funder }: Consortium) {
  const party = ({ organizationId }: Person, role: string, workShare: number, benefitShare: number) => ({
    organizationId,
    role,
    workShare,
    benefitShare,
  });
  return [
    party(lead, 'lead', 30, 40),
    party(partner, 'partner', 50, 40),
    party(second, 'partner', 20, 20),
    { organizationId: funder.organizationId, role: 'funder' },
  ];
}

export const thirds = [
  { title: '小试', dueOn: '2027-03-31', acceptanceCriteria: '多糖保留率 ≥ 85 %', paymentShare: 30 },
  { title: '中试', dueOn: '2027-06-30', acceptanceCriteria: '连续三批合格', paymentShare: 30 },
  { title: '量产', dueOn: '2027-12-31', acceptanceCriteria: '日产 2 吨', paymentShare: 40 },
];

/** Makes forming projects of one pair of records, each of an introduction of its own. */
export async function projectMaker(api: TestApi, world: World): Promise<(changes?: object) => Promise<Body>> {
  const demand = await publishDemand(world.enterprise, world.demandBroker);
  const result = await publishResult(world.university, world.resultBroker);
  const pair = { demand, demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
  let first: Body = result;
  return async (changes = {}) => {
    const next = first ?? (await publishResult(world.university, world.resultBroker));
    first = null;
    const introductionId = await insertIntroduction(api, { ...pair, result: next }, { status: 'accepted' });
    const input = {
      introductionId,
      title: '联合开发',
      budgetCny: 1_000_000,
      fundingMode: 'lump_sum',
      milestones: thirds,
    };
    const answer = await world.demandBroker.post('/v1/projects', { ...input, ...changes });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
}

export async function start(broker: Caller, project: Body): Promise<string> {
  const url = `/v1/projects/${project.id}`;
  const answer = await broker.post(`${url}/activate`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return url;
}
