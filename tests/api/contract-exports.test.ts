import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addMember, type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import { contractFields, makeContractProject, registerContract } from '../setup/contracts.ts';

let api: TestApi;
let world: World;
let officer: Person;
let project: Body;
let contract: Body;

/** Begins like a formula in every field that takes free text. */
const hostile = {
  title: '=HYPERLINK("http://evil.example")',
  contractNumber: '@SUM(A1)',
  buyer: { ...contractFields.buyer, name: '+86 公司', contact: { name: '-王', phone: '+8613900000001' } },
  seller: {
    ...contractFields.seller,
    name: '\t大学, "理学院"\n二分部',
    bank: { bankName: '=1+1', accountName: '学院', accountNumber: '6000 0000 0001' },
  },
};

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  const government = { kind: 'government', name: '宁夏科学技术厅', regionCode: '640000' };
  const bureau = await world.admin.post('/v1/organizations', government);
  officer = await addMember(api, world.admin, bureau.body.id, 'officer');
  ({ project } = await makeContractProject(api, world));
  contract = await registerContract(world, project, {
    ...hostile,
    totalAmountCny: 1_234_567,
    technicalAmountCny: 1_000_001,
    rewardPercent: 62.5,
    inventorShares: [
      { name: '李教授', share: 66.67 },
      { name: '王博士', share: 33.33 },
    ],
  });
});
afterAll(() => api?.close());

async function bytesOf(by: Person, url: string): Promise<Buffer> {
  const answer = await api.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${by.token}` } });
  expect(answer.statusCode).toBe(200);
  return answer.rawPayload;
}

/** What an independent reader makes of the workbook. */
async function workbookOf(by: Person, url: string): Promise<Record<string, unknown>[]> {
  const [sheet] = await readXlsxFile(await bytesOf(by, url));
  expect(sheet?.sheet).toBe('技术合同登记表');
  const [header, ...rows] = sheet?.data ?? [];
  return rows.map((row) => Object.fromEntries((header ?? []).map((name, at) => [String(name), row[at] ?? null])));
}

async function csvOf(by: Person, url: string): Promise<Record<string, string>[]> {
  const bytes = await bytesOf(by, url);
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  return parse(bytes, { bom: true, columns: true });
}

/** A form that was read from a file, its text as it was before it was made harmless. */
function unescaped(form: Record<string, unknown>): Record<string, unknown> {
  const plain = (value: unknown) => (typeof value === 'string' ? value.replace(/^'(?=[=+\-@\t\r\0])/, '') : value);
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, plain(value)]));
}

describe('the form of a contract', () => {
  test('has the national field names, amounts in 万元 and both fields with their names', async () => {
    const answer = await world.enterprise.get(`/v1/contracts/${contract.id}/export?format=json`);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${contract.code}.json"`);
    expect(answer.body).toMatchObject({
      合同登记编号: contract.registrationNumber,
      登记日期: '2026-11-23',
      登记机构: '吴忠市科技大市场',
      登记状态: '已登记',
      项目名称: hostile.title,
      合同编号: '@SUM(A1)',
      合同类别: '技术开发',
      合同子类: '合作开发',
      许可方式: null,
      合同签订日期: '2026-11-20',
      合同有效期起: '2026-11-20',
      合同有效期止: '2027-09-30',
      '合同成交总金额（万元）': 123.4567,
      '其中：技术交易额（万元）': 100.0001,
      支付方式: '分期支付',
      计划来源: '计划外',
      技术领域代码: '04',
      技术领域: '生物、医药和医疗器械',
      高新技术领域代码: '206',
      '高新技术领域（一级）': '生物与新医药',
      国民经济行业代码: '14',
      国民经济行业: '食品制造业',
      社会经济目标代码: '10',
      社会经济目标: '工商业发展',
      知识产权: '发明专利',
      买方名称: '+86 公司',
      买方性质: '内资企业',
      买方行政区划代码: '640302',
      买方行政区划: '利通区',
      买方联系电话: '+8613900000001',
      卖方性质: '高等院校',
      卖方开户银行: '=1+1',
      '成果完成人奖励比例（%）': 62.5,
      成果完成人收益分配: '李教授 66.67%；王博士 33.33%',
    });
  });

  test.each(['/export', 's/export'])('opens as a workbook and as CSV with the same values: %s', async (path) => {
    const url = path === '/export' ? `/v1/contracts/${contract.id}/export` : '/v1/contracts/export';
    const json = (await world.enterprise.get(`${url}?format=json`)).body;
    const form = Array.isArray(json) ? json[0] : json;
    const [workbook] = await workbookOf(world.enterprise, `${url}?format=xlsx`);
    expect(unescaped(workbook ?? {})).toEqual(form);
    const [line] = await csvOf(world.enterprise, `${url}?format=csv`);
    const asText = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value ?? '')]));
    expect(unescaped(line ?? {})).toEqual(asText);
  });

  test('leads back to what was registered', async () => {
    const [form] = await workbookOf(world.enterprise, `/v1/contracts/${contract.id}/export`);
    const read = unescaped(form ?? {});
    const back = {
      registrationNumber: read.合同登记编号,
      title: read.项目名称,
      totalAmountCny: Math.round(Number(read['合同成交总金额（万元）']) * 10_000),
      technicalAmountCny: Math.round(Number(read['其中：技术交易额（万元）']) * 10_000),
      signedOn: read.合同签订日期,
      endsOn: read.合同有效期止,
      contractField: read.技术领域代码,
      technologyField: read.高新技术领域代码,
      industry: read.国民经济行业代码,
      socioeconomicGoal: read.社会经济目标代码,
      rewardPercent: read['成果完成人奖励比例（%）'],
      seller: { name: read.卖方名称, creditCode: read.卖方统一社会信用代码, regionCode: read.卖方行政区划代码 },
    };
    expect(contract).toMatchObject(back);
  });

  test('holds no text that a spreadsheet takes for a formula', async () => {
    const url = `/v1/contracts/${contract.id}/export`;
    const [workbook] = await workbookOf(world.enterprise, url);
    const [line] = await csvOf(world.enterprise, `${url}?format=csv`);
    const cells = [workbook, line].flatMap((form) => Object.values(form ?? {}));
    const texts = cells.filter((cell) => typeof cell === 'string');
    expect(texts.filter((text) => /^[=+\-@\t\r\0]/.test(text))).toEqual([]);
    expect(texts.filter((text) => /^'[=+\-@\t\r\0]/.test(text))).toHaveLength(14);
  });

  test('has for an officer no contacts, no accounts and no shares', async () => {
    for (const path of [`/${contract.id}/export`, '/export']) {
      const answer = await officer.get(`/v1/contracts${path}?format=json`);
      const form = path === '/export' ? answer.body[0] : answer.body;
      expect(form.合同登记编号).toBe(contract.registrationNumber);
      const names = Object.keys(form).filter((name) => /联系|邮箱|银行|账号|收益分配/.test(name));
      expect(names).toEqual([]);
      const [line] = await csvOf(officer, `/v1/contracts${path}?format=csv`);
      expect(Object.keys(line ?? {})).toEqual(Object.keys(form));
    }
  });

  test('is written down, with who took it and for which market, once it was there for them', async () => {
    const taken = async () => {
      const { rows } = await api.deps.pool.query(
        `select actor, actor_organization_id as organization, market_id as market, details from audit_entries
         where action = 'contract.export' and subject_id = $1 order by id desc`,
        [contract.id],
      );
      return rows;
    };
    const before = await taken();
    await world.enterprise.get(`/v1/contracts/${contract.id}/export?format=json`);
    await bytesOf(officer, `/v1/contracts/${contract.id}/export?format=csv`);
    expect((await world.resultBroker.get(`/v1/contracts/${contract.id}/export`)).status).toBe(404);
    const [last, first, ...others] = await taken();
    expect(others).toEqual(before);
    expect(last).toMatchObject({ market: contract.marketId, details: { format: 'csv' } });
    expect(first).toEqual({
      actor: expect.stringContaining(world.enterprise.userId),
      organization: world.enterprise.organizationId,
      market: contract.marketId,
      details: { format: 'json' },
    });
  });

  test('is not there for strangers', async () => {
    expect((await world.resultBroker.get(`/v1/contracts/${contract.id}/export`)).status).toBe(404);
    expect((await world.strangerUniversity.get('/v1/contracts/export?format=json')).body).toEqual([]);
    expect(await csvOf(world.strangerUniversity, '/v1/contracts/export?format=csv')).toEqual([]);
    expect(await workbookOf(world.strangerUniversity, '/v1/contracts/export')).toEqual([]);
    expect((await world.enterprise.get(`/v1/contracts/${contract.id}/export?format=pdf`)).status).toBe(422);
  });
});

