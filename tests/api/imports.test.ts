import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { stringify } from 'csv-stringify/sync';
import pg from 'pg';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readingHours } from '../../src/exchange/rules.ts';
import { removeExpiredImports } from '../../src/exchange/service.ts';
import { failStrandedJobs } from '../../src/jobs/service.ts';
import { notifyTogether } from '../../src/notifications/service.ts';
import { addMember, type Body, type Caller, createWorld, startApi, type TestApi, type World } from '../setup/api.ts';
import { importAll, runImport, upload } from '../setup/imports.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';
import { sheetXml, workbookFile } from '../setup/zip.ts';

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

type Row = Record<string, string | number>;

/** A sheet with these columns, as somebody would fill in the template. */
function sheetOf(rows: readonly Row[]): Buffer {
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return workbookFile(sheetXml([headers, ...rows.map((row) => headers.map((name) => row[name] ?? null))]));
}

function csvOf(rows: readonly Row[]): string {
  return stringify([...rows], { header: true });
}

const full: Row = {
  需求名称: '高纯铟的回收提纯',
  需求简介: '从锌冶炼固废中回收铟并提纯到 6N。',
  问题描述: '现有流程产品只能到 4N5，且废水量大。',
  技术指标: '铟纯度 ≥ 99.9999 %；回收率 85~95 %',
  关键词: '高纯铟；膜电解',
  技术领域: '401 金属材料；702',
  所属行业: '有色金属冶炼和压延加工业',
  合作方式: '合作开发、委托开发',
  '预算上限（万元）': 500,
  预算可议: '是',
  目标成熟度: 'TRL7',
  需求时限: '2027年3月1日',
  所在地区: '宁夏回族自治区吴忠市利通区',
  联系人: '周工',
  联系电话: 13800000000,
};

async function demandsNamed(by: Caller, view: string, title: string): Promise<Body[]> {
  const { body } = await by.get(`/v1/demands?view=${view}&limit=100`);
  return body.items.filter((item: Body) => item.title === title);
}

async function countImports(): Promise<number> {
  const { rows } = await api.deps.pool.query<{ count: number }>('select count(*)::int as count from imports');
  return rows[0]?.count ?? 0;
}

async function problemsOf(by: Caller, id: string): Promise<[number, string | null, string][]> {
  const { body } = await by.get(`/v1/imports/${id}/problems?limit=100`);
  return body.items.map(({ row, column, code }: Body) => [row, column, code]);
}

