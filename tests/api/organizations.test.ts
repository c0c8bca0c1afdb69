import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addMember,
  type Body,
  createWorld,
  type Person,
  publishDemand,
  publishResult,
  registerOrganization,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

const unknownId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

let api: TestApi;
let world: World;
let rootDirector: Person;
let officer: Person;
let enterpriseMember: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  rootDirector = await addMember(api, world.admin, (await rootMarket()).id, 'director');
  const bureau = await world.admin.post('/v1/organizations', {
    kind: 'government',
    name: '吴忠市科学技术局',
    regionCode: '640300',
  });
  officer = await addMember(api, world.admin, bureau.body.id, 'officer');
  enterpriseMember = await addMember(api, world.enterprise, world.enterprise.organizationId, 'member');
});
afterAll(() => api.close());

async function rootMarket(): Promise<Body> {
  const { body } = await api.anonymous.get('/v1/markets');
  return body.items.find((market: Body) => market.kind === 'root');
}

async function homeMarketOf(person: Person): Promise<string> {
  return (await person.get(`/v1/organizations/${person.organizationId}`)).body.homeMarketId;
}

function pending(regionCode = '640303', kind: 'enterprise' | 'university' = 'enterprise'): Promise<Person> {
  return registerOrganization(api, kind, regionCode, `新注册单位${randomUUID().slice(0, 8)}`);
}

function idsOf(answer: { body: Body }): string[] {
  return answer.body.items.map((item: { id: string }) => item.id);
}

function pointersOf(answer: { body: Body }): string[] {
  return answer.body.errors.map((error: { pointer: string }) => error.pointer);
}

