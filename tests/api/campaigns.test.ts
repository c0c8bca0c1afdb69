import { randomUUID } from 'node:crypto';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CampaignRow, getCampaignCircles, getCampaignRows, sweepCampaigns } from '../../src/campaigns/service.ts';
import type { CellValue } from '../../src/core/spreadsheets.ts';
import { columnLetters } from '../../src/core/workbook.ts';
import {
  type Answer,
  addMember,
  type Body,
  type Caller,
  createWorld,
  demandInput,
  type Person,
  registerOrganization,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { runImport } from '../setup/imports.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';
import { partOf, sheetXml, workbookFile } from '../setup/zip.ts';

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

const campaignStates = ['draft', 'open', 'closed', 'reported', 'cancelled'] as const;
type CampaignState = (typeof campaignStates)[number];

/** Written apart from the code: verb -> state -> the state it leads to. */
const steps: Record<string, Partial<Record<CampaignState, CampaignState>>> = {
  patch: { draft: 'draft' },
  open: { draft: 'open' },
  close: { open: 'closed' },
  cancel: { draft: 'cancelled', open: 'cancelled' },
  report: { closed: 'reported' },
};

/** A role, and what it is answered where it may (null: done, or told of the state) and where it may not. */
type Expectation = [string, Caller, number | null];

function toRunners(unseen: number): Expectation[] {
  return [
    ['an officer of the bureau', officer, null],
    ["the director of its region's market", world.provinceDirector, 403],
    ['the broker of a market below', world.demandBroker, unseen],
    ['the broker of another province', world.resultBroker, unseen],
    ['an enterprise', world.enterprise, unseen],
    ['a university', world.university, unseen],
    ['the administrator', world.admin, unseen],
    ['somebody who is not signed in', api.anonymous, 401],
  ];
}

describe.each(Object.entries(steps))('%s', (verb, leads) => {
  it.each(campaignStates)(
    'of a campaign that is %s moves it as written, or changes nothing, whoever asks',
    async (state) => {
      const { body: campaign } = await officer.post('/v1/campaigns', form);
      const url = `/v1/campaigns/${campaign.id}`;
      for (const [name, caller, refusal] of toRunners(isHidden(state) ? 404 : 403)) {
        const status = refusal ?? (leads[state] === undefined ? 409 : 200);
        await api.deps.pool.query('update campaigns set status = $2 where id = $1', [campaign.id, state]);
        const before = await countWrites(api);
        const answer =
          verb === 'patch'
            ? await caller.patch(url, { reminderDays: 1 }, { 'if-match': '*' })
            : await caller.post(`${url}/${verb}`, verb === 'cancel' ? { reason: '预算调整' } : undefined);
        expect([name, answer.status]).toEqual([name, status]);
        if (status === 200) expect(answer.body.status).toBe(leads[state]);
        else expect(await countWrites(api)).toEqual(before);
      }
    },
  );
});

function isHidden(state: CampaignState): boolean {
  return state === 'draft' || state === 'cancelled';
}

/** To a demand's side, which the bureau is not: the demand is submitted, and not public. */
function toDemandSide(state: CampaignState): Expectation[] {
  const unseen = isHidden(state) ? 404 : null;
  return [
    ['an officer of the bureau', officer, 404],
    ["the director of its region's market", world.provinceDirector, 403],
    ["the broker of the demand's market", world.demandBroker, unseen ?? 403],
    ['the broker of another province', world.resultBroker, 404],
    ['its enterprise', world.enterprise, unseen],
    ['another enterprise', world.strangerEnterprise, 404],
    ['a university', world.university, 404],
    ['the administrator', world.admin, 404],
    ['somebody who is not signed in', api.anonymous, 401],
  ];
}

interface Deed {
  verb: string;
  states: readonly CampaignState[];
  answer: number;
  audited: string;
  callers(state: CampaignState): Expectation[];
  send(caller: Caller, url: string, about: { demandId: string; entryId: string }): Promise<Answer>;
}

const toRunnersOf = (state: CampaignState) => toRunners(isHidden(state) ? 404 : 403);
const selected = { list: 'selected_projects', reason: '共性技术' };

/** What moves no campaign, written apart from the code: in which states it is done. */
const deeds: Deed[] = [
  {
    verb: 'enter',
    states: ['open'],
    answer: 201,
    audited: 'campaign.enter',
    callers: toDemandSide,
    send: (caller, url, { demandId }) => caller.post(`${url}/entries`, { demandId, answers: { [question.code]: 1 } }),
  },
  {
    verb: 'select',
    states: ['open', 'closed'],
    answer: 201,
    audited: 'campaign.select',
    callers: toRunnersOf,
    send: (caller, url, { entryId }) => caller.post(`${url}/selections`, { ...selected, entryId }),
  },
  {
    verb: 'unselect',
    states: ['open', 'closed'],
    answer: 204,
    audited: 'campaign.unselect',
    callers: toRunnersOf,
    send: (caller, url, { entryId }) => caller.delete(`${url}/entries/${entryId}/selections/site_visits`),
  },
];

describe.each(deeds)('$verb', ({ states, answer, audited, callers, send }) => {
  it.each(campaignStates)(
    'in a campaign that is %s is done as written, or changes nothing, whoever asks',
    async (state) => {
      const campaign = await opened();
      const url = `/v1/campaigns/${campaign.id}`;
      const answers = { [question.code]: 1 };
      const { id: entered } = await submittedBy(world.enterprise);
      const { body: entry } = await world.enterprise.post(`${url}/entries`, { demandId: entered, answers });
      await officer.post(`${url}/selections`, { entryId: entry.id, list: 'site_visits', reason: '就近' });
      const { id: demandId } = await submittedBy(world.enterprise);
      await api.deps.pool.query('update campaigns set status = $2 where id = $1', [campaign.id, state]);
      for (const [name, caller, refusal] of callers(state)) {
        const before = await countWrites(api);
        const given = await send(caller, url, { demandId, entryId: entry.id });
        expect([name, given.status]).toEqual([name, refusal ?? (states.includes(state) ? answer : 409)]);
        if (given.status === answer) expect((await auditOf(api, campaign.id)).at(-1)).toBe(audited);
        else expect(await countWrites(api)).toEqual(before);
        if (given.status === 409) expect(given.body.state).toBe(state);
      }
    },
  );
});

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

/** As a spreadsheet has them; to be mended where `faulty` says so. */
function sheetRow(number: number, name: string): Record<string, string | number> {
  return {
    外部编号: `Z-${number}`,
    企业名称: name,
    需求名称: `征集需求 ${number}`,
    需求简介: demandInput.summary,
    问题描述: `${demandInput.problem}第 ${number} 线。`,
    预期目标: '建成中试线',
    技术指标: '枸杞多糖保留率 ≥ 85 %',
    关键词: '枸杞；功能乳',
    技术领域: number % 4 === 0 ? '206；401' : '206',
    活动类型: ['应用研究', '试验发展', ''][number % 3] as string,
    合作方式: '合作开发',
    '预算上限（万元）': 90,
    目标成熟度: 6,
    联系人: '马工',
    联系电话: '13900000001',
    上年营收: number,
  };
}
const faultyCells = { 企业名称: '没有这家公司', 技术领域: '新材料类', 目标成熟度: '12' };

function sheetOf(headers: readonly string[], rows: readonly (readonly CellValue[])[]): Buffer {
  const cells = rows.map((row) => row.map((cell) => (cell === null || typeof cell === 'number' ? cell : String(cell))));
  return workbookFile(sheetXml([headers, ...cells]));
}

/** Sends a spreadsheet whose demands are to be entered in a campaign. */
function gather(by: Person, campaign: Body, file: Buffer): Promise<Answer> {
  const type = { 'content-type': 'application/octet-stream' };
  return by.post(`/v1/imports?kind=demand&campaignId=${campaign.id}`, file, type);
}

describe('a spreadsheet for a campaign', () => {
  const sheet = (rows: Record<string, string | number>[]) =>
    sheetOf(
      Object.keys(rows[0] ?? {}),
      rows.map((row) => Object.values(row)),
    );

  it('has what the campaign asks for held against each row, and makes entries of its demands with their answers', async () => {
    const choice = { ...question, code: 'scale', zh: '规模', en: 'Scale', kind: 'choice', choices: ['大', '小'] };
    const campaign = await opened({ technologyFields: ['2'], questions: [question, choice] });
    const row = { ...sheetRow(1, '利通区某枸杞乳业公司'), 所在地区: '640302', 规模: '小' };
    const rows = [
      row,
      { ...row, 外部编号: 2, 预期目标: '', 上年营收: '', 规模: '中' },
      { ...row, 外部编号: 3, 上年营收: '很多' },
      { ...row, 外部编号: 4, 技术领域: '401' },
      { ...row, 外部编号: 5, 所在地区: '430104' },
      { ...row, 外部编号: 6, 问题描述: '' },
    ];
    const checked = await gather(world.enterprise, campaign, sheet(rows));
    expect(checked.body).toMatchObject({ campaignId: campaign.id, counts: { ready: 1, faulty: 5 } });
    const { body: problems } = await world.enterprise.get(`/v1/imports/${checked.body.id}/problems`);
    expect(problems.items.map(({ row: at, header, code }: Body) => [at, header, code])).toEqual([
      [3, '预期目标', 'required.expectedOutcome'],
      [3, '上年营收', 'required'],
      [3, '规模', 'kind'],
      [4, '上年营收', 'number'],
      [5, '技术领域', 'technologyFields'],
      [6, '所在地区', 'region'],
      [7, '问题描述', 'required'],
    ]);
    const commit = await world.enterprise.post(`/v1/imports/${checked.body.id}/commit`, { faultyRows: 'skip' });
    await runImport(api, commit.body.jobId);
    const { body: entries } = await world.enterprise.get(`/v1/campaigns/${campaign.id}/entries`);
    expect(entries.items).toMatchObject([
      { districtCode: '640300', answers: { annual_revenue: 1, scale: '小' }, demand: { title: '征集需求 1' } },
    ]);
    const [{ demand }] = entries.items;
    expect((await world.enterprise.get(`/v1/demands/${demand.id}`)).body).toMatchObject({
      status: 'submitted',
      source: 'campaign',
    });
    expect(await messagesAbout(api, demand.id)).toEqual(['demand.submitted']);
    expect(await messagesAbout(api, campaign.id)).toEqual(['campaign.opened', 'campaign.entered']);
    expect((await auditOf(api, campaign.id)).at(-1)).toBe('campaign.enter');
    // Known again, it is neither made nor entered.
    expect((await gather(world.enterprise, campaign, sheet([row]))).body.counts.existing).toBe(1);
  });

  it('has a template with its questions, in which what it asks for is marked and nothing else is offered', async () => {
    const ask = (code: string, zh: string, more: object = {}) => ({ ...question, code, zh, en: `${code}?`, ...more });
    const questions = [
      ask('own_money', '投入（自有）'),
      ask('other_money', '投入（外部）', { required: false }),
      ask('scale', '=规模', { kind: 'choice', choices: ['大', '=小'] }),
      // Called as a column that every demand has: the column keeps its name.
      ask('name', '需求名称', { kind: 'text', required: false }),
    ];
    const campaign = await opened({ questions, technologyFields: ['2'], activityTypes: ['applied_research'] });
    const read = async (url: string, by: Person) =>
      await api.app.inject({ url, headers: { authorization: `Bearer ${by.token}` } });
    const url = `/v1/imports/templates/demands.xlsx?campaignId=${campaign.id}`;
    const template = (await read(url, world.enterprise)).rawPayload;
    const [blank, notes, choices] = await readXlsxFile(template);
    const header = (blank?.data[0] ?? []).map(String);
    expect(header.slice(0, 3)).toEqual(['外部编号', '企业名称', '需求名称']);
    expect(header.slice(-4)).toEqual(['投入（自有）', '投入（外部）', "'=规模", 'name?']);
    const told = new Map(notes?.data.map(([name, zh]) => [name, zh]));
    expect(told.get('征集 Campaign')).toBe(form.title);
    expect(told.get('截止时间（北京时间） Deadline in China')).toBe('2026-12-01 08:00');
    expect(told.get('预期目标 *')).toMatch(/^本次征集必填；/);
    expect(told.get('活动类型 *')).toMatch(/^本次征集必填；/);
    expect(told.get('投入（自有） *')).toBe('本次征集必答：数字');
    expect(told.get('投入（外部）')).toBe('选答：数字');
    expect(told.get("'=规模 *")).toBe('本次征集必答：大、=小');
    const offered = (name: string) =>
      choices?.data.slice(1).flatMap((row) => String(row[header.indexOf(name)] ?? '').trim() || []) ?? [];
    expect(offered("'=规模")).toEqual(['大', "'=小"]);
    expect(offered('活动类型')).toEqual(['应用研究']);
    expect(new Set(offered('技术领域').map((each) => each.slice(0, 1)))).toEqual(new Set(['2']));
    expect(new Set(offered('所在地区').map((each) => each.slice(0, 2)))).toEqual(new Set(['64']));
    const xml = await partOf(template, 'xl/worksheets/sheet1.xml');
    expect(xml).toMatch(/type="list" [^>]*showErrorMessage="1" prompt="本次征集必答：大、=小[^"]*" sqref="\w+2:/);

    const row: Record<string, string | number> = {
      ...sheetRow(400, '利通区某枸杞乳业公司'),
      活动类型: '应用研究',
      '投入（自有）': 30,
      '投入（外部）': 70,
      "'=规模": "'=小",
      'name?': '枸杞线',
    };
    const { 上年营收: _, ...sound } = row;
    const rows = [
      sound,
      { ...sound, 外部编号: 'Z-401', '投入（自有）': '很多', "'=规模": '中' },
      { ...sound, 外部编号: 'Z-402', '投入（自有）': '' },
    ];
    const filled = rows.map((one) => header.map((name) => (one as typeof row)[name] ?? null));
    const checked = await gather(world.enterprise, campaign, sheetOf(header, filled));
    expect(checked.body.counts).toMatchObject({ ready: 1, faulty: 2 });
    const back = (await read(`/v1/imports/${checked.body.id}/problems.xlsx`, world.enterprise)).rawPayload;
    const [marked] = await readXlsxFile(back);
    expect(marked?.data.slice(1).map((cells) => cells.at(-1))).toEqual([
      '第 3 行 row 3：投入（自有）：应为数字 (must be a number)；=规模：答案类型不符或不在选项中 (is of another kind, or none of the choices)',
      '第 4 行 row 4：投入（自有）：必答 (must be answered)',
    ]);
    const at = (name: string) => columnLetters(header.indexOf(name));
    const red = [...(await partOf(back, 'xl/worksheets/sheet1.xml')).matchAll(/r="(\w+)" s="2"/g)].map(([, r]) => r);
    expect(red).toEqual([`${at('投入（自有）')}2`, `${at("'=规模")}2`, `${at('投入（自有）')}3`]);
    const commit = await world.enterprise.post(`/v1/imports/${checked.body.id}/commit`, { faultyRows: 'skip' });
    await runImport(api, commit.body.jobId);
    const { body: entries } = await world.enterprise.get(`/v1/campaigns/${campaign.id}/entries`);
    expect(entries.items.map((entry: Body) => [entry.demand.title, entry.answers])).toEqual([
      ['征集需求 400', { own_money: 30, other_money: 70, scale: '=小', name: '枸杞线' }],
    ]);

    const { body: draft } = await officer.post('/v1/campaigns', form);
    const ofDraft = url.replace(campaign.id, draft.id);
    expect((await officer.get(ofDraft)).status).toBe(200);
    for (const caller of [world.enterprise, api.anonymous]) expect((await caller.get(ofDraft)).status).toBe(404);
    const results = await world.enterprise.get(url.replace('demands.xlsx', 'results.xlsx'));
    expect(results.body.errors).toMatchObject([{ pointer: '/campaignId', code: 'kind' }]);
  });

  it('is refused for what campaigns do not gather, by those who may not submit, and once the campaign has closed', async () => {
    const campaign = await opened();
    const pending = await registerOrganization(api, 'enterprise', '640302', '待审企业');
    const file = (number: number) => sheet([sheetRow(number, '利通区某枸杞乳业公司')]);
    const before = await countWrites(api);
    expect((await gather(pending, campaign, sheet([sheetRow(300, '待审企业')]))).body.state).toBe('pending');
    expect((await gather(world.enterprise, { id: randomUUID() }, file(300))).status).toBe(404);
    const results = await world.demandBroker.post(`/v1/imports?kind=result&campaignId=${campaign.id}`, file(300), {
      'content-type': 'application/octet-stream',
    });
    expect(results.body.errors).toMatchObject([{ pointer: '/campaignId', code: 'kind' }]);
    expect(await countWrites(api)).toEqual(before);

    const one = await gather(world.enterprise, campaign, file(301));
    const other = await gather(world.enterprise, campaign, file(302));
    const { jobId } = (await world.enterprise.post(`/v1/imports/${one.body.id}/commit`)).body;
    expect((await officer.post(`/v1/campaigns/${campaign.id}/close`)).status).toBe(200);
    expect((await gather(world.enterprise, campaign, file(303))).body.state).toBe('closed');
    expect((await world.enterprise.post(`/v1/imports/${other.body.id}/commit`)).body.state).toBe('closed');
    // What had been asked for before makes nothing any more, neither entries nor demands.
    await runImport(api, jobId);
    const { body: ended } = await world.enterprise.get(`/v1/imports/${one.body.id}`);
    expect(ended).toMatchObject({ status: 'done', counts: { created: 0, faulty: 1 } });
    const { body: problems } = await world.enterprise.get(`/v1/imports/${one.body.id}/problems`);
    expect(problems.items.map(({ code }: Body) => code)).toEqual(['closed']);
    const { body: mine } = await world.enterprise.get('/v1/demands?view=mine&limit=100');
    expect(mine.items.map(({ title }: Body) => title)).not.toContain('征集需求 301');
  });
});