describe('a spreadsheet of demands', () => {
  it('of an enterprise is checked, then made drafts of its own, every field as its column says', async () => {
    const checked = await upload(world.enterprise, 'demand', sheetOf([full]));
    expect(checked.status, JSON.stringify(checked.body)).toBe(201);
    expect(checked.body).toMatchObject({
      status: 'checked',
      format: 'xlsx',
      sheet: '表',
      name: '征集.xlsx',
      counts: { total: 1, ready: 1, faulty: 0, existing: 0, created: 0 },
    });
    expect(await demandsNamed(world.enterprise, 'mine', '高纯铟的回收提纯')).toEqual([]);
    const committed = await world.enterprise.post(`/v1/imports/${checked.body.id}/commit`);
    expect(committed.body).toMatchObject({ status: 'committing' });
    const { jobId } = committed.body;
    expect((await world.enterprise.get(`/v1/jobs/${jobId}`)).body).toMatchObject({
      kind: 'import',
      status: 'queued',
      progress: { done: 0, total: 1 },
    });
    await runImport(api, jobId);
    expect((await world.enterprise.get(`/v1/jobs/${jobId}`)).body).toMatchObject({
      status: 'done',
      progress: { done: 1, total: 1 },
      result: { created: 1, existing: 0, faulty: 0 },
    });
    const [made] = await demandsNamed(world.enterprise, 'mine', '高纯铟的回收提纯');
    expect((await world.enterprise.get(`/v1/demands/${made.id}`)).body).toMatchObject({
      status: 'draft',
      source: 'import',
      indicators: [
        { name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: false },
        { name: '回收率', comparator: 'between', min: 85, max: 95, unit: '%', mustHave: false },
      ],
      keywords: ['高纯铟', '膜电解'],
      technologyFields: ['401', '702'],
      industry: '32',
      cooperationModes: ['joint_development', 'commissioned_development'],
      budget: { minCny: null, maxCny: 5_000_000, negotiable: true },
      targetTrl: 7,
      neededBy: '2027-03-01T15:59:59.000Z',
      regionCode: '640302',
      contact: { name: '周工', phone: '13800000000' },
    });
    expect(await auditOf(api, made.id)).toEqual(['demand.create']);
    expect(await messagesAbout(api, made.id)).toEqual([]);
    expect(await auditOf(api, checked.body.id)).toEqual(['import.check', 'import.commit']);
    expect(await messagesAbout(api, jobId)).toEqual(['import.committed', 'import.finished']);
  });

  it('makes nothing twice: not the same file, not a row with the number of one before, not a row that stands twice', async () => {
    const rows = [
      { 外部编号: 'A-1', ...full, 需求名称: '只做一次甲' },
      { ...full, 需求名称: '只做一次乙' },
    ];
    expect((await importAll(api, world.enterprise, 'demand', csvOf(rows))).counts.created).toBe(2);
    const again = await importAll(api, world.enterprise, 'demand', sheetOf(rows));
    expect(again.counts).toEqual({ total: 2, ready: 0, faulty: 0, existing: 2, created: 0 });
    expect(again.status).toBe('done');
    const renamed = await importAll(api, world.enterprise, 'demand', csvOf([{ ...rows[0], 需求名称: '改了名' }]));
    expect(renamed.counts.existing).toBe(1);
    const twice = await upload(
      world.enterprise,
      'demand',
      csvOf([
        { ...full, 需求名称: '两行' },
        { ...full, 需求名称: '两行' },
      ]),
    );
    expect(await problemsOf(world.enterprise, twice.body.id)).toEqual([[3, null, 'repeated']]);
    // Of two files that were checked before either was committed, the second finds what the first made.
    const one = await upload(world.enterprise, 'demand', csvOf([{ ...full, 需求名称: '并行' }]));
    const other = await upload(world.enterprise, 'demand', csvOf([{ ...full, 需求名称: '并行' }]));
    for (const { body } of [one, other])
      await runImport(api, (await world.enterprise.post(`/v1/imports/${body.id}/commit`)).body.jobId);
    expect((await world.enterprise.get(`/v1/imports/${other.body.id}`)).body.counts).toMatchObject({
      created: 0,
      existing: 1,
    });
    expect(await demandsNamed(world.enterprise, 'mine', '并行')).toHaveLength(1);
  });

  it('of staff is submitted for organizations of their territory, which it names', async () => {
    const { body: enterprise } = await world.enterprise.get(`/v1/organizations/${world.enterprise.organizationId}`);
    const rows = [
      { ...full, 需求名称: '代录一', 企业名称: enterprise.name },
      { ...full, 需求名称: '代录二', 企业名称: '没有这家公司' },
      { ...full, 需求名称: '代录三' },
      { ...full, 需求名称: '代录四', 企业名称: enterprise.name, 关键词: '' },
    ];
    const checked = await upload(world.demandBroker, 'demand', sheetOf(rows));
    expect(checked.body.counts).toMatchObject({ ready: 1, faulty: 3 });
    const at = checked.body.columns.find((one: Body) => one.header === '企业名称').at;
    const keywords = checked.body.columns.find((one: Body) => one.header === '关键词').at;
    expect(await problemsOf(world.demandBroker, checked.body.id)).toEqual([
      [3, at, 'organization'],
      [4, at, 'required'],
      [5, keywords, 'required'],
    ]);
    const refused = await world.demandBroker.post(`/v1/imports/${checked.body.id}/commit`);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/faultyRows', code: 'faulty_rows' }] } });
    const committed = await world.demandBroker.post(`/v1/imports/${checked.body.id}/commit`, { faultyRows: 'skip' });
    await runImport(api, committed.body.jobId);
    const [made] = await demandsNamed(world.demandBroker, 'desk', '代录一');
    expect(made).toMatchObject({ status: 'submitted', organization: { id: world.enterprise.organizationId } });
    expect(await messagesAbout(api, made.id)).toEqual(['demand.submitted']);
    expect((await world.demandBroker.post(`/v1/demands/${made.id}/publish`)).status).toBe(200);
    // The owner's it is, contact and all.
    expect((await world.enterprise.get(`/v1/demands/${made.id}`)).body.contact.name).toBe('周工');
    expect((await upload(world.resultBroker, 'demand', sheetOf(rows.slice(0, 1)))).body.counts.faulty).toBe(1);
  });

  it('names every problem by its cell, in both languages, and gives the rows back with the cells marked', async () => {
    const faulty = {
      ...full,
      需求名称: '超'.repeat(121),
      技术领域: '新材料类',
      合作方式: '合作开发',
      '预算上限（万元）': '面议',
      目标成熟度: '12',
      需求时限: '明年',
      所在地区: '鼓楼区',
      技术指标: '越高越好',
    };
    const { body } = await upload(world.enterprise, 'demand', sheetOf([{ ...full, 需求名称: '好的一行' }, faulty]));
    expect(body.counts).toMatchObject({ ready: 1, faulty: 1 });
    const { body: page } = await world.enterprise.get(`/v1/imports/${body.id}/problems`);
    expect(page.items.map(({ row, header, code }: Body) => [row, header, code]).sort()).toEqual(
      [
        [3, '需求名称', 'maxLength'],
        [3, '技术领域', 'vocabulary'],
        [3, '预算上限（万元）', 'amount'],
        [3, '目标成熟度', 'level'],
        [3, '需求时限', 'date'],
        [3, '所在地区', 'ambiguous'],
        [3, '技术指标', 'indicator'],
      ].sort(),
    );
    for (const { message } of page.items) {
      expect(message.zh).toMatch(/\p{Script=Han}/u);
      expect(message.en).toMatch(/[a-z]/);
    }
    const file = await api.app.inject({
      url: `/v1/imports/${body.id}/problems.xlsx`,
      headers: { authorization: `Bearer ${world.enterprise.token}` },
    });
    const [sheet] = await readXlsxFile(file.rawPayload);
    expect(sheet?.data).toHaveLength(2);
    expect(sheet?.data[1]?.at(-1)).toContain('第 3 行');
    expect(sheet?.data[1]).toContain('新材料类');
    // As it was given back it can be sent again.
    expect((await upload(world.enterprise, 'demand', file.rawPayload)).body.counts).toMatchObject({
      total: 1,
      faulty: 1,
    });
  });

  it('with formulas, merged cells or characters that nothing keeps has problems there, and the other rows are sound', async () => {
    const xml = sheetXml(
      [
        ['技术需求征集表'],
        ['需求名称*', '需求简介', '备注'],
        ['甲', { xml: '<c><f>A1</f><v>5</v></c>' }, 'x'],
        ['乙', '简', 'x'],
        [null, '介', 'x'],
        ['丙_x0000_', '简', 'x'],
        ['丁', '简', 'x'],
      ],
      '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A4:A5"/></mergeCells>',
    );
    const { body } = await upload(world.enterprise, 'demand', workbookFile(xml));
    expect(body).toMatchObject({ headerRow: 2, counts: { ready: 2, faulty: 3 } });
    expect(body.columns).toEqual([
      { at: 'A', header: '需求名称*', field: 'title' },
      { at: 'B', header: '需求简介', field: 'summary' },
      { at: 'C', header: '备注', field: null },
    ]);
    expect(await problemsOf(world.enterprise, body.id)).toEqual([
      [3, 'B', 'formula'],
      [5, 'A', 'merged'],
      [6, 'A', 'character'],
    ]);
  });
});

