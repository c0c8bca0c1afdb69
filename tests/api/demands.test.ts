import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, demandInput, publishDemand, startApi, type TestApi, type World } from '../setup/api.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

async function draft(input: object = demandInput) {
  return (await world.enterprise.post('/v1/demands', input)).body;
}

describe('creating a demand', () => {
  it('gives an enterprise a draft with a code, an ETag and its own full view', async () => {
    const answer = await world.enterprise.post('/v1/demands', demandInput);
    expect(answer.status).toBe(201);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.body).toMatchObject({ status: 'draft', regionCode: '640302', language: 'zh', budgetBand: '500k_1m' });
    expect(answer.body.code).toMatch(/^D2026-640302-\d{6}$/);
    expect(answer.body.contact).toEqual(demandInput.contact);
    expect(await auditOf(api, answer.body.id)).toEqual(['demand.create']);
  });

  it('is refused to universities, brokers and the administrator, and to anonymous callers', async () => {
    const before = await countWrites(api);
    for (const person of [world.university, world.demandBroker, world.admin]) {
      expect((await person.post('/v1/demands', demandInput)).status).toBe(403);
    }
    expect((await api.anonymous.post('/v1/demands', demandInput)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('names every fault with a pointer, in the language asked for', async () => {
    const faulty = { ...demandInput, targetTrl: 12, budget: { minCny: '5' }, nonsense: 1 };
    const answer = await world.enterprise.post('/v1/demands', faulty, { 'accept-language': 'en' });
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/targetTrl', '/budget/minCny', '/nonsense']));
    const zh = await world.enterprise.post('/v1/demands', faulty, { 'accept-language': 'zh-CN' });
    expect(zh.body.detail).toMatch(/\p{Script=Han}/u);
  });

  it('refuses codes that are in no vocabulary, ranges out of order and dates that do not exist', async () => {
    const answer = await world.enterprise.post('/v1/demands', {
      ...demandInput,
      technologyFields: ['499'],
      regionCode: '649999',
    });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/technologyFields/0',
      '/regionCode',
    ]);
    const ranges = await world.enterprise.post('/v1/demands', {
      title: 'x',
      budget: { minCny: 5, maxCny: 1 },
      neededBy: '2026-02-31T00:00:00Z',
      indicators: [{ name: 'n', comparator: 'between', min: 1 }],
    });
    expect(ranges.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/indicators/0',
      '/budget',
      '/neededBy',
    ]);
  });

  it('makes one draft of a request that is repeated with its Idempotency-Key, and refuses the key for another body', async () => {
    const headers = { 'idempotency-key': 'draft-1' };
    const first = await world.enterprise.post('/v1/demands', demandInput, headers);
    const again = await world.enterprise.post('/v1/demands', demandInput, headers);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect((await world.enterprise.post('/v1/demands', { ...demandInput, title: '另一个' }, headers)).status).toBe(422);
  });

  it('makes one draft of a hundred concurrent requests with one key', async () => {
    const headers = { 'idempotency-key': 'draft-100' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => world.enterprise.post('/v1/demands', demandInput, headers)),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });
});

