import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chinaDate } from '../../src/core/clock.ts';
import {
  addMember,
  type Body,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { expertInput } from '../setup/experts.ts';
import { importAll } from '../setup/imports.ts';
import { consortiumOf, consortiumParties, projectMaker, start } from '../setup/projects.ts';

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

type Row = Record<string, unknown>;

async function bytesOf(by: Person, url: string): Promise<Buffer> {
  const answer = await api.app.inject({ url, headers: { authorization: `Bearer ${by.token}` } });
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
  return answer.rawPayload;
}

/** What independent readers make of the file in each of its formats; empty cells are null in all three. */
const readers: Record<string, (file: Buffer) => Promise<Row[]>> = {
  xlsx: async (file) => {
    const [sheet] = await readXlsxFile(file, { trim: false });
    const [header = [], ...rows] = sheet?.data ?? [];
    return rows.map((row) => Object.fromEntries(header.map((name, at) => [String(name), row[at] ?? null])));
  },
  csv: async (file) =>
    parse<Row>(file, { bom: true, columns: true }).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === '' ? null : cell])),
    ),
  json: async (file) => JSON.parse(file.toString()),
};

async function exported(by: Person, list: string, query = 'view=mine', format = 'json'): Promise<Row[]> {
  const file = await bytesOf(by, `/v1/${list}/export?format=${format}&${query}`);
  return (await readers[format]?.(file)) ?? [];
}

async function lastExport(): Promise<Body[]> {
  const { rows } = await api.deps.pool.query(
    `select action, actor, market_id, details from audit_entries
     where subject_id = (select subject_id from audit_entries where subject_type = 'export' order by id desc limit 1) order by id`,
  );
  return rows;
}

/** With all that a cell must be kept from: formulas, what parts lists, codes, units. */
const demand = {
  ...demandInput,
  title: '=HYPERLINK("http://evil.example")',
  summary: '\'-5 ℃ 下保持活性，\n多行，"引号"',
  problem: '@SUM(A1) a_x0041_b',
  indicators: [
    { name: '保留率（80 ℃）', comparator: '>=', value: 85, unit: '%', mustHave: true },
    { name: '粒径', comparator: 'between', min: 0.0000005, max: 2, unit: 'µm', mustHave: false },
  ],
  keywords: ['Ni,Co；合金', '枸杞'],
  technologyFields: ['206', '401'],
  industry: '14',
  activityType: 'experimental_development',
  budget: { minCny: 612_345, maxCny: 900_000, negotiable: false },
  exclusivity: 'sole',
  neededBy: '2027-03-01',
  validUntil: '2027-12-31',
  preferredPartners: ['某大学、化工学院', '另一大学'],
  decisionOwner: '王总',
  regionCode: '640302',
  confidentiality: { anonymous: true, detail: '+86 机密' },
};

const result = {
  ...resultInput,
  applicationIndustries: ['A', '14'],
  ipr: [
    { kind: 'invention', number: 'ZL 2024 1 0000000.1', status: '已授权' },
    { kind: 'software_copyright', status: 'granted' },
  ],
  owners: [
    { name: '某大学（A、B 院）', share: 60.5 },
    { name: '某公司', share: 39.5 },
  ],
  inventors: [{ name: '李教授' }],
  completedOn: '2026-05-01',
  awards: ['省科技进步奖，二等'],
  regionCode: '430104',
};