describe('a file that cannot be taken', () => {
  it('gets a clear answer, and nothing of it is kept, were its fault behind a thousand good rows', async () => {
    const before = await countWrites(api);
    for (const [code, content] of [
      ['empty_file', ''],
      ['open_quote', `需求名称\n${'甲\n'.repeat(999)}"乙\n`],
    ] as const) {
      const answer = await upload(world.enterprise, 'demand', content);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '', code }] } });
    }
    expect(await countWrites(api)).toEqual(before);
    const { rows } = await api.deps.pool.query('select 1 from imports where total = 0');
    expect(rows).toEqual([]);
  });

  it('is larger than it may be: 413', async () => {
    // Over a connection: the answer comes before the body has been read, and the connection ends with it.
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const sent = request(`${address}/v1/imports?kind=demand&name=large.csv`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.enterprise.token}`, 'content-type': 'application/octet-stream' },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end(Buffer.alloc(20 * 2 ** 20 + 1, 'a'));
    const [answer] = await answered;
    expect(answer).toMatchObject({ statusCode: 413, headers: { connection: 'close' } });
    expect(await json(answer)).toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('other kinds', () => {
  it('results are imported by a university', async () => {
    const row = {
      成果名称: '隔膜电解法制备高纯铟',
      成果简介: '一步电解得到 6N 铟。',
      技术指标: '铟纯度 99.9999 %',
      关键词: '铟',
      技术领域: 401,
      应用行业: '32;14',
      技术成熟度: 6,
      所处阶段: '中试阶段',
      知识产权: '发明 ZL202410000000.1 已授权；软著 2024SR0000001',
      权属比例: '某大学 60%；某公司 40%',
      完成人: '李教授、王工',
      合作方式: '许可',
      '价格下限（元）': '200万',
    };
    const done = await importAll(api, world.university, 'result', csvOf([row]));
    expect(done.counts).toMatchObject({ created: 1, faulty: 0 });
    const { body } = await world.university.get('/v1/results?view=mine');
    expect((await world.university.get(`/v1/results/${body.items[0].id}`)).body).toMatchObject({
      title: '隔膜电解法制备高纯铟',
      technologyFields: ['401'],
      applicationIndustries: ['32', '14'],
      ipr: [
        { kind: 'invention', number: 'ZL202410000000.1', status: '已授权' },
        { kind: 'software_copyright', number: '2024SR0000001' },
      ],
      owners: [
        { name: '某大学', share: 60 },
        { name: '某公司', share: 40 },
      ],
      inventors: [{ name: '李教授' }, { name: '王工' }],
      price: { minCny: 2_000_000 },
    });
  });

  it('organizations are imported by staff, each with the admin who will sign in for it', async () => {
    const row = (name: string, more: Row = {}) => ({
      机构名称: name,
      机构类型: '企业',
      所在地区: '640302',
      管理员姓名: '马工',
      管理员邮箱: `${name.length}-${Buffer.from(name).toString('hex')}@people.example`,
      ...more,
    });
    const rows = [
      row('新来一公司', { 统一社会信用代码: '91640300MA76A1B2X1' }),
      row('新来二公司', { 统一社会信用代码: '91640300MA76A1B2X1' }),
      row('别处公司', { 所在地区: '430104' }),
      row('新来三公司'),
    ];
    const done = await importAll(api, world.demandBroker, 'organization', csvOf(rows), {
      faultyRows: 'skip',
      verify: true,
    });
    expect(done.counts).toEqual({ total: 4, ready: 0, faulty: 2, existing: 0, created: 2 });
    const { rows: made } = await api.deps.pool.query(
      `select o.name, o.status, u.email, m.role, array(select type from messages where subject_id = u.id order by id) as mails
       from organizations o join members m on m.organization_id = o.id join users u on u.id = m.user_id
       where o.name like '新来%' order by o.name`,
    );
    expect(made).toEqual(
      ['新来一公司', '新来三公司'].sort().map((name) => ({
        name,
        status: 'verified',
        email: row(name).管理员邮箱,
        role: 'admin',
        mails: ['user.email_verification_requested', 'user.password_reset_requested'],
      })),
    );
    const again = await importAll(api, world.demandBroker, 'organization', csvOf(rows.slice(0, 1)));
    expect(again.counts).toMatchObject({ existing: 1, created: 0 });
  });

  const expert: Row = {
    专家姓名: '李敏',
    类别: '科技特派员',
    职称: '教授',
    研究方向: '乳制品活性成分保持与微胶囊化',
    个人简介: '长期从事枸杞多糖的提取与微胶囊包埋。',
    关键词: '枸杞多糖；微胶囊',
    '技术领域 *': '206',
    每月可服务天数: '4天',
    服务开始日期: '2026年12月1日',
    服务期限: '2027/12/31',
    服务地区: '宁夏回族自治区；430100',
    联系电话: 13700000009,
    邮箱: 'limin@university.example',
  };

  it('experts are imported by their university, as drafts that others know nothing of, and none twice', async () => {
    const rows = [expert, { ...expert, 专家姓名: '马老师', 类别: '专家', 每月可服务天数: 0, 服务地区: '' }];
    const done = await importAll(api, world.university, 'expert', sheetOf(rows));
    expect(done.counts).toMatchObject({ created: 2, faulty: 0 });
    const { body } = await world.university.get('/v1/experts?view=mine');
    expect(body.items.map(({ name, kind, daysPerMonth }: Body) => [name, kind, daysPerMonth])).toEqual([
      ['马老师', 'expert', 0],
      ['李敏', 'commissioner', 4],
    ]);
    const { id } = body.items[1];
    expect((await world.university.get(`/v1/experts/${id}`)).body).toMatchObject({
      status: 'draft',
      professionalTitle: '教授',
      headline: '乳制品活性成分保持与微胶囊化',
      keywords: ['枸杞多糖', '微胶囊'],
      technologyFields: ['206'],
      availableFrom: '2026-12-01',
      availableUntil: '2027-12-31',
      servedRegions: ['640000', '430100'],
      contact: { phone: '13700000009', email: 'limin@university.example' },
    });
    expect(await auditOf(api, id)).toEqual(['expert.create']);
    expect((await world.strangerUniversity.get(`/v1/experts/${id}`)).status).toBe(404);
    const again = await importAll(api, world.university, 'expert', csvOf(rows));
    expect(again.counts).toEqual({ total: 2, ready: 0, faulty: 0, existing: 2, created: 0 });
  });

  it('experts are active at once where their university chooses so, and staff of a market enter none for it', async () => {
    const row = { ...expert, 专家姓名: '刘在册' };
    await importAll(api, world.university, 'expert', sheetOf([row]), { activate: true });
    const { body } = await world.enterprise.get('/v1/experts?limit=100');
    const { id } = body.items.find(({ name }: Body) => name === '刘在册');
    expect((await world.university.get(`/v1/experts/${id}`)).body).toMatchObject({ status: 'active', version: 1 });
    expect((await world.enterprise.get(`/v1/experts/${id}`)).body.contact).toBeUndefined();
    expect(await auditOf(api, id)).toEqual(['expert.create', 'expert.activate']);
    expect((await upload(world.resultBroker, 'expert', sheetOf([row]))).status).toBe(403);
  });

  it('experts have their problems at their cells, also those that only the verb finds', async () => {
    const rows: Row[] = [
      { ...expert, 单位名称: '另一所大学' },
      { ...expert, 类别: '顾问', 每月可服务天数: '常年', 邮箱: '无' },
      { ...expert, 服务期限: '2026-11-01', '技术领域 *': 999, 每月可服务天数: 32 },
      { ...expert, 服务期限: '2026-11-01' },
    ].map((row) => ({ 单位名称: '', ...row }));
    const { body } = await upload(world.university, 'expert', csvOf(rows));
    expect(body.counts).toMatchObject({ total: 4, faulty: 4 });
    const problems = await problemsOf(world.university, body.id);
    expect(problems.sort()).toEqual([
      [2, 'A', 'organization'],
      [3, 'C', 'enum'],
      [3, 'I', 'days'],
      [3, 'N', 'format'],
      [4, 'H', 'vocabulary'],
      [4, 'I', 'maximum'],
      [5, 'K', 'order'],
    ]);
    const before = await countWrites(api);
    expect((await world.university.post(`/v1/imports/${body.id}/commit`)).status).toBe(422);
    expect(await countWrites(api)).toEqual(before);
  });

  it('may be imported by those whose they are, and by nobody else', async () => {
    const allowed: Record<string, Caller[]> = {
      demand: [world.enterprise, world.demandBroker],
      result: [world.university, world.demandBroker],
      organization: [world.demandBroker],
      expert: [world.university],
    };
    for (const [kind, callers] of Object.entries(allowed)) {
      for (const caller of [world.enterprise, world.university, world.demandBroker, world.admin]) {
        // One that is let in is told of the file, which is empty.
        const expected = callers.includes(caller) ? 422 : 403;
        expect([kind, (await upload(caller, kind, '')).status]).toEqual([kind, expected]);
      }
    }
  });
});

describe('a template', () => {
  it.each(['demands', 'results', 'organizations', 'experts'])(
    'of %s has its headers and drop-downs, and comes back as a file without rows',
    async (plural) => {
      const file = await api.app.inject({ url: `/v1/imports/templates/${plural}.xlsx` });
      expect(file.statusCode).toBe(200);
      const sheets = await readXlsxFile(file.rawPayload);
      expect(sheets.map(({ sheet }) => sheet).slice(1)).toEqual(['填写说明', '选项']);
      expect(sheets[0]?.data).toHaveLength(1);
      const sender = plural === 'experts' ? world.university : world.demandBroker;
      const answer = await upload(sender, plural.slice(0, -1), file.rawPayload);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: 'no_rows' }] } });
    },
  );
});

describe('an import', () => {
  it('is the one who sent it: for others it does not exist, and its rows are not even read', async () => {
    const { body } = await upload(world.enterprise, 'demand', csvOf([full]));
    for (const other of [world.strangerEnterprise, world.demandBroker, world.admin]) {
      for (const path of ['', '/problems', '/problems.xlsx'])
        expect((await other.get(`/v1/imports/${body.id}${path}`)).status).toBe(404);
      expect((await other.post(`/v1/imports/${body.id}/commit`)).status).toBe(404);
    }
    // The pool's own connection is the application's, with no actor set.
    const { rows } = await api.deps.pool.query('select 1 from import_rows');
    expect(rows).toEqual([]);
  });

  it('stands in the list of the one who sent it, newest first, page by page, and in nobody else’s', async () => {
    const by = world.strangerUniversity;
    const ids: string[] = [];
    for (const title of ['一', '二', '三'])
      ids.unshift((await upload(by, 'result', csvOf([{ 成果名称: title, 成果简介: '简介' }]))).body.id);
    const first = (await by.get('/v1/imports?limit=2')).body;
    const second = (await by.get(`/v1/imports?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }: Body) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    await by.post(`/v1/imports/${ids[2]}/commit`);
    const idsIn = async (caller: Caller, query: string) =>
      (await caller.get(`/v1/imports?${query}`)).body.items.map(({ id }: Body) => id);
    expect(await idsIn(by, 'status=committing&kind=result')).toEqual([ids[2]]);
    expect(await idsIn(by, 'kind=demand')).toEqual([]);
    for (const other of [world.university, world.resultBroker, world.admin])
      expect((await idsIn(other, 'limit=100')).filter((id: string) => ids.includes(id))).toEqual([]);
  });

  it('tells who asked for it, and nobody else, that it is done or was given up', async () => {
    const notify = async () => {
      const { rows } = await api.deps.pool.query<{ id: string }>(
        `select d.id from deliveries d join messages m on m.id = d.message_id
         where d.handler = 'notify' and d.status = 'pending' and m.type like 'import.%'`,
      );
      const ids = rows.map((row) => row.id);
      await notifyTogether(api.deps.ctxFor({ kind: 'system', name: 'notify' }), ids, { suggestionsPerDay: 50 });
    };
    const toldTo = async (by: Caller, jobId: string) => {
      const { body } = await by.get('/v1/notifications?limit=100');
      return body.items
        .filter((item: Body) => item.subject.id === jobId)
        .map((item: Body) => [item.type, item.title, item.body.slice(0, 11)]);
    };
    const colleague = await addMember(api, world.enterprise, world.enterprise.organizationId, 'member');
    const { jobId } = await importAll(api, world.enterprise, 'demand', csvOf([{ ...full, 需求名称: '通知一' }]));
    const { body } = await upload(world.enterprise, 'demand', csvOf([{ ...full, 需求名称: '通知二' }]));
    const stuck = (await world.enterprise.post(`/v1/imports/${body.id}/commit`)).body.jobId;
    await api.deps.pool.query(
      `update deliveries d set status = 'dead' from messages m where m.id = d.message_id and m.subject_id = $1`,
      [stuck],
    );
    expect(await failStrandedJobs(api.deps.ctxFor({ kind: 'system', name: 'fail-stranded-jobs' }))).toBe(1);
    await notify();
    expect(await toldTo(world.enterprise, jobId)).toEqual([['import.finished', '导入已完成', '已生成 1 条记录。']]);
    expect(await toldTo(world.enterprise, stuck)).toEqual([
      ['import.failed', '导入未能完成', '多次重试未成功，导入已'],
    ]);
    for (const other of [colleague, world.demandBroker, world.admin])
      expect([...(await toldTo(other, jobId)), ...(await toldTo(other, stuck))]).toEqual([]);
    // Given up is not the end: asked for again, it makes what is left.
    await runImport(api, (await world.enterprise.post(`/v1/imports/${body.id}/commit`)).body.jobId);
    expect((await world.enterprise.get(`/v1/imports/${body.id}`)).body.counts.created).toBe(1);
  });

  it('under one Idempotency-Key is one, also of two sent at once, and another file under that key is refused', async () => {
    const headers = { 'idempotency-key': 'a-file' };
    const file = csvOf([{ ...full, 需求名称: '钥匙' }]);
    const before = await countImports();
    const [first, second] = await Promise.all([1, 2].map(() => upload(world.enterprise, 'demand', file, headers)));
    expect(first?.status).toBe(201);
    expect(second?.body.id).toBe(first?.body.id);
    expect((await upload(world.enterprise, 'demand', file, headers)).body.id).toBe(first?.body.id);
    expect((await upload(world.enterprise, 'demand', csvOf([full]), headers)).status).toBe(422);
    expect(await countImports()).toBe(before + 1);
  });

  it('is checked in transactions of two hundred rows: one for all would hold back whoever reads messages', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => ({ ...full, 需求名称: `第 ${at} 项` }));
    const { body } = await upload(world.enterprise, 'demand', csvOf(rows));
    expect(body.counts).toMatchObject({ total: 500, ready: 500 });
    const owner = new pg.Client({ connectionString: api.deps.databaseUrl });
    await owner.connect();
    const { rows: transactions } = await owner
      .query<{ rows: number }>(
        'select count(*)::int as rows from import_rows where import_id = $1 group by xmin order by rows desc',
        [body.id],
      )
      .finally(() => owner.end());
    // The header is the first of two hundred.
    expect(transactions.map((one) => one.rows)).toEqual([200, 199, 101]);
  });

  it('whose reading was broken off makes nothing, and goes away within the hour', async () => {
    const { body } = await upload(world.enterprise, 'demand', csvOf([{ ...full, 需求名称: '断了' }]));
    const leftBehind = "update imports set status = 'reading', expires_at = $2 where id = $1";
    const { createdAt, id } = body;
    await api.deps.pool.query(leftBehind, [id, new Date(Date.parse(createdAt) + readingHours * 3_600_000)]);
    expect((await world.enterprise.get(`/v1/imports/${id}`)).body.status).toBe('reading');
    const before = await countWrites(api);
    expect(await world.enterprise.post(`/v1/imports/${id}/commit`)).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE' },
    });
    expect(await countWrites(api)).toEqual(before);
    api.clock.advance({ hours: readingHours, minutes: 1 });
    await removeExpiredImports(api.deps.ctxFor({ kind: 'system', name: 'housekeeping' }));
    expect((await world.enterprise.get(`/v1/imports/${id}`)).status).toBe(404);
  });

  it('goes away with its rows after thirty days; what was made of it stays known', async () => {
    const file = csvOf([{ ...full, 需求名称: '三十天' }]);
    const { id } = await importAll(api, world.enterprise, 'demand', file);
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'housekeeping' });
    expect(await removeExpiredImports(ctx)).toBe(0);
    api.clock.advance({ days: 31 });
    expect(await removeExpiredImports(ctx)).toBeGreaterThan(0);
    const { rows } = await api.deps.pool.query('select 1 from imports where id = $1', [id]);
    expect(rows).toEqual([]);
    const { rows: keys } = await api.deps.pool.query('select 1 from import_keys limit 1');
    expect(keys).toHaveLength(1);
  });
});
