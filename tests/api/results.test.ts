import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireResults } from '../../src/results/service.ts';
import {
  addMember,
  type Body,
  createWorld,
  type Person,
  publishResult,
  registerOrganization,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

const unknownId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

let api: TestApi;
let world: World;
/** Two researchers of the university of the story. */
let researcher: Person;
let colleague: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});
afterAll(() => api.close());

async function draft(input: object = resultInput, owner: Person = world.university): Promise<Body> {
  const answer = await owner.post('/v1/results', input);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function submitted(): Promise<Body> {
  const made = await draft();
  return (await world.university.post(`/v1/results/${made.id}/submit`)).body;
}

function pointersOf(answer: { body: Body }): string[] {
  return answer.body.errors.map((error: { pointer: string }) => error.pointer);
}

function idsOf(answer: { body: Body }): string[] {
  return answer.body.items.map((item: { id: string }) => item.id);
}

describe('creating a result', () => {
  it('gives a member of a university a draft with a code, an ETag and the full view', async () => {
    const answer = await researcher.post('/v1/results', resultInput);
    expect(answer.status).toBe(201);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.body).toMatchObject({
      status: 'draft',
      regionCode: '430104',
      language: 'zh',
      priceBand: '500k_1m',
      price: resultInput.price,
      homeMarketId: world.resultMarket.id,
      createdByUserId: researcher.userId,
    });
    expect(answer.body.code).toMatch(/^R2026-430104-\d{6}$/);
    expect(answer.body.contact).toEqual(resultInput.contact);
    expect(await auditOf(api, answer.body.id)).toEqual(['result.create']);
    expect(await messagesAbout(api, answer.body.id)).toEqual([]);
  });

  it('is refused to enterprises, staff and the administrator, and to anonymous callers', async () => {
    const before = await countWrites(api);
    for (const person of [world.enterprise, world.resultBroker, world.provinceDirector, world.admin])
      expect((await person.post('/v1/results', resultInput)).status).toBe(403);
    expect((await api.anonymous.post('/v1/results', resultInput)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('names every fault with a pointer', async () => {
    const shapes = await world.university.post('/v1/results', {
      ...resultInput,
      trl: 0,
      stage: 'prototype',
      inventors: [{ name: '李教授', email: 'not an address' }],
      price: { minCny: 1.5 },
      sealed: true,
    });
    expect(shapes.status).toBe(422);
    expect(pointersOf(shapes)).toEqual(
      expect.arrayContaining(['/trl', '/stage', '/inventors/0/email', '/price/minCny', '/sealed']),
    );
    const meaning = await world.university.post('/v1/results', {
      title: '题目',
      price: { minCny: 9, maxCny: 1 },
      validUntil: '2026-02-31',
      indicators: [{ name: '纯度' }],
      owners: [{ name: '某大学', share: 99 }],
    });
    expect(pointersOf(meaning)).toEqual(['/indicators/0', '/price', '/validUntil', '/owners']);
    const codes = await world.university.post('/v1/results', {
      title: '题目',
      technologyFields: ['206', '799'],
      applicationIndustries: ['99'],
      regionCode: '439999',
    });
    expect(pointersOf(codes)).toEqual(['/technologyFields/1', '/applicationIndustries/0', '/regionCode']);
  });

  it("takes owners' shares that add to 100 percent, also when they are thirds", async () => {
    const owners = (...shares: number[]) => shares.map((share, at) => ({ name: `权属单位${at}`, share }));
    for (const good of [owners(100), owners(60, 40), owners(33.33, 33.33, 33.34), []])
      expect((await world.university.post('/v1/results', { ...resultInput, owners: good })).status).toBe(201);
    for (const bad of [owners(99), owners(60, 41), owners(33, 33, 33)]) {
      const answer = await world.university.post('/v1/results', { ...resultInput, owners: bad });
      expect([answer.status, pointersOf(answer)]).toEqual([422, ['/owners']]);
    }
    const made = await draft();
    const etag = { 'if-match': '"1"' };
    expect((await world.university.patch(`/v1/results/${made.id}`, { owners: owners(50) }, etag)).status).toBe(422);
  });

  it('makes one draft of a request that is repeated with its Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'result-1' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.university.post('/v1/results', resultInput, headers)),
    );
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    const other = await world.university.post('/v1/results', { ...resultInput, trl: 7 }, headers);
    expect(other.status).toBe(422);
  });
});

describe("a university's result", () => {
  it('belongs to the member who made it and to the admins, and to no other member', async () => {
    const made = await draft(resultInput, researcher);
    const url = `/v1/results/${made.id}`;
    for (const owner of [researcher, world.university])
      expect((await owner.get(url)).body.contact).toEqual(resultInput.contact);
    const hidden = await colleague.get(url);
    const unknown = await colleague.get(`/v1/results/${unknownId}`);
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    const before = await countWrites(api);
    expect((await colleague.patch(url, { trl: 7 }, { 'if-match': '"1"' })).status).toBe(404);
    expect((await colleague.post(`${url}/submit`)).status).toBe(404);
    expect((await colleague.get(`${url}/history`)).status).toBe(404);
    expect(await countWrites(api)).toEqual(before);
    expect((await world.university.post(`${url}/submit`)).status).toBe(200);
  });

  it('is public to the other members once it is published, without contact and detail', async () => {
    const made = await publishResult(researcher, world.resultBroker);
    const url = `/v1/results/${made.id}`;
    const seen = await colleague.get(url);
    const byStranger = await world.strangerEnterprise.get(url);
    expect(seen.status).toBe(200);
    expect(seen.body).toEqual(byStranger.body);
    expect(seen.body).not.toHaveProperty('contact');
    const before = await countWrites(api);
    const etag = { 'if-match': `"${made.version}"` };
    expect((await colleague.patch(url, { trl: 7 }, etag)).status).toBe(403);
    expect((await colleague.post(`${url}/withdraw`)).status).toBe(403);
    expect((await colleague.post(`${url}/close`, { outcome: 'other' })).status).toBe(403);
    expect((await colleague.post(`${url}/renew`, {})).status).toBe(403);
    expect((await colleague.get(`${url}/history`)).status).toBe(404);
    expect(await countWrites(api)).toEqual(before);
  });

  it('is in the list "mine" of its maker and of the admins, and of no other member', async () => {
    const made = await draft({ ...resultInput, title: '尚未公开的成果' }, researcher);
    const mine = '/v1/results?view=mine&status=draft&limit=100';
    expect(idsOf(await researcher.get(mine))).toContain(made.id);
    expect(idsOf(await world.university.get(mine))).toContain(made.id);
    expect(idsOf(await colleague.get(mine))).not.toContain(made.id);
    expect(idsOf(await world.strangerUniversity.get(mine))).not.toContain(made.id);
  });
});

describe('changing a result', () => {
  it('leaves what is absent and clears what is null', async () => {
    const made = await draft();
    const answer = await world.university.patch(
      `/v1/results/${made.id}`,
      { stage: null, contact: null, price: null },
      { 'if-match': '"1"' },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      stage: null,
      contact: null,
      priceBand: null,
      price: { minCny: null, maxCny: null },
      description: resultInput.description,
      confidentiality: resultInput.confidentiality,
      version: 2,
    });
  });

  it('wants the version that was read, and lets one of many concurrent changes through', async () => {
    const made = await draft();
    const url = `/v1/results/${made.id}`;
    expect((await world.university.patch(url, { trl: 5 })).status).toBe(428);
    expect((await world.university.patch(url, { trl: 5 }, { 'if-match': '"9"' })).status).toBe(412);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        world.university.patch(url, { title: `题目 ${at}` }, { 'if-match': '"1"' }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(19).fill(412)]);
  });

  it('of a published result waits for the broker while the old version stays visible', async () => {
    const made = await publishResult(world.university, world.resultBroker);
    const url = `/v1/results/${made.id}`;
    const changed = await world.university.patch(
      url,
      { title: '新题目', price: { minCny: 5_000_000, maxCny: 6_000_000 }, confidentiality: { detail: '新的细节' } },
      { 'if-match': `"${made.version}"` },
    );
    expect(changed.body).toMatchObject({
      title: resultInput.title,
      priceBand: '500k_1m',
      confidentiality: { detail: '新的细节' },
      revision: { title: '新题目', priceBand: '5m_10m' },
    });
    const before = (await api.anonymous.get(url)).body;
    expect(before).toMatchObject({ title: resultInput.title, priceBand: '500k_1m' });
    expect(before).not.toHaveProperty('revision');
    expect((await world.university.post(`${url}/publish`)).status).toBe(403);
    const published = await world.resultBroker.post(`${url}/publish`);
    expect(published.body).toMatchObject({ title: '新题目', revision: null, status: 'published' });
    expect((await api.anonymous.get(url)).body).toMatchObject({ title: '新题目', priceBand: '5m_10m' });
    expect((await messagesAbout(api, made.id)).at(-1)).toBe('result.changed');
    expect((await auditOf(api, made.id)).at(-1)).toBe('result.publish_revision');
  });

  it('of a published result is dropped when the broker returns it, with the reason', async () => {
    const made = await publishResult(world.university, world.resultBroker);
    const url = `/v1/results/${made.id}`;
    await world.university.patch(url, { title: '夸大的题目' }, { 'if-match': `"${made.version}"` });
    const returned = await world.resultBroker.post(`${url}/return`, { reason: '题目夸大，请改' });
    expect(returned.body).toMatchObject({ status: 'published', revision: null, returnReason: '题目夸大，请改' });
    expect((await api.anonymous.get(url)).body.title).toBe(resultInput.title);
  });

  it('that the public does not see needs no broker', async () => {
    const made = await publishResult(world.university, world.resultBroker);
    const url = `/v1/results/${made.id}`;
    const contact = { name: '技术转移办公室', phone: '0731-0000001' };
    const changed = await world.university.patch(url, { contact }, { 'if-match': `"${made.version}"` });
    expect(changed.body).toMatchObject({ contact, revision: null, status: 'published' });
  });

  it('is refused while it is submitted or withdrawn, and to everybody but its owner', async () => {
    const made = await submitted();
    const url = `/v1/results/${made.id}`;
    const etag = { 'if-match': `"${made.version}"` };
    const waiting = await world.university.patch(url, { trl: 5 }, etag);
    expect([waiting.status, waiting.body.state]).toEqual([409, 'submitted']);
    expect((await world.resultBroker.patch(url, { trl: 5 }, etag)).status).toBe(403);
    for (const person of [world.strangerUniversity, world.enterprise, world.demandBroker, world.admin])
      expect((await person.patch(url, { trl: 5 }, etag)).status).toBe(404);
    expect((await api.anonymous.patch(url, { trl: 5 }, etag)).status).toBe(401);
    expect((await world.university.patch(`/v1/results/${unknownId}`, { trl: 5 }, etag)).status).toBe(404);
    const withdrawn = (await world.university.post(`${url}/withdraw`)).body;
    const late = await world.university.patch(url, { trl: 5 }, { 'if-match': `"${withdrawn.version}"` });
    expect([late.status, late.body.state]).toEqual([409, 'withdrawn']);
  });
});