describe('changing a demand', () => {
  it('leaves what is absent and clears what is null', async () => {
    const made = await draft();
    const answer = await world.enterprise.patch(
      `/v1/demands/${made.id}`,
      { keyTechnology: null },
      { 'if-match': '"1"' },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ keyTechnology: null, problem: demandInput.problem, version: 2 });
  });

  it('wants the version that was read', async () => {
    const made = await draft();
    expect((await world.enterprise.patch(`/v1/demands/${made.id}`, { targetTrl: 5 })).status).toBe(428);
    expect(
      (await world.enterprise.patch(`/v1/demands/${made.id}`, { targetTrl: 5 }, { 'if-match': '"9"' })).status,
    ).toBe(412);
  });

  it('lets one of fifty concurrent changes with one ETag through', async () => {
    const made = await draft();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        world.enterprise.patch(`/v1/demands/${made.id}`, { title: `题目 ${at}` }, { 'if-match': '"1"' }),
      ),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(412)]);
  });

  it('of a published demand waits for the broker while the old version stays visible', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    const etag = { 'if-match': `"${made.version}"` };
    const changed = await world.enterprise.patch(
      `/v1/demands/${made.id}`,
      { title: '新题目', decisionOwner: '总工' },
      etag,
    );
    expect(changed.body).toMatchObject({
      title: demandInput.title,
      revision: { title: '新题目' },
      decisionOwner: '总工',
    });
    expect((await api.anonymous.get(`/v1/demands/${made.id}`)).body.title).toBe(demandInput.title);
    const published = await world.demandBroker.post(`/v1/demands/${made.id}/publish`);
    expect(published.body).toMatchObject({ title: '新题目', revision: null, status: 'published' });
    expect((await messagesAbout(api, made.id)).at(-1)).toBe('demand.changed');
  });

  it('of a published demand keeps what it needed to be submitted', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    const emptied = { summary: '', problem: null, technologyFields: [], keywords: [] };
    const answer = await world.enterprise.patch(`/v1/demands/${made.id}`, emptied, {
      'if-match': `"${made.version}"`,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/summary',
      '/problem',
      '/technologyFields',
      '/keywords',
    ]);
  });

  it('of a published demand leaves it with a term, and takes it to the market of its new region', async () => {
    for (const validUntil of [null, '2001-01-01']) {
      const made = await publishDemand(world.enterprise, world.demandBroker);
      const change = { validUntil, regionCode: '430104' };
      await world.enterprise.patch(`/v1/demands/${made.id}`, change, { 'if-match': `"${made.version}"` });
      expect((await world.demandBroker.post(`/v1/demands/${made.id}/publish`)).status).toBe(200);
      const published = (await world.enterprise.get(`/v1/demands/${made.id}`)).body;
      expect(new Date(published.validUntil) > api.clock.now()).toBe(true);
      expect(published).toMatchObject({ regionCode: '430104', homeMarketId: world.resultMarket.id });
    }
  });

  it('keeps the exact budget and its band together: both wait for the broker, and both are dropped with a return', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    const url = `/v1/demands/${made.id}`;
    const raise = async (version: number) =>
      (await world.enterprise.patch(url, { budget: { maxCny: 9_000_000 } }, { 'if-match': `"${version}"` })).body;
    const raised = await raise(made.version);
    expect(raised.budget).toEqual(demandInput.budget);
    expect(raised.revision).toMatchObject({ budgetBand: '5m_10m', budget: { maxCny: 9_000_000 } });
    expect(JSON.stringify((await api.anonymous.get(url)).body)).not.toContain('9000000');
    const returned = (await world.demandBroker.post(`${url}/return`, { reason: '请说明预算依据' })).body;
    expect(returned).toMatchObject({ revision: null, budget: demandInput.budget, budgetBand: '500k_1m' });
    await raise(returned.version);
    const published = (await world.demandBroker.post(`${url}/publish`)).body;
    expect(published).toMatchObject({ revision: null, budget: { maxCny: 9_000_000 }, budgetBand: '5m_10m' });
  });

  it('is refused while it is submitted, and to everybody but its owner', async () => {
    const made = await draft();
    await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    const answer = await world.enterprise.patch(`/v1/demands/${made.id}`, { targetTrl: 5 }, { 'if-match': '"2"' });
    expect(answer.status).toBe(409);
    expect(answer.body.state).toBe('submitted');
    const broker = await world.demandBroker.patch(`/v1/demands/${made.id}`, { targetTrl: 5 }, { 'if-match': '"2"' });
    expect(broker.status).toBe(403);
    const stranger = await world.strangerEnterprise.patch(
      `/v1/demands/${made.id}`,
      { targetTrl: 5 },
      { 'if-match': '"2"' },
    );
    expect(stranger.status).toBe(404);
  });
});

