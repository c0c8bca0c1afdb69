import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notify } from '../../src/notifications/service.ts';
import { findDelivery } from '../../workers/store.ts';
import {
  addMember,
  type Body,
  type Caller,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { done, makeDiagnosis, rewriting, submitDemand, vagueInput } from '../setup/diagnoses.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let expert: Person;
let colleague: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  expert = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});
afterAll(() => api?.close());

const visit = { visitedOn: '2026-11-20', mode: 'on_site', minutes: 180, note: '看了灌装线' };

async function open(input: object = {}, demand?: Body): Promise<Body> {
  const { id } = demand ?? (await submitDemand(world.enterprise));
  return done(await world.demandBroker.post(`/v1/demands/${id}/diagnoses`, input));
}

function asked(person: Person): object {
  return { name: '陈教授', organizationId: person.organizationId, userId: person.userId };
}

/** Fulfils the notify deliveries that are owed about a subject. */
async function deliverAbout(subjectId: string): Promise<void> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    `select d.id from deliveries d join messages m on m.id = d.message_id
     where d.handler = 'notify' and d.status = 'pending' and m.subject_id = $1 order by d.id`,
    [subjectId],
  );
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'notify' });
  for (const { id } of rows) {
    const delivery = await findDelivery(api.deps.db, id);
    if (delivery !== null) await notify({ ...ctx, deliveryId: id }, delivery.message, { suggestionsPerDay: 3 });
  }
}

async function heard(person: Caller, subjectId: string): Promise<Body[]> {
  const { items } = done(await person.get('/v1/notifications?limit=100'));
  return items.filter((item: Body) => item.subject.id === subjectId).reverse();
}

it('tells who drafts a demand what it lacks, in the language of the draft, and keeps nothing of it', async () => {
  const { enterprise, demandBroker } = world;
  const before = await countWrites(api);
  const chinese = await enterprise.post('/v1/demands/advice', { title: '想降低成本', keywords: ['降本'] });
  expect([chinese.status, chinese.body.score]).toEqual([200, 0]);
  expect(chinese.body.missing).toHaveLength(9);
  expect(chinese.body.advice[0]).toMatchObject({ part: 'indicators', gain: 20 });
  expect(chinese.body.advice[0].text).toMatch(/指标/);
  const english = await demandBroker.post('/v1/demands/advice', { summary: 'Zinc powder of high purity', problem: '' });
  expect(english.body.score).toBe(15);
  expect(english.body.advice[0].text).toMatch(/targets/);
  const stated = await enterprise.post('/v1/demands/advice', { title: 'MVR', language: 'zh', decisionOwner: '厂长' });
  expect(stated.body).toMatchObject({
    score: 10,
    parts: expect.arrayContaining([expect.objectContaining({ part: 'decisionOwner', points: 10 })]),
  });
  expect(stated.body.advice[0].text).toMatch(/指标/);
  expect(await countWrites(api)).toEqual(before);
});

it('refuses a draft that is no draft, and takes one whose indicators are not filled in yet', async () => {
  const { enterprise } = world;
  for (const body of [{}, { titel: '错字' }, { title: 7 }])
    expect((await enterprise.post('/v1/demands/advice', body)).status).toBe(422);
  const answer = await enterprise.post('/v1/demands/advice', { indicators: [{ name: '纯度', comparator: '>=' }] });
  expect([answer.status, answer.body.missing.includes('indicators')]).toEqual([200, true]);
});

