import type { TestApi, World } from './api.ts';
import { type Body, type Caller, demandInput, type Person, publishDemand, publishResult, resultInput } from './api.ts';
import { insertMatch } from './introductions.ts';

/** Codes whose check characters fit. */
export const creditCodes = { buyer: '91640302MA75WXYK1F', seller: '12430000444885356X' };

/** What is left to type for the contract of `makeContractProject`. */
export const contractFields = {
  signedOn: '2026-11-20',
  technicalAmountCny: 700_000,
  socioeconomicGoal: '10',
  planSource: 'none',
  buyer: { creditCode: creditCodes.buyer },
  seller: { creditCode: creditCodes.seller },
};

function done(answer: { status: number; body: Body }): Body {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** An introduction over published records that both parties have accepted through the API, so that each is let in to the other. */
export async function acceptIntroduction(
  api: TestApi,
  world: World,
  changes: { demand?: object; result?: object; university?: Person } = {},
): Promise<{ demand: Body; result: Body; introduction: Body }> {
  const university = changes.university ?? world.university;
  const demand = await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, ...changes.demand });
  const result = await publishResult(university, world.resultBroker, { ...resultInput, ...changes.result });
  const match = await insertMatch(api, demand, result);
  const introduction = done(await world.demandBroker.post(`/v1/matches/${match}/introductions`, { message: '请交流' }));
  for (const party of [world.enterprise, university])
    done(await party.post(`/v1/introductions/${introduction.id}/accept`, {}));
  return { demand, result, introduction };
}

export function contractProjectInput(introductionId: string) {
  return {
    introductionId,
    title: '枸杞鲜奶联合开发',
    budgetCny: 800_000,
    fundingMode: 'lump_sum',
    milestones: [
      { title: '完成小试', dueOn: '2027-03-31', acceptanceCriteria: '多糖保留率 ≥ 85 %', paymentShare: 40 },
      { title: '完成中试', dueOn: '2027-09-30', acceptanceCriteria: '连续三批合格', paymentShare: 60 },
    ],
  };
}

/** A project with its two sides; both see each other's contacts. */
export async function makeContractProject(
  api: TestApi,
  world: World,
  changes: { demand?: object; result?: object; project?: object; university?: Person } = {},
): Promise<{ demand: Body; result: Body; project: Body }> {
  const { demand, result, introduction } = await acceptIntroduction(api, world, changes);
  const input = { ...contractProjectInput(introduction.id), ...changes.project };
  return { demand, result, project: done(await world.demandBroker.post('/v1/projects', input)) };
}

/** A draft by the enterprise with nothing left to type. */
export async function draftContract(world: World, project: Body, changes: object = {}, by?: Caller): Promise<Body> {
  const input = { projectId: project.id, ...contractFields, ...changes };
  return done(await (by ?? world.enterprise).post('/v1/contracts', input));
}

export async function submitContract(world: World, project: Body, changes: object = {}): Promise<Body> {
  const draft = await draftContract(world, project, changes);
  return done(await world.enterprise.post(`/v1/contracts/${draft.id}/submit`));
}

export async function registerContract(world: World, project: Body, changes: object = {}): Promise<Body> {
  const submitted = await submitContract(world, project, changes);
  return done(await world.demandBroker.post(`/v1/contracts/${submitted.id}/approve`));
}