describe('submitting and publishing', () => {
  it('take a demand from draft to published, with messages and audit rows', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    expect(made.status).toBe('published');
    expect(made.validUntil).not.toBeNull();
    expect(await messagesAbout(api, made.id)).toEqual(['demand.submitted', 'demand.published']);
    expect(await auditOf(api, made.id)).toEqual(['demand.create', 'demand.submit', 'demand.publish']);
  });

  it('name what is missing from a draft', async () => {
    const made = await draft({ title: '只有题目' });
    const answer = await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/summary',
      '/problem',
      '/technologyFields',
      '/cooperationModes',
      '/keywords',
    ]);
  });

  it('are refused in a wrong state, which is named', async () => {
    const made = await draft();
    const answer = await world.demandDirector.post(`/v1/demands/${made.id}/publish`);
    expect(answer.status).toBe(404);
    await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    const twice = await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    expect(twice.status).toBe(409);
    expect(twice.body.state).toBe('submitted');
  });

  it('publishing is refused to the owner, to another market and to strangers', async () => {
    const made = await draft();
    await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    const before = await countWrites(api);
    expect((await world.enterprise.post(`/v1/demands/${made.id}/publish`)).status).toBe(403);
    expect((await world.resultBroker.post(`/v1/demands/${made.id}/publish`)).status).toBe(404);
    expect((await world.strangerUniversity.post(`/v1/demands/${made.id}/publish`)).status).toBe(404);
    expect((await api.anonymous.post(`/v1/demands/${made.id}/publish`)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
    expect((await world.provinceDirector.post(`/v1/demands/${made.id}/publish`)).status).toBe(200);
  });

  it('an organization that is pending may draft and may not submit', async () => {
    const { registerOrganization } = await import('../setup/api.ts');
    const pending = await registerOrganization(api, 'enterprise', '640303', '待审核公司');
    const made = await pending.post('/v1/demands', demandInput);
    expect(made.status).toBe(201);
    const answer = await pending.post(`/v1/demands/${made.body.id}/submit`);
    expect(answer.status).toBe(409);
    expect(answer.body.state).toBe('pending');
  });

  it('a broker returns a demand with the reason, and the owner submits it again', async () => {
    const made = await draft();
    await world.enterprise.post(`/v1/demands/${made.id}/submit`);
    const returned = await world.demandBroker.post(`/v1/demands/${made.id}/return`, { reason: '请补充处理量' });
    expect(returned.body).toMatchObject({ status: 'returned', returnReason: '请补充处理量' });
    expect((await world.enterprise.post(`/v1/demands/${made.id}/submit`)).body.status).toBe('submitted');
    expect(
      (await world.demandBroker.post(`/v1/demands/${made.id}/reject`, { reason: '不属于技术需求' })).body.status,
    ).toBe('rejected');
    expect((await messagesAbout(api, made.id)).slice(-1)).toEqual(['demand.rejected']);
  });

  it('the owner withdraws; the owner or the broker closes with an outcome', async () => {
    const first = await publishDemand(world.enterprise, world.demandBroker);
    expect((await world.demandBroker.post(`/v1/demands/${first.id}/withdraw`)).status).toBe(403);
    expect((await world.enterprise.post(`/v1/demands/${first.id}/withdraw`)).body.status).toBe('withdrawn');
    expect((await api.anonymous.get(`/v1/demands/${first.id}`)).status).toBe(404);
    const second = await publishDemand(world.enterprise, world.demandBroker);
    const closed = await world.demandBroker.post(`/v1/demands/${second.id}/close`, { outcome: 'solved_in_house' });
    expect(closed.body).toMatchObject({ status: 'closed', outcome: 'solved_in_house' });
  });
});