describe('submitting and publishing a result', () => {
  it('take it from draft to published, with messages and audit entries', async () => {
    const made = await publishResult(world.university, world.resultBroker);
    expect(made.status).toBe('published');
    expect(made.validUntil).toBe('2027-11-23T02:00:00.000Z');
    expect(await messagesAbout(api, made.id)).toEqual(['result.submitted', 'result.published']);
    expect(await auditOf(api, made.id)).toEqual(['result.create', 'result.submit', 'result.publish']);
  });

  it('name what is missing from a draft', async () => {
    const made = await draft({ title: '只有题目' });
    const before = await countWrites(api);
    const answer = await world.university.post(`/v1/results/${made.id}/submit`);
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(['/summary', '/technologyFields', '/cooperationModes', '/keywords']);
    expect(await countWrites(api)).toEqual(before);
  });

  it('are refused to everybody whose step it is not, and write nothing', async () => {
    const made = await draft();
    const url = `/v1/results/${made.id}`;
    const before = await countWrites(api);
    for (const person of [world.resultBroker, world.strangerUniversity, world.enterprise, world.admin])
      expect((await person.post(`${url}/submit`)).status).toBe(404);
    expect((await api.anonymous.post(`${url}/submit`)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
    await world.university.post(`${url}/submit`);
    const written = await countWrites(api);
    for (const [step, body] of [
      ['publish'],
      ['return', { reason: '请补充' }],
      ['reject', { reason: '不符' }],
    ] as const) {
      expect((await world.university.post(`${url}/${step}`, body)).status).toBe(403);
      for (const person of [world.demandBroker, world.provinceDirector, world.strangerUniversity, world.admin])
        expect((await person.post(`${url}/${step}`, body)).status).toBe(404);
      expect((await api.anonymous.post(`${url}/${step}`, body)).status).toBe(401);
      expect((await world.resultBroker.post(`/v1/results/${unknownId}/${step}`, body)).status).toBe(404);
    }
    expect(await countWrites(api)).toEqual(written);
    expect((await world.resultBroker.post(`${url}/publish`)).status).toBe(200);
  });

  it('are refused in a wrong state, which is named, and with a stale If-Match', async () => {
    const made = await submitted();
    const url = `/v1/results/${made.id}`;
    const twice = await world.university.post(`${url}/submit`);
    expect([twice.status, twice.body.state]).toEqual([409, 'submitted']);
    expect((await world.resultBroker.post(`${url}/publish`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    await world.resultBroker.post(`${url}/publish`);
    for (const [step, body] of [
      ['publish'],
      ['return', { reason: '请补充' }],
      ['reject', { reason: '不符' }],
    ] as const) {
      const late = await world.resultBroker.post(`${url}/${step}`, body);
      expect([step, late.status, late.body.state]).toEqual([step, 409, 'published']);
    }
  });

  it('wait for the verification of the university', async () => {
    const pending = await registerOrganization(api, 'university', '430104', '待审核研究院');
    const made = await draft(resultInput, pending);
    const answer = await pending.post(`/v1/results/${made.id}/submit`);
    expect([answer.status, answer.body.state]).toEqual([409, 'pending']);
  });

  it('let a broker return a result with the reason, and reject it for good', async () => {
    const made = await submitted();
    const url = `/v1/results/${made.id}`;
    const returned = await world.resultBroker.post(`${url}/return`, { reason: '请补充检测报告' });
    expect(returned.body).toMatchObject({ status: 'returned', returnReason: '请补充检测报告' });
    const again = await world.university.post(`${url}/submit`);
    expect(again.body).toMatchObject({ status: 'submitted', returnReason: null });
    const rejected = await world.resultBroker.post(`${url}/reject`, { reason: '不属于科技成果' });
    expect(rejected.body).toMatchObject({ status: 'rejected', returnReason: '不属于科技成果' });
    expect(await messagesAbout(api, made.id)).toEqual([
      'result.submitted',
      'result.returned',
      'result.submitted',
      'result.rejected',
    ]);
    expect((await world.university.post(`${url}/submit`)).body.state).toBe('rejected');
  });
});

describe('withdrawing and closing a result', () => {
  it('withdrawing is the owner’s, and takes it from the public', async () => {
    const made = await publishResult(world.university, world.resultBroker);
    const url = `/v1/results/${made.id}`;
    for (const person of [world.resultBroker, world.strangerUniversity, world.enterprise, world.admin])
      expect((await person.post(`${url}/withdraw`)).status).toBe(403);
    expect((await world.university.post(`${url}/withdraw`)).body.status).toBe('withdrawn');
    expect((await api.anonymous.get(url)).status).toBe(404);
    expect((await world.university.post(`${url}/withdraw`)).body.state).toBe('withdrawn');
    expect((await messagesAbout(api, made.id)).at(-1)).toBe('result.withdrawn');
  });

  it('closing is the owner’s and the broker’s, with an outcome', async () => {
    for (const person of [world.university, world.resultBroker]) {
      const made = await publishResult(world.university, world.resultBroker);
      const url = `/v1/results/${made.id}`;
      expect((await world.enterprise.post(`${url}/close`, { outcome: 'other' })).status).toBe(403);
      expect(pointersOf(await person.post(`${url}/close`, { outcome: 'lost' }))).toEqual(['/outcome']);
      const closed = await person.post(`${url}/close`, { outcome: 'contracted_elsewhere', note: '已转让' });
      expect(closed.body).toMatchObject({ status: 'closed', outcome: 'contracted_elsewhere' });
      expect((await messagesAbout(api, made.id)).at(-1)).toBe('result.closed');
      expect((await auditOf(api, made.id)).at(-1)).toBe('result.close');
      expect((await api.anonymous.get(url)).status).toBe(404);
    }
  });
});

describe('reading results', () => {
  it('shows a stranger neither contacts, nor detail, nor the exact price', async () => {
    const made = await publishResult(researcher, world.resultBroker, {
      ...resultInput,
      price: { minCny: 512_345, maxCny: 823_456, negotiable: false },
      inventors: [{ name: '李教授', title: '教授', phone: '13911112222', email: 'inventor@university.example' }],
    });
    const url = `/v1/results/${made.id}`;
    const secrets = ['512345', '823456', '13911112222', 'inventor@', '13900000002', 'li@university', '壁材配比乙'];
    for (const reader of [api.anonymous, world.enterprise, world.strangerUniversity, world.demandBroker, colleague]) {
      const answer = await reader.get(url);
      expect(answer.status).toBe(200);
      const text = JSON.stringify(answer);
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(answer.body).toMatchObject({
        priceBand: '500k_1m',
        priceNegotiable: false,
        inventors: [{ name: '李教授', title: '教授' }],
        organization: { id: world.university.organizationId, name: '岳麓某大学' },
      });
    }
    for (const reader of [researcher, world.university, world.resultBroker]) {
      const { body } = await reader.get(url);
      expect(body.price).toEqual({ minCny: 512_345, maxCny: 823_456, negotiable: false });
      expect(body.inventorContacts).toEqual([
        { name: '李教授', phone: '13911112222', email: 'inventor@university.example' },
      ]);
    }
  });

  it('filters the public list by field and region, and refuses lists that are not one’s own', async () => {
    const metal = await publishResult(world.university, world.resultBroker, {
      ...resultInput,
      technologyFields: ['401'],
      regionCode: '430105',
    });
    const byField = idsOf(await api.anonymous.get('/v1/results?technologyField=4&limit=100'));
    expect(byField).toEqual([metal.id]);
    expect(idsOf(await api.anonymous.get('/v1/results?technologyField=402'))).toEqual([]);
    expect(idsOf(await api.anonymous.get('/v1/results?regionCode=430105'))).toEqual([metal.id]);
    expect(idsOf(await api.anonymous.get('/v1/results?regionCode=430100&limit=100'))).toContain(metal.id);
    expect((await api.anonymous.get('/v1/results?view=mine')).status).toBe(403);
    expect((await world.university.get('/v1/results?view=desk')).status).toBe(403);
  });

  it('shows on the desk what was submitted in the territory, and no draft', async () => {
    const hidden = await draft();
    const waiting = await submitted();
    const desk = idsOf(await world.resultBroker.get('/v1/results?view=desk&limit=100'));
    expect(desk).toContain(waiting.id);
    expect(desk).not.toContain(hidden.id);
    expect(idsOf(await world.demandBroker.get('/v1/results?view=desk&limit=100'))).toEqual([]);
  });

  it('refuses cursors that this server never gave out', async () => {
    const forged = (text: string) => `/v1/results?cursor=${Buffer.from(text).toString('base64url')}`;
    for (const cursor of [`x|${unknownId}`, `2026-13-45T00:00:00.000Z|${unknownId}`, `99|${'-'.repeat(36)}`])
      expect((await api.anonymous.get(forged(cursor))).status).toBe(422);
  });

  it('tells the history to the owner and the broker, and to nobody else', async () => {
    const made = await publishResult(researcher, world.resultBroker);
    const url = `/v1/results/${made.id}/history`;
    for (const reader of [researcher, world.university, world.resultBroker]) {
      const actions = (await reader.get(url)).body.items.map((entry: Body) => entry.action);
      expect(actions).toEqual(['result.create', 'result.submit', 'result.publish']);
    }
    for (const reader of [world.enterprise, world.demandBroker, colleague, world.admin])
      expect((await reader.get(url)).status).toBe(404);
    expect((await api.anonymous.get(url)).status).toBe(401);
  });
});

describe('the validity of a result', () => {
  // The last tests of this file: they move the clock past the sessions.
  it('asks the owner two weeks before, archives when nothing is said, and spares a result that was renewed', async () => {
    const renewed = await publishResult(world.university, world.resultBroker);
    const silent = await publishResult(world.university, world.resultBroker);
    for (const person of [world.resultBroker, world.enterprise])
      expect((await person.post(`/v1/results/${renewed.id}/renew`, {})).status).toBe(403);
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'expire-results' });
    api.clock.advance({ days: 355 });
    await expireResults(ctx);
    await expireResults(ctx);
    const asked = (await messagesAbout(api, silent.id)).filter((type) => type === 'result.expiring');
    expect(asked).toHaveLength(1);
    const owner = await api.signIn(world.university.session.user.email, 'a long enough password');
    const answer = await owner.post(`/v1/results/${renewed.id}/renew`, { validUntil: '2028-06-30' });
    expect(answer.body.validUntil).toBe('2028-06-30T15:59:59.000Z');
    api.clock.advance({ days: 11 });
    await expireResults(ctx);
    expect((await messagesAbout(api, silent.id)).at(-1)).toBe('result.expired');
    expect((await api.anonymous.get(`/v1/results/${silent.id}`)).status).toBe(404);
    expect((await api.anonymous.get(`/v1/results/${renewed.id}`)).status).toBe(200);
    const again = await api.signIn(world.university.session.user.email, 'a long enough password');
    const late = await again.post(`/v1/results/${silent.id}/renew`, {});
    expect([late.status, late.body.state]).toEqual([409, 'expired']);
    expect((await again.post(`/v1/results/${silent.id}/submit`)).body.status).toBe('submitted');
  });
});