describe('two hundred demands of eight districts, 120 of them rows of one spreadsheet', () => {
  it('of which 15 were faulty and sent again mended, come to a closing report whose numbers a count by hand in SQL gives, too', async () => {
    const quotas = [
      { regionCode: '640100', target: 80 },
      { regionCode: '640200', target: 60 },
    ];
    const campaign = await opened({ quotas });
    const path = `/v1/campaigns/${campaign.id}`;
    const director = world.provinceDirector;
    const read = async (url: string, by: Person) =>
      await api.app.inject({ url, headers: { authorization: `Bearer ${by.token}` } });

    const sound = Array.from({ length: 120 }, (_, at) => sheetRow(at + 1, `企业${districts[at % 8]}`));
    const headers = Object.keys(sound[0] ?? {});
    const isFaulty = (at: number) => at % 8 === 3;
    const faultyIn = (at: number) => Object.entries(faultyCells)[Math.floor(at / 8) % 3] as [string, string];
    const sent = sound.map((row, at) =>
      Object.values(isFaulty(at) ? { ...row, [faultyIn(at)[0]]: faultyIn(at)[1] } : row),
    );
    const checked = await gather(director, campaign, sheetOf(headers, sent));
    expect(checked.body.counts).toEqual({ total: 120, ready: 105, faulty: 15, existing: 0, created: 0 });
    const { body: problems } = await director.get(`/v1/imports/${checked.body.id}/problems?limit=100`);
    expect(problems.items.map(({ row, header }: Body) => [row, header])).toEqual(
      sound.flatMap((_, at) => (isFaulty(at) ? [[at + 2, faultyIn(at)[0]]] : [])),
    );
    expect((await director.post(`/v1/imports/${checked.body.id}/commit`)).status).toBe(422);
    const { body: committed } = await director.post(`/v1/imports/${checked.body.id}/commit`, { faultyRows: 'skip' });
    await runImport(api, committed.jobId);
    expect((await director.get(`/v1/imports/${checked.body.id}`)).body.counts.created).toBe(105);
    // The rows that came back are mended and sent again.
    const [back] = await readXlsxFile(
      (await read(`/v1/imports/${checked.body.id}/problems.xlsx`, director)).rawPayload,
    );
    const [marked = [], ...rows] = back?.data ?? [];
    const byNumber = new Map(sound.map((row) => [row.外部编号, row]));
    const mended = rows.map((row) => {
      const right = byNumber.get(String(row[0]));
      return row.map((cell, at) =>
        (marked[at] as string) in faultyCells ? (right?.[marked[at] as string] ?? null) : cell,
      );
    });
    const second = await gather(director, campaign, sheetOf(marked.map(String), mended as CellValue[][]));
    expect(second.body.counts).toEqual({ total: 15, ready: 15, faulty: 0, existing: 0, created: 0 });
    await runImport(api, (await director.post(`/v1/imports/${second.body.id}/commit`)).body.jobId);

    const byTitle = new Map<string, Body>();
    let cursor = '';
    do {
      const { body: page } = await officer.get(`${path}/entries?limit=100${cursor}`);
      for (const entry of page.items) byTitle.set(entry.demand.title, entry);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(byTitle.size).toBe(120);
    expect(byTitle.get('征集需求 77')).toMatchObject({
      answers: { annual_revenue: 77 },
      demand: { status: 'submitted' },
    });
    const enter = async (number: number): Promise<Body> => {
      const person = enterprises[(number - 1) % 8] as Person;
      const title = `征集需求 ${number}`;
      const { id: demandId } = await submittedBy(person, {
        title,
        problem: `${demandInput.problem}第 ${number} 线。`,
        activityType: ['applied_research', 'experimental_development', null][number % 3],
        technologyFields: number % 4 === 0 ? ['206', '401'] : ['206'],
      });
      const entry = await person.post(`${path}/entries`, { demandId, answers: { annual_revenue: number } });
      expect(entry.status, JSON.stringify(entry.body)).toBe(201);
      return entry.body;
    };
    // Ten at once.
    const entries: Body[] = [];
    const waiting = Array.from({ length: 200 }, (_, at) => at).values();
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (const at of waiting) entries[at] = byTitle.get(`征集需求 ${at + 1}`) ?? (await enter(at + 1));
      }),
    );
    await director.post(`/v1/demands/${entries[0].demand.id}/publish`);
    await director.post(`/v1/demands/${entries[1].demand.id}/return`, { reason: '请补充指标' });
    const progress = async () => (await officer.get(`${path}/progress`)).body;
    expect((await progress()).total).toBe(200);
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
    expect((await director.post(`${path}/selections`, again)).status).toBe(403);
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
    expect(told.filter((type) => type === 'campaign.entered')).toHaveLength(200);

    const numbers = await progress();
    const count = async (what: string, more = ''): Promise<Map<string | null, number>> => {
      const { rows } = await api.deps.pool.query(
        `select ${what} as what, count(*)::int as count
         from campaign_entries e join demands d on d.id = e.demand_id ${more} where e.campaign_id = $1 group by 1`,
        [campaign.id],
      );
      return new Map(rows.map((row) => [row.what, row.count]));
    };
    const counted = (items: Body[], key: string) => new Map(items.map((each) => [each[key], each.count]));
    const cities = await count("left(d.region_code, 4) || '00'");
    const kinds = await count('d.activity_type');
    const statuses = await count('d.status');
    const fields = await count(
      'f.first',
      'cross join lateral (select distinct left(unnest(d.technology_fields), 1) as first) f',
    );
    // The keys of imports name what came of rows.
    expect(await count('(k.record_id is not null)::text', 'left join import_keys k on k.record_id = d.id')).toEqual(
      new Map([
        ['true', 120],
        ['false', 80],
      ]),
    );
    expect(numbers.total).toBe(200);
    expect(counted(numbers.districts, 'regionCode')).toEqual(cities);
    expect(numbers.districts.map((each: Body) => [each.target, each.count])).toEqual([
      [80, 100],
      [60, 50],
      [null, 25],
      [null, 25],
    ]);
    expect(counted(numbers.kinds, 'activityType')).toEqual(kinds);
    expect(counted(numbers.statuses, 'status')).toEqual(statuses);
    expect(statuses.get('returned')).toBe(1);
    expect(counted(numbers.fields, 'technologyField')).toEqual(fields);
    expect([fields.get('2'), fields.get('4')]).toEqual([200, 50]);

    // What happens to a demand afterwards changes no number of the report.
    const later = await api.signIn(director.session.user.email, 'a long enough password');
    await later.post(`/v1/demands/${entries[2].demand.id}/publish`);
    expect((await officer.post(`${path}/report`)).body.status).toBe('reported');
    expect((await officer.post(`${path}/selections`, { ...again, list: 'selected_projects' })).body.state).toBe(
      'reported',
    );
    const report = (await officer.get(`${path}/report`)).body;
    expect(report).toMatchObject({ status: 'reported', closedAt: form.deadline, numbers });
    expect(
      report.lists.map((list: Body) => [list.code, list.items.map((item: Body) => [item.title, item.reason])]),
    ).toEqual([
      ['guide_suggestions', [['征集需求 4', '共性技术']]],
      ['selected_projects', []],
      ['site_visits', [['征集需求 4', '就近']]],
    ]);
    const file = await read(`${path}/report?format=xlsx`, officer);
    expect(file.statusCode).toBe(200);
    expect(file.headers['content-disposition']).toContain('campaign-report.xlsx');
    const [sheet] = await readXlsxFile(file.rawPayload);
    const inSheet = (what: string) =>
      new Map(sheet?.data.filter((row) => row[0] === what).map((row) => [row[1], row[3]]));
    expect(inSheet('合计')).toEqual(new Map([[null, 200]]));
    expect(inSheet('地区')).toEqual(cities);
    expect(inSheet('活动类型')).toEqual(new Map([...kinds].map(([kind, each]) => [kind ?? '未填写', each])));
    expect(inSheet('技术领域')).toEqual(fields);
    expect(inSheet('状态')).toEqual(statuses);
    expect(sheet?.data.filter((row) => row[4] !== null).map((row) => [row[0], row[3], row[4]])).toEqual([
      ['项目', '数量／名称', '理由'],
      ['指南建议', '征集需求 4', '共性技术'],
      ['实地走访', '征集需求 4', '就近'],
    ]);
  }, 240_000);
});