describe('the organizations that a demand excludes', () => {
  it('are seen by its owner and its brokers, and by nobody else', async () => {
    const excludedOrganizations = [world.strangerUniversity.organizationId];
    const made = await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, excludedOrganizations });
    for (const reader of [world.enterprise, world.demandBroker, world.provinceDirector])
      expect((await reader.get(`/v1/demands/${made.id}`)).body.excludedOrganizations).toEqual(excludedOrganizations);
    for (const reader of [api.anonymous, world.university, world.strangerUniversity, world.resultBroker]) {
      const text = JSON.stringify((await reader.get(`/v1/demands/${made.id}`)).body);
      expect(text).toContain(made.code);
      expect(text).not.toContain('excluded');
      expect(text).not.toContain(world.strangerUniversity.organizationId);
    }
  });

  it('change at once while the demand is published, without the broker, and say in the history only that they did', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    const excludedOrganizations = [world.university.organizationId, world.strangerUniversity.organizationId].sort();
    const changed = await world.enterprise.patch(
      `/v1/demands/${made.id}`,
      { excludedOrganizations },
      { 'if-match': `"${made.version}"` },
    );
    expect(changed.body).toMatchObject({ excludedOrganizations, revision: null });
    const history = JSON.stringify((await world.demandBroker.get(`/v1/demands/${made.id}/history`)).body);
    expect(history).toContain('excludedOrganizations');
    expect(history).not.toContain(world.university.organizationId);
    const cleared = await world.enterprise.patch(
      `/v1/demands/${made.id}`,
      { excludedOrganizations: [] },
      { 'if-match': `"${changed.body.version}"` },
    );
    expect(cleared.body.excludedOrganizations).toEqual([]);
    expect((await messagesAbout(api, made.id)).slice(-2)).toEqual(['demand.changed', 'demand.changed']);
  });

  it('of a draft change without a message, and a change to other confidential fields re-matches nothing', async () => {
    const made = await draft({ ...demandInput, excludedOrganizations: [world.university.organizationId] });
    const changed = await world.enterprise.patch(
      `/v1/demands/${made.id}`,
      { excludedOrganizations: [] },
      { 'if-match': '"1"' },
    );
    expect(changed.body.excludedOrganizations).toEqual([]);
    expect(await messagesAbout(api, made.id)).toEqual([]);
    const open = await publishDemand(world.enterprise, world.demandBroker);
    await world.enterprise.patch(
      `/v1/demands/${open.id}`,
      { decisionOwner: '王总' },
      { 'if-match': `"${open.version}"` },
    );
    expect(await messagesAbout(api, open.id)).toEqual(['demand.submitted', 'demand.published']);
  });

  it('are checked without telling whether an organization exists that is not shown', async () => {
    const { registerOrganization } = await import('../setup/api.ts');
    const pending = await registerOrganization(api, 'university', '430104', '尚未审核的大学');
    const [university, unknown] = [world.university.organizationId, '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d'];
    const faults = async (...ids: string[]) => {
      const answer = await world.enterprise.post('/v1/demands', { ...demandInput, excludedOrganizations: ids });
      expect(answer.status).toBe(422);
      return answer.body.errors;
    };
    const ofUnknown = await faults(university, unknown);
    expect(ofUnknown).toMatchObject([{ pointer: '/excludedOrganizations/1', code: 'organization' }]);
    expect(await faults(university, pending.organizationId)).toEqual(ofUnknown);
    expect(await faults(university, world.demandMarket.id)).toEqual(ofUnknown);
    expect((await faults(...Array.from({ length: 51 }, () => university)))[0].pointer).toBe('/excludedOrganizations');
  });

  it('may stay excluded whatever becomes of them, and count once however they are written', async () => {
    const id = world.strangerUniversity.organizationId;
    const made = await draft({ ...demandInput, excludedOrganizations: [id, id.toUpperCase()] });
    expect(made.excludedOrganizations).toEqual([id]);
    await world.resultBroker.post(`/v1/organizations/${id}/suspend`, { reason: '材料有误' });
    const again = { ...demandInput, excludedOrganizations: [id] };
    const kept = await world.enterprise.patch(`/v1/demands/${made.id}`, again, { 'if-match': '"1"' });
    expect(kept.status).toBe(200);
    expect((await world.enterprise.post('/v1/demands', again)).status).toBe(422);
    await world.resultBroker.post(`/v1/organizations/${id}/reinstate`);
  });
});