it('shows the owner and the broker how well a demand is told now, confidential fields counted and not shown', async () => {
  const { enterprise, demandBroker } = world;
  const { id, version } = await publishDemand(enterprise, demandBroker);
  const url = `/v1/demands/${id}/quality`;
  const before = (await enterprise.get(url)).body;
  expect(before.missing).toEqual(['product', 'application', 'decisionOwner', 'triedApproaches']);
  expect((await demandBroker.get(url)).body).toEqual(before);
  const owner = { decisionOwner: '董事长马某' };
  const changed = await enterprise.patch(`/v1/demands/${id}`, owner, { 'if-match': `"${version}"` });
  expect(changed.status).toBe(200);
  const after = await enterprise.get(url);
  expect(after.body.score).toBe(before.score + 10);
  expect(JSON.stringify(after.body)).not.toMatch(/董事长马某|600000|900000/);
  const draft = (await enterprise.post('/v1/demands/advice', { ...demandInput, ...owner })).body;
  expect({ ...draft, history: [] }).toEqual(after.body);
});

it('runs from the vague words to the signed ones: visited, rewritten, refused, rewritten again, signed, sent to matching', async () => {
  const { enterprise, demandBroker } = world;
  const demand = await submitDemand(enterprise);
  const opened = await open({ expert: asked(expert) }, demand);
  const url = `/v1/diagnoses/${opened.id}`;
  expect(opened).toMatchObject({ status: 'open', demandTitle: vagueInput.title, demand: { status: 'in_diagnosis' } });
  expect(opened.versions).toMatchObject([{ number: 0, status: 'original', authorAs: 'owner' }]);

  expect(done(await expert.post(`${url}/visits`, visit)).visits).toMatchObject([visit]);
  const first = done(await expert.post(`${url}/versions`, { content: { title: rewriting.title }, note: '先改题目' }));
  expect(first).toMatchObject({
    status: 'proposed',
    versions: [{}, { number: 1, status: 'proposed', authorAs: 'expert' }],
  });
  const refused = done(await enterprise.post(`${url}/versions/1/refuse`, { reason: '只改题目不够' }));
  expect(refused).toMatchObject({
    status: 'open',
    versions: [{}, { status: 'refused', refusalReason: '只改题目不够' }],
  });

  done(await expert.post(`${url}/versions`, { content: rewriting }));
  const budget = { minCny: 700_000, maxCny: 990_000, negotiable: true };
  const confidential = { decisionOwner: '总经理马某', budget };
  const third = done(await demandBroker.post(`${url}/versions`, { content: confidential }));
  expect(third.versions.map(({ status }: Body) => status)).toEqual(['original', 'refused', 'superseded', 'proposed']);
  const unsigned = done(await enterprise.get(`/v1/demands/${demand.id}`));
  expect([unsigned.title, unsigned.decisionOwner]).toEqual([vagueInput.title, null]);

  const signed = done(await enterprise.post(`${url}/versions/3/sign`));
  expect(signed).toMatchObject({ status: 'signed', demandTitle: rewriting.title });
  const now = done(await enterprise.get(`/v1/demands/${demand.id}`));
  expect(now).toMatchObject({ ...rewriting, ...confidential, status: 'in_diagnosis', summary: vagueInput.summary });
  expect(now.budgetBand).toBe('500k_1m');

  const { score, history } = done(await enterprise.get(`/v1/demands/${demand.id}/quality`));
  expect(history.map((one: Body) => one.status)).toEqual(['original', 'refused', 'superseded', 'signed']);
  expect(score).toBe(history[3].score);
  expect(history[3].score).toBe(history[2].score + 10);
  expect(history[2].score).toBeGreaterThan(history[0].score + 40);

  const closed = done(await demandBroker.post(`${url}/close`, { route: 'match', note: '可以找成果了' }));
  expect(closed).toMatchObject({ status: 'closed', route: 'match', demand: { status: 'submitted' } });
  expect(done(await demandBroker.post(`/v1/demands/${demand.id}/publish`)).status).toBe('published');
  expect(await auditOf(api, opened.id)).toEqual(
    ['open', 'visit', 'propose', 'refuse', 'propose', 'propose', 'sign', 'close'].map((verb) => `diagnosis.${verb}`),
  );
  expect(await auditOf(api, demand.id)).toEqual(
    ['create', 'submit', 'diagnose', 'rewrite', 'conclude', 'publish'].map((verb) => `demand.${verb}`),
  );
  const told = [
    'opened',
    'version_proposed',
    'version_refused',
    'version_proposed',
    'version_proposed',
    'version_signed',
    'closed',
  ];
  expect(await messagesAbout(api, opened.id)).toEqual(told.map((fact) => `diagnosis.${fact}`));

  await deliverAbout(opened.id);
  const typesOf = async (person: Caller) =>
    (await heard(person, opened.id)).map(({ type }) => type.slice('diagnosis.'.length));
  const proposals = Array(3).fill('version_proposed');
  expect((await typesOf(enterprise)).sort()).toEqual(['closed', 'opened', ...proposals]);
  expect((await typesOf(demandBroker)).sort()).toEqual([...proposals, 'version_refused', 'version_signed']);
  expect((await typesOf(expert)).sort()).toEqual(['closed', 'opened', 'version_refused', 'version_signed']);
  for (const other of [world.university, colleague, world.resultBroker, world.strangerEnterprise])
    expect(await typesOf(other)).toEqual([]);
  expect((await heard(enterprise, opened.id))[0].body).toContain(rewriting.title);
});

