import type { ProjectView } from '../../projects/views.ts';
import type { Writer } from './column.ts';
import { type ExportColumn, exported } from './exported.ts';
import { joined, plainNumber, writeAmount, writeChoice, writeDay, writeTerm, writeText } from './writers.ts';

/** What the file shows of a project: its view, with the market's name in place of its id. */
export type ProjectLine = ProjectView & { market: string };

type Party = ProjectView['parties'][number];
type Milestone = ProjectView['milestones'][number];

const milestoneStatuses: Readonly<Record<Milestone['status'], string>> = {
  planned: '未提交',
  submitted: '待验收',
  accepted: '已验收',
  rework: '待整改',
  paid: '已付款',
};

/** A column of the whole line, for what is told of several of its fields together. */
function ofProject(header: string, cell: (project: ProjectLine) => string | number | null): ExportColumn {
  return { header, cell: (line) => cell(line as ProjectLine) };
}

function ofParties(header: string, tell: (party: Party) => string | null): ExportColumn {
  return ofProject(header, ({ parties }) => joined(parties.flatMap((party) => tell(party) ?? [])));
}

function named(role: Party['role']): (party: Party) => string | null {
  return (party) => (party.role === role ? party.name : null);
}

function shareOf(share: 'workShare' | 'benefitShare'): (party: Party) => string | null {
  return (party) => (party[share] === null ? null : `${party.name} ${plainNumber(party[share])}%`);
}

/** "万元" of a header is 10,000 yuan, as in the list of demands. */
function tenThousands(cny: number): number {
  return cny / 10_000;
}

const writeBudgetItems: Writer = (value, { terms }) =>
  joined(
    (value as ProjectView['budgetItems']).map(
      ({ category, amountCny }) => `${terms.shown('budget-categories', category)} ${plainNumber(amountCny)}元`,
    ),
  );

const contributions: ExportColumn = {
  header: '各方投入',
  vocabulary: 'contribution-kinds',
  cell: (line, terms) =>
    joined(
      (line as ProjectLine).parties.flatMap(({ name, contributions }) =>
        contributions.map(({ kind, amountCny, description }) =>
          [
            name,
            terms.shown('contribution-kinds', kind),
            amountCny === null ? '' : `${plainNumber(amountCny)}元`,
            description ?? '',
          ]
            .filter((part) => part !== '')
            .join(' '),
        ),
      ),
    ),
};

function isReached({ status }: Milestone): boolean {
  return status === 'accepted' || status === 'paid';
}

function toldMilestone({ position, title, dueOn, paymentShare, status }: Milestone): string {
  return `${position}. ${title} ${dueOn} ${plainNumber(paymentShare)}% ${milestoneStatuses[status]}`;
}

function sum(numbers: readonly number[]): number {
  // Shares have decimals; their sum has no more of them than is meant.
  return Number(numbers.reduce((total, number) => total + number, 0).toFixed(6));
}

/** One row a project, as market and bureau keep the register of joint projects: who, how much, how far. */
export const projectColumns: readonly ExportColumn[] = [
  exported('项目编号', 'code', writeText),
  exported('项目名称', 'title', writeText),
  exported(
    '项目类型',
    'kind',
    writeChoice({ 联合攻关项目: 'joint_project', 共建平台: 'platform', 共建研究院: 'institute' }),
  ),
  exported(
    '状态',
    'status',
    writeChoice({
      筹备中: 'forming',
      执行中: 'active',
      已暂停: 'suspended',
      已完成: 'completed',
      已终止: 'terminated',
    }),
  ),
  exported('所属市场', 'market', writeText),
  ofParties('牵头单位', named('lead')),
  ofParties('合作单位', named('partner')),
  ofParties('出资单位', named('funder')),
  ofParties('工作占比', shareOf('workShare')),
  ofParties('收益占比', shareOf('benefitShare')),
  contributions,
  exported('项目经费（万元）', 'budgetCny', writeAmount),
  exported('经费方式', 'fundingMode', writeChoice({ 预算制: 'itemised', 包干制: 'lump_sum' })),
  { ...exported('经费预算', 'budgetItems', writeBudgetItems), vocabulary: 'budget-categories' },
  exported('计划开始日期', 'startsOn', writeDay),
  ofProject(
    '计划完成日期',
    ({ milestones }) =>
      milestones
        .map(({ dueOn }) => dueOn)
        .sort()
        .at(-1) ?? null,
  ),
  exported('启动日期', 'activatedAt', writeDay),
  exported('结束日期', 'endedAt', writeDay),
  ofProject('里程碑', ({ milestones }) => joined(milestones.map(toldMilestone))),
  ofProject('已验收占比（%）', ({ milestones }) => sum(milestones.filter(isReached).map((one) => one.paymentShare))),
  ofProject('已付款（万元）', ({ milestones }) => tenThousands(sum(milestones.map((one) => one.settledCny)))),
  exported('暂停原因', 'suspensionReason', writeText),
  { ...exported('终止类型', 'terminationCode', writeTerm('termination-reasons')), vocabulary: 'termination-reasons' },
  exported('终止原因', 'terminationReason', writeText),
  exported('共建机构名称', 'institution.name', writeText),
  { ...exported('共建机构所在地', 'institution.regionCode', writeTerm('regions')), vocabulary: 'regions' },
  exported('共建机构成立日期', 'institution.foundedOn', writeDay),
];