describe('reading demands', () => {
  it('shows a stranger neither contact, nor detail, nor exact budget, nor the name behind an anonymous demand', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker, {
      ...demandInput,
      confidentiality: { anonymous: true, detail: '机密细节：配方编号甲' },
    });
    for (const reader of [api.anonymous, world.strangerUniversity, world.university, world.resultBroker]) {
      const answer = await reader.get(`/v1/demands/${made.id}`);
      expect(answer.status).toBe(200);
      const text = JSON.stringify(answer.body);
      for (const secret of ['13900000001', '配方编号甲', '600000', '某枸杞乳业', world.enterprise.organizationId]) {
        expect(text).not.toContain(secret);
      }
      expect(answer.body.organization).toMatchObject({
        id: null,
        name: null,
        kind: 'enterprise',
        regionCode: '640302',
      });
    }
    const owner = await world.enterprise.get(`/v1/demands/${made.id}`);
    expect(owner.body.confidentiality.detail).toContain('配方编号甲');
    expect((await world.provinceDirector.get(`/v1/demands/${made.id}`)).body.budget.maxCny).toBe(900_000);
  });

  it('answers for a draft of another exactly as for an id that does not exist', async () => {
    const made = await draft();
    const hidden = await world.strangerEnterprise.get(`/v1/demands/${made.id}`);
    const unknown = await world.strangerEnterprise.get('/v1/demands/0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d');
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect(Object.keys(hidden.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
  });

  it('lists the published newest first, page by page, each once', async () => {
    for (let at = 0; at < 3; at += 1) {
      api.clock.advance({ minutes: 1 });
      await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, title: `分页 ${at}` });
    }
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await api.anonymous.get(`/v1/demands?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      ids.push(...page.body.items.map((item: { id: string }) => item.id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await api.anonymous.get('/v1/demands?limit=1')).body.items[0].title).toBe('分页 2');
    expect((await api.anonymous.get('/v1/demands?cursor=nonsense')).status).toBe(422);
  });

  it('shows drafts in "mine" to their organization alone, and everything submitted on the desk of the territory', async () => {
    const made = await draft();
    const mine = await world.enterprise.get('/v1/demands?view=mine&status=draft&limit=100');
    expect(mine.body.items.map((item: { id: string }) => item.id)).toContain(made.id);
    const desk = await world.provinceDirector.get('/v1/demands?view=desk&limit=100');
    expect(desk.body.items.map((item: { id: string }) => item.id)).not.toContain(made.id);
    expect((await api.anonymous.get('/v1/demands?view=mine')).status).toBe(403);
    expect((await world.enterprise.get('/v1/demands?view=desk')).status).toBe(403);
  });

  it('tells the history to the owner and the broker, and to nobody else', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    const history = await world.demandBroker.get(`/v1/demands/${made.id}/history`);
    expect(history.body.items.map((entry: { action: string }) => entry.action)).toEqual([
      'demand.create',
      'demand.submit',
      'demand.publish',
    ]);
    expect((await world.university.get(`/v1/demands/${made.id}/history`)).status).toBe(404);
  });
});

describe('validity', () => {
  it('cannot be renewed to a date that does not exist or has passed', async () => {
    const made = await publishDemand(world.enterprise, world.demandBroker);
    for (const validUntil of ['2026-99-99', '2027-02-30', '2001-01-01']) {
      const answer = await world.enterprise.post(`/v1/demands/${made.id}/renew`, { validUntil });
      expect(answer.status, validUntil).toBe(422);
      expect(answer.body.errors[0].pointer).toBe('/validUntil');
    }
    const answer = await world.enterprise.post(`/v1/demands/${made.id}/renew`, { validUntil: '2027-02-28' });
    expect(answer.body.validUntil).toBe('2027-02-28T15:59:59.000Z');
  });

  it('asks the owner two weeks before, archives when nothing is said, and spares a demand that was renewed', async () => {
    const { expireDemands } = await import('../../src/demands/service.ts');
    const renewed = await publishDemand(world.enterprise, world.demandBroker);
    const silent = await publishDemand(world.enterprise, world.demandBroker);
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'expire-demands' });
    api.clock.advance({ days: 355 });
    await expireDemands(ctx);
    expect(await messagesAbout(api, silent.id)).toContain('demand.expiring');
    const owner = await api.signIn(world.enterprise.session.user.email, 'a long enough password');
    expect((await owner.post(`/v1/demands/${renewed.id}/renew`)).status).toBe(200);
    api.clock.advance({ days: 11 });
    await expireDemands(ctx);
    expect((await messagesAbout(api, silent.id)).at(-1)).toBe('demand.expired');
    expect((await api.anonymous.get(`/v1/demands/${silent.id}`)).status).toBe(404);
    expect((await api.anonymous.get(`/v1/demands/${renewed.id}`)).status).toBe(200);
  });
});
