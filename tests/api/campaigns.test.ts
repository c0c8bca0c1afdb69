import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CampaignRow, getCampaignCircles, getCampaignRows, sweepCampaigns } from '../../src/campaigns/service.ts';
import {
  addMember,
  type Body,
  createWorld,
  demandInput,
  type Person,
  registerOrganization,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let officer: Person;
/** Eight districts of Ningxia, with one enterprise each. */
const districts = ['640104', '640105', '640106', '640121', '640202', '640205', '640302', '640402'];
const enterprises: Person[] = [];

const question = { code: 'annual_revenue', zh: '上年营收（万元）', en: 'Revenue', kind: 'number', required: true };
const form = {
  title: '2027 年度技术需求征集',
  text: '面向全区企业。',
  regionCode: '640000',
  deadline: '2026-12-01T00:00:00.000Z',
  requiredFields: ['expectedOutcome'],
  questions: [question],
  quotas: [
    { regionCode: '640100', target: 10 },
    { regionCode: '640200', target: 30 },
  ],
  lists: [{ code: 'site_visits', zh: '实地走访', en: 'Site visits' }],
  reminderDays: 3,
};

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  const bureau = await world.admin.post('/v1/organizations', {
    kind: 'government',
    name: '宁夏科学技术厅',
    regionCode: '640000',
  });
  officer = await addMember(api, world.admin, bureau.body.id, 'officer');
  for (const regionCode of districts) {
    const person = await registerOrganization(api, 'enterprise', regionCode, `企业${regionCode}`);
    await world.provinceDirector.post(`/v1/organizations/${person.organizationId}/verify`);
    enterprises.push(person);
  }
});
afterAll(() => api?.close());

async function submittedBy(person: Person, changes: object = {}): Promise<Body> {
  const made = await person.post('/v1/demands', { ...demandInput, expectedOutcome: '建成中试线', ...changes });
  expect(made.status).toBe(201);
  return (await person.post(`/v1/demands/${made.body.id}/submit`)).body;
}

async function opened(changes: object = {}, by: Person = officer): Promise<Body> {
  const made = await by.post('/v1/campaigns', { ...form, ...changes });
  expect(made.status).toBe(201);
  return (await by.post(`/v1/campaigns/${made.body.id}/open`)).body;
}

const sweep = () => sweepCampaigns(api.deps.ctxFor({ kind: 'system', name: 'sweep-campaigns' }));

