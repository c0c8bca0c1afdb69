import { type Answer, type Body, type Caller, demandInput, type Person, type World } from './api.ts';

/** As an enterprise writes that knows what hurts and not what it needs. */
export const vagueInput = {
  ...demandInput,
  title: '奶放久了不好看，想改进',
  summary: '希望提高质量。',
  problem: '放一个月就有东西沉下去，客户要退货。',
  keyTechnology: null,
  indicators: [],
  keywords: ['质量'],
};

export const rewriting = {
  title: '枸杞乳货架期沉淀与多糖损失的控制',
  problem: '巴氏杀菌后枸杞多糖保留率低于 60 %，产线货架期内沉淀明显。',
  keyTechnology: '膜分离与微胶囊包埋',
  indicators: [{ name: '枸杞多糖保留率', comparator: '>=', value: 85, unit: '%', mustHave: true }],
  keywords: ['枸杞', '多糖'],
};

export function done(answer: Answer): Body {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function submitDemand(owner: Caller, input: object = vagueInput): Promise<Body> {
  const { id } = done(await owner.post('/v1/demands', input));
  return done(await owner.post(`/v1/demands/${id}/submit`));
}

/** A diagnosis in a state, with the university's admin as expert. */
export async function makeDiagnosis(
  world: World,
  state: 'open' | 'proposed' | 'signed' | 'closed' = 'open',
  expert: Person = world.university,
): Promise<Body> {
  const { enterprise, demandBroker } = world;
  const demand = await submitDemand(enterprise);
  const asked = { name: '陈教授', organizationId: expert.organizationId, userId: expert.userId };
  const made = done(await demandBroker.post(`/v1/demands/${demand.id}/diagnoses`, { expert: asked }));
  if (state === 'open') return made;
  const url = `/v1/diagnoses/${made.id}`;
  if (state === 'closed') return done(await demandBroker.post(`${url}/close`, { route: 'service' }));
  const proposed = done(await demandBroker.post(`${url}/versions`, { content: rewriting }));
  return state === 'proposed' ? proposed : done(await enterprise.post(`${url}/versions/1/sign`));
}