describe('a list as a file', () => {
  it('says the same in every format, codes with their names, nothing that a spreadsheet takes for a formula', async () => {
    await world.enterprise.post('/v1/demands', demand);
    const [json = {}] = await exported(world.enterprise, 'demands');
    expect(json).toMatchObject({
      外部编号: expect.stringMatching(/^D2026-640302-/),
      企业名称: '利通区某枸杞乳业公司',
      技术指标: '★保留率（80 ℃） >= 85 %；粒径 = 0.0000005~2 µm',
      关键词: '"Ni,Co；合金"；枸杞',
      技术领域: expect.stringMatching(/^206 .+；401 /),
      所属行业: '14 食品制造业',
      合作方式: '合作开发；委托开发',
      '预算下限（万元）': 61.2345,
      '预算上限（万元）': 90,
      预算可议: '否',
      目标成熟度: 6,
      需求时限: '2027-03-01',
      所在地区: '640302 利通区',
      意向合作单位: '"某大学、化工学院"；另一大学',
      联系电话: '13900000001',
      匿名发布: '是',
      状态: '草稿',
      预算区间: '50万元至100万元',
      发布日期: null,
    });
    const bare = (cell: unknown) => (typeof cell === 'string' && /^'+[=+\-@]/.test(cell) ? cell.slice(1) : cell);
    for (const format of ['xlsx', 'csv']) {
      const [row = {}] = await exported(world.enterprise, 'demands', 'view=mine', format);
      const texts = Object.values(row).filter((cell) => typeof cell === 'string');
      expect(texts.filter((text) => /^[=+\-@\t\r]/.test(text))).toEqual([]);
      expect(texts.filter((text) => /^'+[=+\-@\t\r]/.test(text))).toHaveLength(4);
      // The reader knows nothing of escapes (ST_Xstring); ours does, below.
      const expected = Object.entries(json).map(([name, cell]) => [
        name,
        format === 'csv' && cell !== null ? String(cell) : cell,
      ]);
      const literal = (cell: unknown) => (typeof cell === 'string' ? cell.replace('_x005F_', '_') : cell);
      expect(Object.entries(row).map(([name, cell]) => [name, literal(bare(cell))])).toEqual(expected);
    }
  });

  it.each(['xlsx', 'csv'])('comes in again as what it was, and nothing twice: %s', async (format) => {
    await world.university.post('/v1/results', result);
    const cases = [
      { list: 'demands', kind: 'demand', owner: world.enterprise, other: world.strangerEnterprise },
      { list: 'results', kind: 'result', owner: world.university, other: world.strangerUniversity },
    ];
    for (const { list, kind, owner, other } of cases) {
      const file = await bytesOf(owner, `/v1/${list}/export?view=mine&format=${format}`);
      const again = await importAll(api, owner, kind, file);
      expect(again.counts).toMatchObject({ existing: again.counts.total, created: 0 });
      // Another house's: it has neither the numbers nor the organization.
      const [row = {}] = (await readers[format]?.(file)) ?? [];
      const { 外部编号: _number, 企业名称: _enterprise, 单位名称: _university, ...rest } = row;
      const literal = Object.entries(rest).map(([name, cell]) => [name, String(cell ?? '').replace('_x005F_', '_')]);
      const made = await importAll(api, other, kind, stringify([Object.fromEntries(literal)], { header: true }));
      expect(made.counts).toMatchObject({
        total: 1,
        faulty: 0,
        ...(format === 'xlsx' ? { created: 1 } : { existing: 1 }),
      });
      const newest = async (by: Person) => {
        const { body } = await by.get(`/v1/${list}?view=mine`);
        const { body: whole } = await by.get(`/v1/${list}/${body.items[0].id}`);
        const { id, code, version, source, organization, createdByUserId, createdAt, updatedAt, ...same } = whole;
        return same;
      };
      expect(await newest(other)).toEqual(await newest(owner));
    }
  });
});

describe('who takes a list away', () => {
  it('gets of each list what the list shows, and whole records only of their own and their desk', async () => {
    const open = { ...demandInput, title: '公开的需求', confidentiality: { anonymous: true, detail: '机密细节：甲' } };
    await publishDemand(world.enterprise, world.demandBroker, open);
    await publishDemand(world.strangerEnterprise, world.demandBroker, {
      ...demandInput,
      title: '领域四',
      technologyFields: ['401'],
    });
    await publishResult(world.university, world.resultBroker);
    const secret = /机密细节|1390000000|ma@dairy|li@university|利通区某枸杞/;
    const cases: [string, Person, string, boolean][] = [
      ['demands', world.strangerUniversity, 'view=public', false],
      ['demands', world.strangerUniversity, 'technologyField=4', false],
      ['demands', world.enterprise, 'view=public', false],
      ['demands', world.enterprise, 'view=mine', true],
      ['demands', world.strangerEnterprise, 'view=mine&status=published', true],
      ['demands', world.demandBroker, 'view=desk', true],
      ['demands', world.resultBroker, 'view=desk', false],
      ['results', world.enterprise, 'view=public', false],
      ['results', world.university, 'view=mine', true],
      ['results', world.resultBroker, 'view=desk&regionCode=430100', true],
    ];
    for (const [list, by, query, isOwner] of cases) {
      const shown: Body[] = (await by.get(`/v1/${list}?limit=100&${query}`)).body.items;
      const rows = await exported(by, list, query);
      expect(
        rows.map((row) => row.外部编号),
        `${list} ${query}`,
      ).toEqual(shown.map(({ code }) => code));
      expect(secret.test(JSON.stringify(rows)), `${list} ${query}`).toBe(isOwner);
      if (query === 'view=public') {
        expect(Object.keys(rows[0] ?? {}).filter((name) => /联系|保密|万元|意向|负责/.test(name))).toEqual([]);
        expect(rows.every((row) => row.状态 === '已发布')).toBe(true);
      }
    }
    const [hidden] = (await exported(world.university, 'demands', 'view=public')).filter(
      (row) => row.需求名称 === '公开的需求',
    );
    expect(hidden).toMatchObject({ 企业名称: null, 预算区间: '50万元至100万元' });
  });

  it('gets organizations as the list shows them, with codes and what is left to fill in for staff alone', async () => {
    const rows = await exported(world.enterprise, 'organizations', 'kind=enterprise');
    expect(rows.map((row) => Object.keys(row))[0]).toEqual([
      '机构名称',
      '机构类型',
      '所在地区',
      '所属行业',
      '企业规模',
    ]);
    const { body } = await world.enterprise.get('/v1/organizations?kind=enterprise&limit=100');
    expect(rows.map((row) => row.机构名称)).toEqual(body.items.map((item: Body) => item.name));
    await api.deps.pool.query(`update organizations set credit_code = '91640300MA76A1B2X1' where id = $1`, [
      world.enterprise.organizationId,
    ]);
    const kept = await exported(world.demandBroker, 'organizations', 'kind=enterprise', 'csv');
    expect(kept[0]).toMatchObject({ 统一社会信用代码: '91640300MA76A1B2X1', 管理员邮箱: null, 状态: '已审核' });
    const foreign = await exported(world.resultBroker, 'organizations', 'kind=enterprise');
    expect(foreign.every((row) => row.统一社会信用代码 === null)).toBe(true);
    expect((await world.enterprise.get('/v1/organizations/export?status=pending')).status).toBe(403);
  });

  it('is written down: who, which list, with which filters, in which market, how much of it', async () => {
    await exported(world.demandBroker, 'demands', 'view=desk&status=published', 'csv');
    const { body } = await world.demandBroker.get('/v1/demands?view=desk&status=published&limit=100');
    const common = { actor: `user:${world.demandBroker.userId}`, market_id: world.demandMarket.id };
    expect(await lastExport()).toEqual([
      {
        ...common,
        action: 'export.start',
        details: { list: 'demands', format: 'csv', view: 'desk', status: 'published' },
      },
      { ...common, action: 'export.end', details: { rows: body.items.length, isWhole: true } },
    ]);
    const before = await lastExport();
    expect((await world.enterprise.get('/v1/demands/export?view=desk')).status).toBe(403);
    expect(await lastExport()).toEqual(before);
  });
});

describe('experts as a file', () => {
  const expert = {
    ...expertInput,
    headline: '=1+1',
    keywords: ['枸杞，乳', '功能乳'],
    technologyFields: ['206', '401'],
    availableFrom: '2026-12-01',
    servedRegions: ['640000', '430100'],
  };

  it('are what the list shows: of everybody’s the active ones without contacts, of one’s own all of it', async () => {
    const { body: active } = await world.university.post('/v1/experts', expert);
    await world.university.post(`/v1/experts/${active.id}/activate`);
    const { body: draft } = await world.university.post('/v1/experts', { ...expert, kind: 'expert', name: '王工' });
    const [shown = {}, ...others] = await exported(world.enterprise, 'experts', 'kind=commissioner');
    expect(others).toEqual([]);
    expect(shown).toEqual({
      外部编号: active.id,
      单位名称: '岳麓某大学',
      姓名: '李敏',
      类别: '科技特派员',
      职称: '教授',
      专长: '=1+1',
      个人简介: expertInput.summary,
      关键词: '"枸杞，乳"；功能乳',
      技术领域: expect.stringMatching(/^206 .+；401 /),
      每月可服务天数: 4,
      可服务起始日期: '2026-12-01',
      可服务截止日期: null,
      服务地区: expect.stringMatching(/^640000 .+；430100 /),
      派遣次数: 0,
      服务次数: 0,
      服务小时: 0,
    });
    const own = await exported(world.university, 'experts');
    expect(own.map((row) => [row.外部编号, row.状态, row.联系电话])).toEqual([
      [draft.id, '草稿', expertInput.contact.phone],
      [active.id, '在册', expertInput.contact.phone],
    ]);
    expect((await world.enterprise.get('/v1/experts/export?view=mine')).status).toBe(403);
    expect(await exported(world.strangerUniversity, 'experts')).toEqual([]);
  });

  it.each(['xlsx', 'csv'])('come in again as what they were, and nobody twice: %s', async (format) => {
    const file = await bytesOf(world.university, `/v1/experts/export?view=mine&format=${format}`);
    const again = await importAll(api, world.university, 'expert', file);
    expect(again.counts).toMatchObject({ total: 2, existing: 2, created: 0 });
    const rows = (await readers[format]?.(file)) ?? [];
    const foreign = rows.map(({ 单位名称: _university, ...row }) => ({
      ...row,
      外部编号: `${row.外部编号} ${format}`,
    }));
    const made = await importAll(api, world.strangerUniversity, 'expert', stringify(foreign, { header: true }));
    expect(made.counts).toMatchObject({ total: 2, faulty: 0, created: 2 });
    const newest = async (by: Person) => {
      const { body } = await by.get('/v1/experts?view=mine&limit=2');
      const whole = await Promise.all(body.items.map(({ id }: Body) => by.get(`/v1/experts/${id}`)));
      const same = whole.map(
        ({ body: { id, version, organizationId, organizationName, status, createdAt, ...rest } }) => rest,
      );
      return same.sort((one, other) => one.name.localeCompare(other.name));
    };
    expect(await newest(world.strangerUniversity)).toEqual(await newest(world.university));
  });
});

describe('projects as a file', () => {
  it('are the register of who sees them: what the list shows, a row each, and nothing for others', async () => {
    const consortium = consortiumOf(world, world.strangerEnterprise);
    const make = await projectMaker(api, world);
    const forming = await make({ title: '=联合开发', startsOn: '2026-12-01' });
    const running = await make({
      title: '共建研究院',
      kind: 'institute',
      institution: { name: '枸杞研究院', regionCode: '640302', foundedOn: '2027-01-01', termYears: 3 },
      milestones: undefined,
      annualReviewCriteria: '年度考核合格',
      fundingMode: 'itemised',
      budgetItems: [
        { category: 'equipment', amountCny: 600_000 },
        { category: 'labour', amountCny: 400_000 },
      ],
    });
    const [lead, ...others] = consortiumParties(consortium);
    const brings = [{ kind: 'premises', amountCny: 300_000, description: '中试车间' }, { kind: 'data' }];
    const parties = [{ ...lead, contributions: brings }, ...others];
    expect((await consortium.lead.put(`/v1/projects/${running.id}/parties`, { parties })).status).toBe(200);
    await start(world.demandBroker, running);
    const day = chinaDate(api.clock.now());
    const terminated = { reasonCode: 'funding', reason: '配套资金未到位' };
    await consortium.lead.post(`/v1/projects/${running.id}/terminate`, terminated);

    const readers = { ...consortium, director: world.demandDirector, province: world.provinceDirector };
    for (const [name, reader] of Object.entries(readers)) {
      const shown: Body[] = (await reader.get('/v1/projects?limit=100')).body.items;
      const rows = await exported(reader, 'projects', '');
      expect([name, rows.map((row) => row.项目编号)]).toEqual([name, shown.map(({ code }) => code)]);
      const one = rows.find((row) => row.项目编号 === running.code);
      expect([name, one]).toEqual([name, (await exported(world.demandBroker, 'projects', 'status=terminated'))[0]]);
    }
    const colleague = await addMember(api, world.university, world.university.organizationId, 'member');
    for (const stranger of [colleague, world.resultBroker, world.admin])
      expect(await exported(stranger, 'projects', '')).toEqual([]);

    const [first] = await exported(world.demandBroker, 'projects', 'kind=joint_project');
    expect(first).toMatchObject({ 项目编号: forming.code, 项目名称: '=联合开发', 状态: '筹备中', 各方投入: null });
    expect(first).toMatchObject({
      所属市场: '吴忠市科技大市场',
      '项目经费（万元）': 100,
      经费方式: '包干制',
      计划开始日期: '2026-12-01',
      计划完成日期: '2027-12-31',
      里程碑: '1. 小试 2027-03-31 30% 未提交；2. 中试 2027-06-30 30% 未提交；3. 量产 2027-12-31 40% 未提交',
      '已验收占比（%）': 0,
      '已付款（万元）': 0,
    });
    const [ended] = await exported(world.demandBroker, 'projects', 'kind=institute');
    expect(ended).toMatchObject({
      项目类型: '共建研究院',
      状态: '已终止',
      牵头单位: '利通区某枸杞乳业公司',
      合作单位: '岳麓某大学；岳麓另一大学',
      工作占比: '利通区某枸杞乳业公司 30%；岳麓某大学 50%；岳麓另一大学 20%',
      各方投入: '利通区某枸杞乳业公司 场地 300000元 中试车间；利通区某枸杞乳业公司 数据资源',
      经费预算: '设备费 600000元；劳务费 400000元',
      启动日期: day,
      结束日期: day,
      终止类型: '资金未到位',
      终止原因: '配套资金未到位',
      共建机构所在地: '640302 利通区',
    });
    for (const format of ['xlsx', 'csv']) {
      const rows = await exported(world.demandBroker, 'projects', 'kind=joint_project', format);
      expect(rows.map((row) => row.项目名称)).toEqual(["'=联合开发"]);
    }
  });

  it('and contracts, are written down as other lists are', async () => {
    for (const list of ['projects', 'contracts']) {
      await exported(world.demandBroker, list, '', 'csv');
      expect((await lastExport()).map(({ action, details }) => [action, details.list ?? details.isWhole])).toEqual([
        ['export.start', list],
        ['export.end', true],
      ]);
    }
  });
});

describe('a long list', () => {
  const copies = 2_500;

  /** Drafts of the enterprise with much to say, as many as would take minutes through the API. */
  async function copyDemand(): Promise<void> {
    const { body } = await world.enterprise.post('/v1/demands', {
      ...demandInput,
      title: '长清单',
      problem: '述'.repeat(2_000),
    });
    await api.deps.pool.query(
      `insert into demands select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'code', 'D2026-640302-9' || lpad(n::text, 6, '0')))).*
       from demands d, generate_series(1, $2::int) n where d.id = $1`,
      [body.id, copies],
    );
  }

  /** A client over a real connection that has read the headers and no more. */
  async function begin(by: Person, url: string): Promise<IncomingMessage> {
    const { port } = api.app.server.address() as AddressInfo;
    return await new Promise((resolve, reject) => {
      get({ port, path: url, headers: { authorization: `Bearer ${by.token}` } }, resolve).on('error', reject);
    });
  }

  it('is one moment: what changes while it is read is not in it; the rest of the house goes on; each has one at a time', async () => {
    await copyDemand();
    await api.app.listen({ port: 0 });
    const url = '/v1/demands/export?view=mine&format=csv';
    const answer = await begin(world.enterprise, url);
    expect(answer.statusCode).toBe(200);
    const second = await world.enterprise.get(url);
    expect([second.status, second.headers['retry-after']]).toEqual([429, '10']);
    expect(await exported(world.demandBroker, 'demands', 'view=desk')).not.toEqual([]);
    await api.deps.pool.query(`update demands set title = '改了', status = 'withdrawn' where title = '长清单'`);
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part);
    const rows = await readers.csv?.(Buffer.concat(parts));
    expect(rows?.filter((row) => row.需求名称 === '长清单' && row.状态 === '草稿')).toHaveLength(copies + 1);
    expect(rows?.some((row) => row.需求名称 === '改了')).toBe(false);
    expect(new Set(rows?.map((row) => row.外部编号)).size).toBe(rows?.length);
  });

  it('that nobody takes any more is read no further, and its place is free', async () => {
    const url = '/v1/demands/export?view=mine&format=csv';
    const inHand = () => api.deps.pool.totalCount - api.deps.pool.idleCount;
    const answer = await begin(world.enterprise, url);
    expect(inHand()).toBe(1);
    answer.destroy();
    const end = await vi.waitFor(async () => {
      const [, last] = await lastExport();
      expect(last?.details.isWhole).toBe(false);
      return last;
    });
    expect(end?.details.rows).toBeLessThan(copies);
    expect(inHand()).toBe(0);
    expect(await exported(world.enterprise, 'demands', 'view=mine&status=published')).not.toEqual([]);
  });
});
