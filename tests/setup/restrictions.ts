import { addMember, type Body, type Caller, type Person, type TestApi, type World } from './api.ts';

export const restrictionInput = {
  kind: 'false_declaration',
  evidence: '检测报告系伪造，经出具单位书面确认。',
  evidenceReferences: [{ title: '吴科监〔2026〕12 号调查报告' }],
  legalBasis: '《科学技术活动违规行为处理暂行规定》第六条',
  untilOn: '2027-11-30',
};

/** An officer of a new bureau of the region. */
export async function addOfficer(api: TestApi, world: World, regionCode: string): Promise<Person> {
  const input = { kind: 'government', name: `科学技术局${regionCode}`, regionCode };
  const made = await world.admin.post('/v1/organizations', input);
  return await addMember(api, world.admin, made.body.id, 'officer');
}

/** A restriction in force from now on. */
export async function restrict(by: Caller, organizationId: string, changes: object = {}): Promise<Body> {
  const answer = await by.post('/v1/restrictions', { organizationId, ...restrictionInput, ...changes });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

export async function lift(by: Caller, restriction: Body): Promise<void> {
  const answer = await by.post(`/v1/restrictions/${restriction.id}/lift`, { reason: '已整改' });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}