describe('a long list', () => {
  /** Copies of the contract, as many as would take minutes through the API. */
  async function copyContracts(count: number): Promise<void> {
    await api.deps.pool.query(
      `insert into contracts (id, code, status, project_id, market_id, buyer_organization_id, seller_organization_id, title,
         type, total_amount_cny, ipr_kinds, buyer, seller, created_by_user_id, created_at, updated_at)
       select gen_random_uuid(), 'X' || n, 'draft', project_id, market_id, buyer_organization_id, seller_organization_id,
         '合同' || n, 'service', n, '{}', buyer, seller, created_by_user_id, created_at, updated_at
       from contracts, generate_series(1, $2::int) n where id = $1`,
      [contract.id, count],
    );
  }

  test('is exported whole, each contract once, filtered as the list', async () => {
    await copyContracts(1_200);
    const forms = (await world.enterprise.get('/v1/contracts/export?format=json')).body;
    expect(forms).toHaveLength(1_201);
    expect(new Set(forms.map((form: Body) => form.项目名称)).size).toBe(1_201);
    expect(await csvOf(world.demandBroker, '/v1/contracts/export?format=csv&type=service')).toHaveLength(1_200);
    expect(await workbookOf(world.enterprise, '/v1/contracts/export?type=service')).toHaveLength(1_200);
    expect(await workbookOf(world.enterprise, '/v1/contracts/export?status=registered')).toHaveLength(1);
  });
});