describe('a campaign', () => {
  it('is drafted by a bureau or a market within its region, unseen until it opens', async () => {
    const { body: draft } = await officer.post('/v1/campaigns', form);
    expect(draft).toMatchObject({ status: 'draft', organizationName: '宁夏科学技术厅' });
    expect(draft.lists.map((list: Body) => list.code)).toEqual([
      'guide_suggestions',
      'selected_projects',
      'site_visits',
    ]);
    const path = `/v1/campaigns/${draft.id}`;
    const before = await countWrites(api);
    for (const person of [world.enterprise, world.resultBroker, world.admin, api.anonymous])
      expect((await person.get(path)).status).toBe(404);
    expect((await world.provinceDirector.get(path)).status).toBe(200);
    expect((await world.provinceDirector.post(`${path}/open`)).status).toBe(403);
    expect((await officer.post('/v1/campaigns', { ...form, regionCode: '430000', quotas: [] })).status).toBe(403);
    for (const person of [world.enterprise, world.demandBroker])
      expect((await person.post('/v1/campaigns', { ...form, regionCode: '640300', quotas: [] })).status).toBe(403);
    const faulty = await officer.post('/v1/campaigns', {
      ...form,
      deadline: '2026-11-01T00:00:00.000Z',
      questions: [question, question, { ...question, code: 'site', kind: 'choice' }],
      quotas: [{ regionCode: '430100', target: 1 }],
      lists: [{ code: 'guide_suggestions', zh: '重复', en: 'Again' }],
    });
    expect(faulty.body.errors.map((each: Body) => each.code).sort()).toEqual([
      'choices',
      'past',
      'region',
      'unique',
      'unique',
    ]);
    expect(await countWrites(api)).toEqual(before);
    const changed = await officer.patch(path, { reminderDays: 2 }, { 'if-match': '"1"' });
    expect(changed.body).toMatchObject({ reminderDays: 2, version: 2 });
    expect((await officer.post(`${path}/open`)).body).toMatchObject({ status: 'open' });
    expect((await officer.patch(path, { reminderDays: 1 }, { 'if-match': '*' })).body.state).toBe('open');
    expect((await api.anonymous.get('/v1/campaigns')).body.items.map((each: Body) => each.id)).toContain(draft.id);
    expect((await officer.post(`${path}/cancel`, { reason: '预算调整' })).body.status).toBe('cancelled');
    expect((await api.anonymous.get(path)).status).toBe(404);
    expect(await messagesAbout(api, draft.id)).toEqual(['campaign.opened', 'campaign.cancelled']);
    expect(await auditOf(api, draft.id)).toEqual([
      'campaign.create',
      'campaign.update',
      'campaign.open',
      'campaign.cancel',
    ]);
  });

  it('takes what its form asks for, once, from the owner, in its days', async () => {
    const campaign = await opened({ opensAt: '2026-11-23T04:00:00.000Z', technologyFields: ['2'] });
    const url = `/v1/campaigns/${campaign.id}/entries`;
    const demand = await submittedBy(world.enterprise);
    const input = { demandId: demand.id, answers: { annual_revenue: 5_600 } };
    const before = await countWrites(api);
    expect((await world.enterprise.post(url, input)).body.state).toBe('open');
    api.clock.advance({ hours: 3 });
    const faults = async (body: object, person = world.enterprise) =>
      (await person.post(url, { ...input, ...body })).body.errors?.map((each: Body) => [each.pointer, each.code]);
    expect(await faults({ answers: {} })).toEqual([['/answers/annual_revenue', 'required']]);
    expect(await faults({ answers: { annual_revenue: '很多', other: 1 } })).toEqual([
      ['/answers/other', 'unknown'],
      ['/answers/annual_revenue', 'kind'],
    ]);
    const writes = await countWrites(api);
    expect(writes).toEqual(before);
    const bare = await submittedBy(world.enterprise, { expectedOutcome: null, technologyFields: ['401'] });
    expect(await faults({ demandId: bare.id })).toEqual([
      ['/demandId', 'required.expectedOutcome'],
      ['/demandId', 'technologyFields'],
    ]);
    const draft = (await world.enterprise.post('/v1/demands', demandInput)).body;
    expect((await world.enterprise.post(url, { ...input, demandId: draft.id })).body.state).toBe('draft');
    expect((await world.strangerEnterprise.post(url, input)).status).toBe(404);
    expect((await world.demandBroker.post(url, input)).status).toBe(403);
    const entered = await world.enterprise.post(url, input);
    expect(entered.status).toBe(201);
    expect(entered.body).toMatchObject({
      districtCode: '640300',
      answers: { annual_revenue: 5_600 },
      selectedInto: [],
    });
    expect((await world.enterprise.post(url, input)).status).toBe(409);
    expect((await world.enterprise.get(`/v1/demands/${demand.id}`)).body.source).toBe('campaign');

    const seen = async (person: Person) => (await person.get(url)).body.items;
    for (const person of [officer, world.provinceDirector, world.demandBroker, world.enterprise])
      expect(await seen(person)).toMatchObject([{ answers: { annual_revenue: 5_600 }, demand: { id: demand.id } }]);
    expect(JSON.stringify(await seen(officer))).not.toContain('配方编号甲');
    for (const person of [world.strangerEnterprise, world.resultBroker, world.university])
      expect(await seen(person)).toEqual([]);
    for (const person of [world.enterprise, world.resultBroker, world.demandBroker])
      expect((await person.get(`/v1/campaigns/${campaign.id}/progress`)).status).toBe(403);
  });
});