describe('the tree of markets', () => {
  it('has one root from the start, with the province under it and the city under the province', async () => {
    const { body } = await api.anonymous.get('/v1/markets');
    const roots = body.items.filter((market: Body) => market.kind === 'root');
    expect(roots).toHaveLength(1);
    expect(roots[0]).toMatchObject({ parentId: null, regionCode: '000000' });
    expect(world.province.parentId).toBe(roots[0].id);
    expect(world.demandMarket).toMatchObject({ parentId: world.province.id, kind: 'territorial' });
    expect(world.resultMarket.parentId).toBe(roots[0].id);
    expect(idsOf({ body })).toEqual(expect.arrayContaining([world.province.id, world.demandMarket.id]));
  });

  it('has one territorial market for each region, whichever of several concurrent requests is first', async () => {
    const before = await countWrites(api);
    const taken = await world.admin.post('/v1/markets', { name: '第二个吴忠市场', regionCode: '640300' });
    expect(taken.status).toBe(409);
    expect(taken.body.detail).toContain(world.demandMarket.name);
    expect(await countWrites(api)).toEqual(before);
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, at) =>
        world.admin.post('/v1/markets', { name: `贵阳市场${at}`, regionCode: '520100' }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('comes with an audit entry and a message for each new market', async () => {
    const made = await world.admin.post('/v1/markets', { name: '西宁科技大市场', regionCode: '630100' });
    expect(made.status).toBe(201);
    expect(await auditOf(api, made.body.id)).toEqual(['market.create']);
    expect(await messagesAbout(api, made.body.id)).toEqual(['market.created']);
  });

  it('lets specialised markets share a region, under the territorial one around them', async () => {
    const input = { kind: 'specialised', regionCode: '640300', technologyFields: ['206'] };
    for (const name of ['枸杞产业专业市场', '葡萄酒产业专业市场']) {
      const made = await world.admin.post('/v1/markets', { ...input, name });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        kind: 'specialised',
        parentId: world.demandMarket.id,
        technologyFields: ['206'],
      });
    }
    expect(await homeMarketOf(world.enterprise)).toBe(world.demandMarket.id);
  });

  it('refuses regions, fields and parents that do not exist', async () => {
    const input = { name: '某市场', regionCode: '620100' };
    expect(pointersOf(await world.admin.post('/v1/markets', { ...input, regionCode: '649999' }))).toEqual([
      '/regionCode',
    ]);
    const fields = { ...input, kind: 'specialised', technologyFields: ['206', '899'] };
    expect(pointersOf(await world.admin.post('/v1/markets', fields))).toEqual(['/technologyFields/1']);
    for (const parentId of [unknownId, world.enterprise.organizationId]) {
      const answer = await world.admin.post('/v1/markets', { ...input, parentId });
      expect(answer.status).toBe(422);
      expect(pointersOf(answer)).toEqual(['/parentId']);
    }
  });

  it('takes no new market from brokers, officers, members or strangers', async () => {
    const before = await countWrites(api);
    const input = { name: '红寺堡市场', regionCode: '640303' };
    for (const person of [world.demandBroker, officer, world.enterprise, world.university, world.resultBroker])
      expect((await person.post('/v1/markets', input)).status).toBe(403);
    expect((await api.anonymous.post('/v1/markets', input)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('takes a new market from a director inside the own territory and nowhere else', async () => {
    const own = await world.provinceDirector.post('/v1/markets', { name: '中卫科技大市场', regionCode: '640500' });
    expect(own.status).toBe(201);
    expect(own.body.parentId).toBe(world.province.id);
    const cityDirector = await addMember(api, world.admin, own.body.id, 'director');
    const before = await countWrites(api);
    const elsewhere = { name: '株洲科技大市场', regionCode: '430200' };
    expect((await world.provinceDirector.post('/v1/markets', elsewhere)).status).toBe(403);
    const beside = { name: '固原科技大市场', regionCode: '640400' };
    expect((await cityDirector.post('/v1/markets', beside)).status).toBe(403);
    expect((await cityDirector.post('/v1/markets', { ...beside, parentId: world.province.id })).status).toBe(403);
    expect((await cityDirector.post('/v1/markets', { ...beside, parentId: own.body.id })).status).toBe(422);
    expect(await countWrites(api)).toEqual(before);
  });

  it('does not let a director reach into another region by naming the own market as parent', async () => {
    const before = await countWrites(api);
    const answer = await world.provinceDirector.post('/v1/markets', {
      name: '株洲科技大市场',
      regionCode: '430200',
      parentId: world.province.id,
    });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(['/parentId']);
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('the home market', () => {
  it('is the smallest territorial market around the region, from the county to the root', async () => {
    expect(await homeMarketOf(await pending('640302'))).toBe(world.demandMarket.id);
    expect(await homeMarketOf(await pending('640104'))).toBe(world.province.id);
    expect(await homeMarketOf(await pending('110101'))).toBe((await rootMarket()).id);
  });

  it('changes for the organizations of a region as soon as the region has its own market', async () => {
    const inside = await pending('620102', 'university');
    const beside = await pending('620400');
    const root = (await rootMarket()).id;
    expect(await homeMarketOf(inside)).toBe(root);
    const province = await rootDirector.post('/v1/markets', { name: '甘肃科技大市场', regionCode: '620000' });
    expect(await homeMarketOf(inside)).toBe(province.body.id);
    const city = await rootDirector.post('/v1/markets', { name: '兰州科技大市场', regionCode: '620100' });
    expect(city.body.parentId).toBe(province.body.id);
    expect(await homeMarketOf(inside)).toBe(city.body.id);
    expect(await homeMarketOf(beside)).toBe(province.body.id);
    const broker = await addMember(api, world.admin, city.body.id, 'broker');
    expect((await broker.post(`/v1/organizations/${inside.organizationId}/verify`)).status).toBe(200);
  });

  it('of a market comes between it and its parent when the province opens after the city', async () => {
    const city = await world.admin.post('/v1/markets', { name: '成都科技大市场', regionCode: '510100' });
    expect(city.body.parentId).toBe((await rootMarket()).id);
    const province = await world.admin.post('/v1/markets', { name: '四川科技大市场', regionCode: '510000' });
    const { body } = await api.anonymous.get('/v1/markets');
    expect(body.items.find((market: Body) => market.id === city.body.id).parentId).toBe(province.body.id);
  });
});

describe('creating government offices and peers', () => {
  const input = { kind: 'government', name: '宁夏回族自治区科学技术厅', regionCode: '640000' };

  it('is done by the administrator and by a director of that territory, verified at once', async () => {
    for (const person of [world.admin, world.provinceDirector, rootDirector]) {
      const made = await person.post('/v1/organizations', input);
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ status: 'verified', kind: 'government', homeMarketId: world.province.id });
      expect(await auditOf(api, made.body.id)).toEqual(['organization.create']);
    }
    const peer = await world.admin.post('/v1/organizations', { ...input, kind: 'peer', name: '陕西技术交易平台' });
    expect(peer.body.kind).toBe('peer');
  });

  it('is refused to everybody else, to directors of other territories too', async () => {
    const before = await countWrites(api);
    const people = [world.demandDirector, world.demandBroker, world.resultBroker, world.enterprise, officer];
    for (const person of people) expect((await person.post('/v1/organizations', input)).status).toBe(403);
    expect((await api.anonymous.post('/v1/organizations', input)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('is refused for other kinds and unknown regions', async () => {
    const market = await world.admin.post('/v1/organizations', { ...input, kind: 'market' });
    expect(pointersOf(market)).toEqual(['/kind']);
    const region = await world.admin.post('/v1/organizations', { ...input, regionCode: '649999' });
    expect(pointersOf(region)).toEqual(['/regionCode']);
  });
});

describe('verifying, suspending and reinstating', () => {
  it('are done by staff of the home market and of every market above it', async () => {
    for (const person of [world.demandBroker, world.demandDirector, world.provinceDirector, rootDirector]) {
      const { organizationId: id } = await pending();
      const steps = [
        await person.post(`/v1/organizations/${id}/verify`),
        await person.post(`/v1/organizations/${id}/suspend`, { reason: '营业执照已注销' }),
        await person.post(`/v1/organizations/${id}/reinstate`),
      ];
      expect(steps.map((answer) => [answer.status, answer.body.status])).toEqual([
        [200, 'verified'],
        [200, 'suspended'],
        [200, 'verified'],
      ]);
      expect(await messagesAbout(api, id)).toEqual([
        'organization.registered',
        'organization.verified',
        'organization.suspended',
        'organization.reinstated',
      ]);
      expect(await auditOf(api, id)).toEqual([
        'organization.register',
        'organization.verify',
        'organization.suspend',
        'organization.reinstate',
      ]);
    }
  });

  it('are refused to the organization itself and to the administrator, and do not exist for anybody else', async () => {
    const applicant = await pending();
    const url = `/v1/organizations/${applicant.organizationId}`;
    const before = await countWrites(api);
    for (const [step, body] of [['verify'], ['suspend', { reason: '理由充分' }], ['reinstate']] as const) {
      for (const person of [applicant, world.admin])
        expect((await person.post(`${url}/${step}`, body)).status).toBe(403);
      for (const person of [world.resultBroker, world.strangerEnterprise, world.university, officer])
        expect((await person.post(`${url}/${step}`, body)).status).toBe(404);
      expect((await api.anonymous.post(`${url}/${step}`, body)).status).toBe(401);
      expect((await world.demandBroker.post(`/v1/organizations/${unknownId}/${step}`, body)).status).toBe(404);
    }
    expect(await countWrites(api)).toEqual(before);
    expect((await applicant.get(url)).body).toMatchObject({ status: 'pending', version: 1 });
  });

  it('of a verified organization, which everybody sees, are forbidden to those of other markets', async () => {
    const url = `/v1/organizations/${world.strangerEnterprise.organizationId}/suspend`;
    for (const person of [world.resultBroker, world.university])
      expect((await person.post(url, { reason: '理由充分' })).status).toBe(403);
  });

  it('in a wrong state name the state it is in, and write nothing', async () => {
    const applicant = await pending();
    const url = `/v1/organizations/${applicant.organizationId}`;
    const before = await countWrites(api);
    const early = await world.demandBroker.post(`${url}/reinstate`);
    expect(early.status).toBe(409);
    expect(early.body).toMatchObject({ code: 'INVALID_STATE', state: 'pending' });
    expect(await countWrites(api)).toEqual(before);
    await world.demandBroker.post(`${url}/verify`);
    expect((await world.demandBroker.post(`${url}/verify`)).body.state).toBe('verified');
    await world.demandBroker.post(`${url}/suspend`, { reason: '理由充分' });
    const again = await world.demandBroker.post(`${url}/suspend`, { reason: '理由充分' });
    expect([again.status, again.body.state]).toEqual([409, 'suspended']);
    expect((await world.demandBroker.post(`${url}/verify`)).body.state).toBe('suspended');
  });

  it('honour If-Match, and want a reason to suspend', async () => {
    const url = `/v1/organizations/${(await pending()).organizationId}`;
    expect((await world.demandBroker.post(`${url}/verify`, undefined, { 'if-match': '"7"' })).status).toBe(412);
    expect((await world.demandBroker.post(`${url}/verify`, undefined, { 'if-match': '"1"' })).status).toBe(200);
    expect(pointersOf(await world.demandBroker.post(`${url}/suspend`, {}))).toEqual(['/reason']);
  });

  it('cannot be asked for a market', async () => {
    const answer = await world.provinceDirector.post(`/v1/organizations/${world.demandMarket.id}/suspend`, {
      reason: '理由充分',
    });
    expect(answer.status).toBe(403);
  });
});

describe('the records of a suspended organization', () => {
  it('vanish for the public and come back when it is reinstated', async () => {
    const { enterprise, university, demandBroker, resultBroker } = world;
    const demand = await publishDemand(enterprise, demandBroker);
    const result = await publishResult(university, resultBroker);
    const cases = [
      { owner: enterprise, broker: demandBroker, url: `/v1/demands/${demand.id}`, list: '/v1/demands?limit=100' },
      { owner: university, broker: resultBroker, url: `/v1/results/${result.id}`, list: '/v1/results?limit=100' },
    ];
    for (const { owner, broker, url, list } of cases) {
      const id = url.split('/').at(-1);
      await broker.post(`/v1/organizations/${owner.organizationId}/suspend`, { reason: '材料造假核查' });
      for (const reader of [api.anonymous, world.strangerEnterprise, world.strangerUniversity]) {
        const hidden = await reader.get(url);
        const unknown = await reader.get(url.replace(id ?? '', unknownId));
        expect(hidden.status).toBe(404);
        expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
        expect(idsOf(await reader.get(list))).not.toContain(id);
      }
      expect((await owner.get(url)).status).toBe(200);
      expect((await broker.get(url)).status).toBe(200);
      await broker.post(`/v1/organizations/${owner.organizationId}/reinstate`);
      expect((await api.anonymous.get(url)).status).toBe(200);
      expect(idsOf(await api.anonymous.get(list))).toContain(id);
    }
  });

  it('cannot be submitted while it lasts, and the answer says that it is suspended', async () => {
    const person = await pending();
    const url = `/v1/organizations/${person.organizationId}`;
    await world.demandBroker.post(`${url}/verify`);
    const draft = await person.post('/v1/demands', { title: '草稿' });
    await world.demandBroker.post(`${url}/suspend`, { reason: '材料造假核查' });
    const answer = await person.post(`/v1/demands/${draft.body.id}/submit`);
    expect(answer.status).toBe(409);
    expect(answer.body.state).toBe('suspended');
  });
});

describe('a suspended organization', () => {
  it('reads and does not act: no new draft, no change to a draft or to its profile', async () => {
    const person = await pending();
    const url = `/v1/organizations/${person.organizationId}`;
    await world.demandBroker.post(`${url}/verify`);
    const draft = (await person.post('/v1/demands', { title: '草稿' })).body;
    const suspended = await world.demandBroker.post(`${url}/suspend`, { reason: '材料造假核查' });
    const before = await countWrites(api);
    expect((await person.post('/v1/demands', { title: '又一草稿' })).status).toBe(403);
    const change = { 'if-match': `"${draft.version}"` };
    expect((await person.patch(`/v1/demands/${draft.id}`, { title: '改名' }, change)).status).toBe(403);
    const profile = { 'if-match': `"${suspended.body.version}"` };
    expect((await person.patch(url, { name: '改名公司' }, profile)).status).toBe(403);
    expect((await person.get(`/v1/demands/${draft.id}`)).status).toBe(200);
    expect(await countWrites(api)).toEqual(before);
  });
});

describe('tiers', () => {
  const certificate = { tier: 'high_tech', level: 'national', number: 'GR202664000123', issuedOn: '2026-03-01' };
  const tiersOf = async (person: Person): Promise<string[]> =>
    (await api.anonymous.get(`/v1/organizations/${person.organizationId}`)).body.tiers.map((tier: Body) => tier.id);

  it('are shown from the day of issue to the day of expiry, in China, and not a day longer', async () => {
    const url = `/v1/organizations/${world.strangerEnterprise.organizationId}/tiers`;
    const add = async (dates: object) => (await world.demandBroker.post(url, { ...certificate, ...dates })).body.id;
    const expired = await add({ issuedOn: '2023-01-01', expiresOn: '2026-11-22' });
    const future = await add({ issuedOn: '2026-11-24' });
    const lastDay = await add({ expiresOn: '2026-11-23' });
    const standing = await add({});
    const shown = await tiersOf(world.strangerEnterprise);
    expect(shown).toEqual(expect.arrayContaining([lastDay, standing]));
    expect(shown).not.toContain(expired);
    expect(shown).not.toContain(future);
    const listed = (await api.anonymous.get('/v1/organizations?limit=100')).body.items.find(
      (item: Body) => item.id === world.strangerEnterprise.organizationId,
    );
    expect(listed.tiers.map((tier: Body) => tier.id)).toEqual(shown);
    // The clock stands at 10:00 in China: 14 hours later it is the 24th there, and still the 23rd in UTC.
    api.clock.advance({ hours: 14 });
    const nextDay = await tiersOf(world.strangerEnterprise);
    expect(nextDay).toEqual(expect.arrayContaining([future, standing]));
    expect(nextDay).not.toContain(lastDay);
  });

  it('are gone when revoked, once, with audit entries for both', async () => {
    const url = `/v1/organizations/${world.university.organizationId}/tiers`;
    const added = await world.resultBroker.post(url, certificate);
    expect(added.status).toBe(201);
    expect(await tiersOf(world.university)).toEqual([added.body.id]);
    expect((await world.resultBroker.delete(`${url}/${added.body.id}`)).status).toBe(204);
    expect(await tiersOf(world.university)).toEqual([]);
    expect((await world.resultBroker.delete(`${url}/${added.body.id}`)).status).toBe(404);
    expect((await auditOf(api, world.university.organizationId)).slice(-2)).toEqual([
      'organization.add_tier',
      'organization.revoke_tier',
    ]);
  });

  it('cannot be revoked through another organization', async () => {
    const url = (id: string) => `/v1/organizations/${id}/tiers`;
    const added = await world.demandBroker.post(url(world.enterprise.organizationId), certificate);
    const wrong = `${url(world.strangerEnterprise.organizationId)}/${added.body.id}`;
    expect((await world.demandBroker.delete(wrong)).status).toBe(404);
    expect(await tiersOf(world.enterprise)).toEqual([added.body.id]);
  });

  it('are recorded by the home market alone', async () => {
    const url = `/v1/organizations/${world.enterprise.organizationId}/tiers`;
    const before = await countWrites(api);
    for (const person of [world.enterprise, world.resultBroker, world.strangerUniversity, world.admin, officer])
      expect((await person.post(url, certificate)).status).toBe(403);
    expect((await api.anonymous.post(url, certificate)).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('refuse unknown names, dates out of order and dates that do not exist', async () => {
    const url = `/v1/organizations/${world.enterprise.organizationId}/tiers`;
    const post = async (part: object) => pointersOf(await world.demandBroker.post(url, { ...certificate, ...part }));
    expect(await post({ tier: 'excellent' })).toEqual(['/tier']);
    expect(await post({ expiresOn: '2026-02-28' })).toEqual(['/expiresOn']);
    expect(await post({ issuedOn: '2026-02-31' })).toEqual(['/issuedOn']);
    expect(await post({ issuedOn: '0000-01-01' })).toEqual(['/issuedOn']);
  });
});

describe("changing an organization's profile", () => {
  const url = () => `/v1/organizations/${world.enterprise.organizationId}`;
  async function change(person: Person, body: object) {
    const { version } = (await world.enterprise.get(url())).body;
    return await person.patch(url(), body, { 'if-match': `"${version}"` });
  }

  it('leaves what is absent, clears what is null, and gives a new ETag', async () => {
    const first = await change(world.enterprise, { industry: '14', sizeBand: 'medium' });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ industry: '14', sizeBand: 'medium', name: '利通区某枸杞乳业公司' });
    const second = await change(world.enterprise, { sizeBand: null });
    expect(second.body).toMatchObject({ industry: '14', sizeBand: null, version: first.body.version + 1 });
    expect(second.headers.etag).toBe(`"${second.body.version}"`);
    expect((await auditOf(api, world.enterprise.organizationId)).at(-1)).toBe('organization.update');
  });

  it('wants the version that was read', async () => {
    expect((await world.enterprise.patch(url(), { sizeBand: 'small' })).status).toBe(428);
    expect((await world.enterprise.patch(url(), { sizeBand: 'small' }, { 'if-match': '"99"' })).status).toBe(412);
  });

  it('is for its own admins', async () => {
    const before = await countWrites(api);
    for (const person of [
      enterpriseMember,
      world.demandBroker,
      world.admin,
      world.university,
      world.strangerEnterprise,
    ])
      expect((await change(person, { sizeBand: 'large' })).status).toBe(403);
    expect((await change(api.anonymous as Person, { sizeBand: 'large' })).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
  });

  it('refuses what may not be changed and codes that do not exist', async () => {
    const fixed = await change(world.enterprise, { creditCode: '91640300MA76ABCD0X', status: 'verified' });
    expect(pointersOf(fixed)).toEqual(['/creditCode', '/status']);
    expect(pointersOf(await change(world.enterprise, { industry: '99' }))).toEqual(['/industry']);
    expect((await change(world.enterprise, {})).status).toBe(422);
  });

  it('shows the contact to the organization and its market, and to nobody else', async () => {
    const contact = { name: '马工', phone: '0953-2024001', email: 'office@dairy.example' };
    expect((await change(world.enterprise, { contact })).body.contact).toEqual(contact);
    for (const reader of [world.enterprise, enterpriseMember, world.demandBroker, world.provinceDirector])
      expect((await reader.get(url())).body.contact).toEqual(contact);
    for (const reader of [api.anonymous, world.university, world.resultBroker, world.strangerEnterprise, officer]) {
      const answer = await reader.get(url());
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body).sort()).toEqual(
        ['id', 'industry', 'kind', 'name', 'regionCode', 'sizeBand', 'tiers', 'version'].sort(),
      );
    }
    const byAdministrator = await world.admin.get(url());
    expect(JSON.stringify(byAdministrator.body)).not.toContain(contact.phone);
  });
});

describe('listing organizations', () => {
  it('shows everybody the verified ones, and neither markets nor what is pending or suspended', async () => {
    const applicant = await pending();
    const ids = idsOf(await api.anonymous.get('/v1/organizations?limit=100'));
    expect(ids).toContain(world.enterprise.organizationId);
    expect(ids).not.toContain(applicant.organizationId);
    expect(ids).not.toContain(world.demandMarket.id);
    const suspended = await pending();
    await world.demandBroker.post(`/v1/organizations/${suspended.organizationId}/suspend`, { reason: '理由充分' });
    expect(idsOf(await api.anonymous.get('/v1/organizations?limit=100'))).not.toContain(suspended.organizationId);
  });

  it('filters by kind and by region, the region with all that lies in it', async () => {
    const universities = idsOf(await api.anonymous.get('/v1/organizations?kind=university&limit=100'));
    expect(universities).toContain(world.university.organizationId);
    expect(universities).not.toContain(world.enterprise.organizationId);
    const wuzhong = idsOf(await api.anonymous.get('/v1/organizations?regionCode=640300&limit=100'));
    expect(wuzhong).toContain(world.enterprise.organizationId);
    expect(wuzhong).not.toContain(world.university.organizationId);
    const ningxia = idsOf(await api.anonymous.get('/v1/organizations?regionCode=640000&limit=100'));
    expect(ningxia).toEqual(expect.arrayContaining(wuzhong));
    expect((await api.anonymous.get('/v1/organizations?kind=market')).status).toBe(422);
  });

  it('shows staff the pending ones of their territory, and refuses them to everybody else', async () => {
    const here = await pending('640303');
    const there = await pending('430104', 'university');
    const list = '/v1/organizations?status=pending&limit=100';
    const ids = idsOf(await world.demandBroker.get(list));
    expect(ids).toContain(here.organizationId);
    expect(ids).not.toContain(there.organizationId);
    expect(idsOf(await world.admin.get(list))).toEqual(
      expect.arrayContaining([here.organizationId, there.organizationId]),
    );
    for (const reader of [api.anonymous, world.enterprise, here, officer])
      expect((await reader.get(list)).status).toBe(403);
  });

  it('pages through all of them, each once', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: Body } = await api.anonymous.get(
        `/v1/organizations?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...idsOf(page));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(ids).toEqual(idsOf(await api.anonymous.get('/v1/organizations?limit=100')));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a pending organization', () => {
  it('answers strangers exactly as an unknown id does', async () => {
    const applicant = await pending();
    const url = `/v1/organizations/${applicant.organizationId}`;
    for (const reader of [api.anonymous, world.strangerEnterprise, world.university, world.resultBroker, officer]) {
      const hidden = await reader.get(url);
      const unknown = await reader.get(`/v1/organizations/${unknownId}`);
      expect(hidden.status).toBe(404);
      expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
      expect(Object.keys(hidden.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    }
    for (const reader of [applicant, world.demandBroker, world.admin])
      expect((await reader.get(url)).body.status).toBe('pending');
  });
});
