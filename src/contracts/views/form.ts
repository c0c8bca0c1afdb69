import type { CellValue } from '../../core/spreadsheets.ts';
import type { TermUse } from '../../vocabularies/service.ts';
import type { ContractView, FullContractView } from '../views.ts';

type Vocabulary = TermUse['vocabulary'];

/** What codes and ids are called in Chinese, the language of the form. */
export interface FormNames {
  term(vocabulary: Vocabulary, code: string | null): string | null;
  market(id: string): string;
}

export interface FormColumn {
  /** The field's name on the national form, with the unit where it has one. */
  header: string;
  /** Not for officers. */
  confidential?: true;
  value(contract: ContractView, names: FormNames): CellValue;
}

/** The form counts in units of 10,000 yuan; a yuan is its fourth decimal. */
const yuanPerUnit = 10_000;

function inTenThousands(amountCny: number | null): number | null {
  return amountCny === null ? null : amountCny / yuanPerUnit;
}

const statusNames = {
  draft: '草稿',
  submitted: '已提交',
  returned: '已退回',
  registered: '已登记',
  revoked: '已撤销',
  withdrawn: '已撤回',
} as const satisfies Record<ContractView['status'], string>;

/** A calendar day in China of an instant. */
function dayOf(time: string | null): string | null {
  return time === null ? null : new Date(Date.parse(time) + 8 * 3_600_000).toISOString().slice(0, 10);
}

function full(contract: ContractView): FullContractView | null {
  return 'inventorShares' in contract ? contract : null;
}

function sharesOf(contract: FullContractView | null): string | null {
  if (contract === null || contract.inventorShares.length === 0) return null;
  return contract.inventorShares.map(({ name, share }) => (share === null ? name : `${name} ${share}%`)).join('；');
}

function sideColumns(side: 'buyer' | 'seller', label: '买方' | '卖方'): FormColumn[] {
  return [
    { header: `${label}名称`, value: (contract) => contract[side].name },
    { header: `${label}统一社会信用代码`, value: (contract) => contract[side].creditCode },
    { header: `${label}性质`, value: (contract, names) => names.term('contract-party-kinds', contract[side].kind) },
    { header: `${label}行政区划代码`, value: (contract) => contract[side].regionCode },
    { header: `${label}行政区划`, value: (contract, names) => names.term('regions', contract[side].regionCode) },
    { header: `${label}联系人`, confidential: true, value: (contract) => full(contract)?.[side].contact?.name ?? null },
    {
      header: `${label}联系电话`,
      confidential: true,
      value: (contract) => full(contract)?.[side].contact?.phone ?? null,
    },
    {
      header: `${label}电子邮箱`,
      confidential: true,
      value: (contract) => full(contract)?.[side].contact?.email ?? null,
    },
    {
      header: `${label}开户银行`,
      confidential: true,
      value: (contract) => full(contract)?.[side].bank?.bankName ?? null,
    },
    {
      header: `${label}银行账号`,
      confidential: true,
      value: (contract) => full(contract)?.[side].bank?.accountNumber ?? null,
    },
  ];
}

/** 技术合同登记表, a field a column, in the order of the form. */
const columns: readonly FormColumn[] = [
  { header: '合同登记编号', value: (contract) => contract.registrationNumber },
  { header: '登记日期', value: (contract) => dayOf(contract.registeredAt) },
  { header: '登记机构', value: (contract, names) => names.market(contract.marketId) },
  { header: '登记状态', value: (contract) => statusNames[contract.status] },
  { header: '项目名称', value: (contract) => contract.title },
  { header: '合同编号', value: (contract) => contract.contractNumber },
  { header: '合同类别', value: (contract, names) => names.term('contract-types', contract.type) },
  { header: '合同子类', value: (contract, names) => names.term('contract-types', contract.subtype) },
  { header: '许可方式', value: (contract, names) => names.term('exclusivity', contract.exclusivity) },
  { header: '合同签订日期', value: (contract) => contract.signedOn },
  { header: '合同有效期起', value: (contract) => contract.startsOn },
  { header: '合同有效期止', value: (contract) => contract.endsOn },
  { header: '合同成交总金额（万元）', value: (contract) => inTenThousands(contract.totalAmountCny) },
  { header: '其中：技术交易额（万元）', value: (contract) => inTenThousands(contract.technicalAmountCny) },
  { header: '支付方式', value: (contract, names) => names.term('payment-modes', contract.paymentMode) },
  { header: '计划来源', value: (contract, names) => names.term('plan-sources', contract.planSource) },
  { header: '技术领域代码', value: (contract) => contract.contractField },
  { header: '技术领域', value: (contract, names) => names.term('contract-fields', contract.contractField) },
  { header: '高新技术领域代码', value: (contract) => contract.technologyField },
  {
    header: '高新技术领域（一级）',
    value: (contract, names) => names.term('technology-fields', contract.technologyField?.slice(0, 1) ?? null),
  },
  {
    header: '高新技术领域（二级）',
    value: (contract, names) =>
      (contract.technologyField ?? '').length > 1 ? names.term('technology-fields', contract.technologyField) : null,
  },
  { header: '国民经济行业代码', value: (contract) => contract.industry },
  { header: '国民经济行业', value: (contract, names) => names.term('industries', contract.industry) },
  { header: '社会经济目标代码', value: (contract) => contract.socioeconomicGoal },
  { header: '社会经济目标', value: (contract, names) => names.term('socioeconomic-goals', contract.socioeconomicGoal) },
  {
    header: '知识产权',
    value: (contract, names) =>
      contract.iprKinds.map((kind) => names.term('contract-ipr-kinds', kind) ?? kind).join('；') || null,
  },
  ...sideColumns('buyer', '买方'),
  ...sideColumns('seller', '卖方'),
  { header: '成果完成人奖励比例（%）', value: (contract) => contract.rewardPercent },
  { header: '成果完成人收益分配', confidential: true, value: (contract) => sharesOf(full(contract)) },
];

/** The columns of the form for a reader. @param withConfidential contacts, accounts and who gets what */
export function formColumns(withConfidential: boolean): readonly FormColumn[] {
  return withConfidential ? columns : columns.filter((column) => !column.confidential);
}

/** The codes whose names the form shows. */
export function namedTerms(contracts: readonly ContractView[]): { vocabulary: Vocabulary; code: string }[] {
  const uses: { vocabulary: Vocabulary; code: string }[] = [];
  const note = {
    term: (vocabulary: Vocabulary, code: string | null) => {
      if (code !== null) uses.push({ vocabulary, code });
      return null;
    },
    market: () => '',
  };
  for (const contract of contracts) for (const column of columns) column.value(contract, note);
  return uses;
}