describe('forty demands of eight districts', () => {
  it('come to a closing report whose numbers a count by hand gives, too', async () => {
    const campaign = await opened();
    const path = `/v1/campaigns/${campaign.id}`;
    const kinds = ['applied_research', 'experimental_development', null];
    const entries: Body[] = [];
    for (let number = 0; number < 40; number += 1) {
      const person = enterprises[number % enterprises.length] as Person;
      const demand = await submittedBy(person, {
        title: `征集需求 ${number}`,
        activityType: kinds[number % 3],
        technologyFields: number % 4 === 0 ? ['206', '401'] : ['206'],
      });
      const entry = await person.post(`${path}/entries`, { demandId: demand.id, answers: { annual_revenue: number } });
      expect(entry.status).toBe(201);
      entries.push(entry.body);
    }
    await world.provinceDirector.post(`/v1/demands/${entries[0].demand.id}/publish`);
    await world.provinceDirector.post(`/v1/demands/${entries[1].demand.id}/return`, { reason: '请补充指标' });
    const progress = async () => (await officer.get(`${path}/progress`)).body;
    expect((await progress()).total).toBe(40);
    const [row] = await getCampaignRows(api.deps.db, [campaign.id]);
    const circles = await getCampaignCircles(api.deps.db, row as CampaignRow);
    expect(circles).toMatchObject({ laggingMarketIds: [world.province.id], draftOwnerIds: [] });
    expect(circles.entrantIds.sort()).toEqual(enterprises.map((each) => each.organizationId).sort());

    for (const [list, at, reason] of [
      ['guide_suggestions', 3, '共性技术'],
      ['guide_suggestions', 4, '多家同提'],
      ['site_visits', 3, '就近'],
    ] as const)
      expect((await officer.post(`${path}/selections`, { entryId: entries[at].id, list, reason })).status).toBe(201);
    const again = { entryId: entries[3].id, list: 'site_visits', reason: '重复' };
    expect((await officer.post(`${path}/selections`, again)).status).toBe(409);
    expect((await officer.post(`${path}/selections`, { ...again, list: 'elsewhere' })).body.errors[0].pointer).toBe(
      '/list',
    );
    expect((await world.provinceDirector.post(`${path}/selections`, again)).status).toBe(403);
    expect((await officer.delete(`${path}/entries/${entries[4].id}/selections/guide_suggestions`)).status).toBe(204);
    expect((await officer.delete(`${path}/entries/${entries[4].id}/selections/guide_suggestions`)).status).toBe(404);

    // Reminded three days before, once; closed at the deadline, and not at the sweep that comes later.
    const before = await sweep();
    expect(before.reminded).toBe(0);
    api.clock.advance({ days: 5 });
    await Promise.all([sweep(), sweep(), sweep()]);
    await sweep();
    api.clock.advance({ days: 3 });
    const late = {
      ...enterprises[0],
      ...(await api.signIn(enterprises[0]?.session.user.email, 'a long enough password')),
    } as Person;
    const tooLate = await submittedBy(late);
    const refused = await late.post(`${path}/entries`, { demandId: tooLate.id, answers: { annual_revenue: 1 } });
    expect([refused.status, refused.body.state]).toEqual([409, 'closed']);
    expect((await api.anonymous.get(path)).body).toMatchObject({ status: 'closed', closedAt: form.deadline });
    officer = { ...officer, ...(await api.signIn(officer.session.user.email, 'a long enough password')) };
    expect((await officer.post(`${path}/report`)).status).toBe(409);
    await Promise.all([sweep(), sweep(), sweep()]);
    const told = await messagesAbout(api, campaign.id);
    expect(told.filter((type) => type !== 'campaign.entered')).toEqual([
      'campaign.opened',
      'campaign.closing',
      'campaign.closed',
    ]);
    expect(told.filter((type) => type === 'campaign.entered')).toHaveLength(40);

    const numbers = await progress();
    const { rows } = await api.deps.pool.query(
      `select d.region_code, d.activity_type, d.status, d.technology_fields
       from campaign_entries e join demands d on d.id = e.demand_id where e.campaign_id = $1`,
      [campaign.id],
    );
    const by = (key: (row: Body) => string | null) => {
      const counts = new Map<string | null, number>();
      for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
      return counts;
    };
    expect(rows).toHaveLength(40);
    const inCity = by((row) => `${row.region_code.slice(0, 4)}00`);
    expect(new Map(numbers.districts.map((each: Body) => [each.regionCode, each.count]))).toEqual(inCity);
    expect(numbers.districts.map((each: Body) => each.target)).toEqual([10, 30, null, null]);
    expect(new Map(numbers.kinds.map((each: Body) => [each.activityType, each.count]))).toEqual(
      by((row) => row.activity_type),
    );
    expect(new Map(numbers.statuses.map((each: Body) => [each.status, each.count]))).toEqual(by((row) => row.status));
    expect(numbers.statuses).toContainEqual({ status: 'returned', count: 1 });
    expect(numbers.fields).toEqual([
      { technologyField: '2', count: 40 },
      { technologyField: '4', count: rows.filter((row) => row.technology_fields.length === 2).length },
    ]);

    // What happens to a demand afterwards changes no number of the report.
    const director = await api.signIn(world.provinceDirector.session.user.email, 'a long enough password');
    await director.post(`/v1/demands/${entries[2].demand.id}/publish`);
    expect((await officer.post(`${path}/report`)).body.status).toBe('reported');
    expect((await officer.post(`${path}/selections`, { ...again, list: 'selected_projects' })).body.state).toBe(
      'reported',
    );
    const report = (await officer.get(`${path}/report`)).body;
    expect(report).toMatchObject({ status: 'reported', closedAt: form.deadline, numbers });
    expect(
      report.lists.map((list: Body) => [list.code, list.items.map((item: Body) => [item.title, item.reason])]),
    ).toEqual([
      ['guide_suggestions', [['征集需求 3', '共性技术']]],
      ['selected_projects', []],
      ['site_visits', [['征集需求 3', '就近']]],
    ]);
    const sheet = await api.app.inject({
      url: `${path}/report?format=xlsx`,
      headers: { authorization: `Bearer ${officer.token}` },
    });
    expect([sheet.statusCode, sheet.rawPayload.subarray(0, 2).toString()]).toEqual([200, 'PK']);
    expect(sheet.headers['content-disposition']).toContain('campaign-report.xlsx');
  }, 240_000);
});