it('changes a published demand as soon as its owner signs, and lets it be matched and indexed anew', async () => {
  const { enterprise, demandBroker } = world;
  const demand = await publishDemand(enterprise, demandBroker);
  const { id, demand: seen } = await open({}, demand);
  expect(seen.status).toBe('published');
  done(await demandBroker.post(`/v1/diagnoses/${id}/versions`, { content: { keyTechnology: '超高压均质' } }));
  const before = await messagesAbout(api, demand.id);
  expect(done(await api.anonymous.get(`/v1/demands/${demand.id}`)).keyTechnology).toBe(demandInput.keyTechnology);
  done(await enterprise.post(`/v1/diagnoses/${id}/versions/1/sign`));
  expect(await messagesAbout(api, demand.id)).toEqual([...before, 'demand.changed']);
  expect(done(await api.anonymous.get(`/v1/demands/${demand.id}`)).keyTechnology).toBe('超高压均质');
  const { rows } = await api.deps.pool.query('select content_version from demands where id = $1', [demand.id]);
  expect(rows).toEqual([{ content_version: 3 }]);
  const closed = done(await demandBroker.post(`/v1/diagnoses/${id}/close`, { route: 'project_guide' }));
  expect(closed.demand.status).toBe('published');
});

describe('what each may see', () => {
  it('the expert reads the public view and the words, and nothing of who decides and the budget', async () => {
    const { demandBroker, enterprise } = world;
    const { id, demandId } = await open({ expert: asked(expert) });
    const secret = { decisionOwner: '机密决策人丙', budget: { minCny: 717_171, maxCny: 818_181 } };
    done(await demandBroker.post(`/v1/diagnoses/${id}/versions`, { content: { ...rewriting, ...secret } }));
    const paths = ['', '/versions/0', '/versions/1', '/versions/1/difference', '/versions/0/difference?against=1'];
    for (const path of paths) {
      const text = JSON.stringify(done(await expert.get(`/v1/diagnoses/${id}${path}`)));
      expect([path, text.match(/机密|717171|818181|13900000001/)]).toEqual([path, null]);
    }
    for (const insider of [demandBroker, enterprise]) {
      const version = done(await insider.get(`/v1/diagnoses/${id}/versions/1`));
      expect(version.confidential).toEqual({ ...secret, budget: { ...secret.budget, negotiable: true } });
    }
    for (const path of [`/v1/demands/${demandId}`, `/v1/demands/${demandId}/quality`])
      expect((await expert.get(path)).status).toBe(404);
    const { status } = await expert.post(`/v1/diagnoses/${id}/versions`, { content: { decisionOwner: '我' } });
    expect(status).toBe(403);
    // The expert's version stands on the broker's: what that says of the confidential fields is signed with it.
    done(await expert.post(`/v1/diagnoses/${id}/versions`, { content: { targetTrl: 7 } }));
    done(await enterprise.post(`/v1/diagnoses/${id}/versions/2/sign`));
    expect(done(await enterprise.get(`/v1/demands/${demandId}`))).toMatchObject({ ...secret, targetTrl: 7 });
  });

  it('a list shows each their own, and an expert who was replaced has none', async () => {
    const { demandBroker, enterprise } = world;
    const { id, demandId } = await open({ expert: asked(expert) });
    const listed = async (reader: Caller) =>
      done(await reader.get(`/v1/diagnoses?demandId=${demandId}`)).items.map((item: Body) => item.id);
    for (const reader of [demandBroker, enterprise, expert, world.provinceDirector])
      expect(await listed(reader)).toEqual([id]);
    for (const reader of [colleague, world.university, world.strangerEnterprise, world.resultBroker, world.admin]) {
      expect(await listed(reader)).toEqual([]);
      expect((await reader.get(`/v1/diagnoses/${id}`)).status).toBe(404);
    }
    const assigned = done(await demandBroker.post(`/v1/diagnoses/${id}/assign-expert`, asked(colleague)));
    expect(assigned.expert).toEqual(asked(colleague));
    expect([await listed(expert), await listed(colleague)]).toEqual([[], [id]]);
    expect((await expert.post(`/v1/diagnoses/${id}/visits`, visit)).status).toBe(404);
    expect((await messagesAbout(api, id)).at(-1)).toBe('diagnosis.expert_assigned');
    const named = done(await demandBroker.post(`/v1/diagnoses/${id}/assign-expert`, { name: '外聘老李' }));
    expect(named.expert).toEqual({ name: '外聘老李', organizationId: null, userId: null });
    expect((await enterprise.get('/v1/diagnoses?status=closed&limit=1')).body.items.length).toBeLessThanOrEqual(1);
  });

  it('an anonymous demand stays so to the expert', async () => {
    const demand = await submitDemand(world.enterprise, { ...vagueInput, confidentiality: { anonymous: true } });
    const { id } = await open({ expert: asked(expert) }, demand);
    const text = JSON.stringify(done(await expert.get(`/v1/diagnoses/${id}`)));
    expect(text).not.toContain(world.enterprise.organizationId);
    expect(text).not.toContain('枸杞乳业');
  });
});

describe('the difference', () => {
  it('goes from the original words by default, or between any two versions', async () => {
    const { demandBroker } = world;
    const { id } = await open();
    done(await demandBroker.post(`/v1/diagnoses/${id}/versions`, { content: { title: '奶放久了沉淀，想改进' } }));
    done(await demandBroker.post(`/v1/diagnoses/${id}/versions`, { content: { keywords: ['质量', '沉淀'] } }));
    const url = `/v1/diagnoses/${id}/versions/2/difference`;
    const whole = done(await demandBroker.get(url));
    expect(whole.fields.map(({ field }: Body) => field)).toEqual(['title', 'keywords']);
    expect(whole.fields[0].segments.filter(({ change }: Body) => change === 'added')).toEqual([
      { change: 'added', text: '沉淀' },
    ]);
    const last = done(await demandBroker.get(`${url}?against=1`));
    expect(last.fields).toEqual([whole.fields[1]]);
    expect((await demandBroker.get(`${url}?against=9`)).status).toBe(404);
    expect((await demandBroker.get(`/v1/diagnoses/${id}/versions/3`)).status).toBe(404);
  });
});

describe('what is refused, with nothing written', () => {
  it.each([
    ['/versions', { content: {} }, 'minProperties'],
    ['/versions', { content: { title: vagueInput.title } }, '/content unchanged'],
    ['/versions', { content: { problem: null } }, '/content/problem required'],
    ['/versions', { content: { problem: '' } }, '/content/problem required'],
    ['/versions', { content: { technologyFields: ['999'] } }, '/content/technologyFields/0'],
    ['/versions', { content: { indicators: [{ name: '纯度', comparator: '>=' }] } }, '/content/indicators/0 indicator'],
    ['/versions', { content: { budget: { minCny: 5, maxCny: 1 } } }, '/content/budget order'],
    ['/versions', { content: { regionCode: '640300' } }, 'additionalProperties'],
    ['/assign-expert', { name: '陈', userId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d' }, '/userId member'],
    [
      '/assign-expert',
      { name: '陈', organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d' },
      '/organizationId university',
    ],
    ['/visits', { ...visit, visitedOn: '2026-11-24' }, '/visitedOn future'],
    ['/visits', { ...visit, minutes: 0 }, 'minimum'],
    ['/close', { route: 'elsewhere' }, 'enum'],
  ])('%s %j: %s', async (path, body, fault) => {
    const { id } = await sharedDiagnosis();
    const before = await countWrites(api);
    const answer = await world.demandBroker.post(`/v1/diagnoses/${id}${path}`, body);
    expect(answer.status).toBe(422);
    const faults = answer.body.errors.map(({ pointer, code }: Body) => `${pointer} ${code}`).join(', ');
    expect(faults).toContain(fault);
    expect(await countWrites(api)).toEqual(before);
  });

  it('an enterprise, or a member of another university, as expert; a second diagnosis beside one that is open', async () => {
    const { enterprise, strangerUniversity, demandBroker, university } = world;
    const demand = await submitDemand(enterprise);
    const url = `/v1/demands/${demand.id}/diagnoses`;
    const wrong = { name: '陈', organizationId: university.organizationId, userId: strangerUniversity.userId };
    for (const one of [asked(enterprise), wrong])
      expect((await demandBroker.post(url, { expert: one })).status).toBe(422);
    expect(done(await enterprise.get(`/v1/demands/${demand.id}`)).status).toBe('submitted');
    const first = done(await demandBroker.post(url));
    const second = await demandBroker.post(url);
    expect([second.status, second.body.code]).toEqual([409, 'CONFLICT']);
    done(await demandBroker.post(`/v1/diagnoses/${first.id}/close`, { route: 'challenge' }));
    expect(done(await demandBroker.post(url)).id).not.toBe(first.id);
  });

  it('of two answers at once the second, and a change of what has changed', async () => {
    const { enterprise, demandBroker } = world;
    const { id, version } = await makeDiagnosis(world, 'proposed');
    const url = `/v1/diagnoses/${id}`;
    const answers = await Promise.all([
      enterprise.post(`${url}/versions/1/sign`),
      enterprise.post(`${url}/versions/1/refuse`, { reason: '不同意' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const stale = { 'if-match': `"${version}"` };
    expect((await demandBroker.post(`${url}/close`, { route: 'match' }, stale)).status).toBe(412);
    const opened = await Promise.all(Array.from({ length: 3 }, () => openQuietly()));
    expect(opened.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('signing for a demand that was rejected meanwhile, while the diagnosis can still be closed', async () => {
    const { enterprise, demandBroker } = world;
    const { id, demandId } = await makeDiagnosis(world, 'proposed');
    done(await demandBroker.post(`/v1/demands/${demandId}/reject`, { reason: '不属于技术需求' }));
    const answer = await enterprise.post(`/v1/diagnoses/${id}/versions/1/sign`);
    expect([answer.status, answer.body.state]).toEqual([409, 'rejected']);
    const closed = done(await demandBroker.post(`/v1/diagnoses/${id}/close`, { route: 'service' }));
    expect([closed.demand.status, closed.versions[1].status]).toEqual(['rejected', 'superseded']);
  });
});

let shared: Promise<Body> | undefined;
function sharedDiagnosis(): Promise<Body> {
  shared ??= open();
  return shared;
}

let contested: Promise<Body> | undefined;
async function openQuietly() {
  contested ??= submitDemand(world.enterprise);
  return await world.demandBroker.post(`/v1/demands/${(await contested).id}/diagnoses`);
}
