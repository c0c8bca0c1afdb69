import type { TSchema } from 'typebox';
import { loadImportHeaders } from '../../db/seed/import-headers.ts';
import type { ContractList } from '../contracts/inputs.ts';
import { type ContractForm, formFields, formName, openContracts } from '../contracts/service.ts';
import type { Actor } from '../core/actor.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Tx } from '../core/transaction.ts';
import { openDemands } from '../demands/service.ts';
import { OwnerDemandView, PublicDemandView } from '../demands/views.ts';
import type { ExpertList } from '../experts/inputs.ts';
import { openExperts } from '../experts/service.ts';
import { PublicExpertView } from '../experts/views.ts';
import type { OrganizationList } from '../organizations/inputs.ts';
import { getOrganizationRows, openOrganizations } from '../organizations/service.ts';
import type { ProjectList } from '../projects/inputs.ts';
import { openProjects } from '../projects/service.ts';
import type { RecordList } from '../records/inputs.ts';
import { openResults } from '../results/service.ts';
import { OwnerResultView, PublicResultView } from '../results/views.ts';
import type { ImportColumn } from './columns/column.ts';
import { demandColumns } from './columns/demands.ts';
import { expertColumns } from './columns/experts.ts';
import { type ExportColumn, exported, importable } from './columns/exported.ts';
import { organizationColumns } from './columns/organizations.ts';
import { type ProjectLine, projectColumns } from './columns/projects.ts';
import { resultColumns } from './columns/results.ts';
import { writeChoice, writeDay, writeNumber, writeTerm } from './columns/writers.ts';

const headers = loadImportHeaders();

/** A list that can be taken away as a file. */
export interface ExportedKind<Query extends object> {
  plural: 'demands' | 'results' | 'organizations' | 'experts' | 'projects' | 'contracts';
  sheet: string;
  /** What the list shows this reader, and so the file. */
  columns(actor: Actor, query: Query): ExportColumn[];
  /** Reads the list from its beginning, as its reader may see each; in the list's own order, which one transaction keeps. */
  open(tx: Tx, ctx: Ctx, query: Query): Promise<ReadNext>;
}

/** The next of a list; fewer than asked for are the last. */
export type ReadNext = (tx: Tx, limit: number) => Promise<object[]>;

const statusNames = writeChoice({
  草稿: 'draft',
  待审核: 'submitted',
  诊断中: 'in_diagnosis',
  已退回: 'returned',
  已发布: 'published',
  对接中: 'in_negotiation',
  已签约: 'contracted',
  已完成: 'fulfilled',
  已撤回: 'withdrawn',
  未通过: 'rejected',
  已过期: 'expired',
  已关闭: 'closed',
});

/** Of a column that no input has: whose the record is, and by what it is known again. */
const asides: Readonly<Record<string, string>> = { key: 'code', organization: 'organization.name' };

function placeInRecord({ name, path }: ImportColumn): string | null {
  return path ?? asides[name] ?? null;
}

/** Columns of what a view has; the public's has a band in place of amounts, and no contact. */
function recordColumns(
  kind: 'demands' | 'results',
  columns: readonly ImportColumn[],
  view: { properties: Record<string, TSchema> },
  band: ExportColumn,
): ExportColumn[] {
  const shown = columns.filter((column) => {
    const [outermost = ''] = (placeInRecord(column) ?? '').split('.');
    return outermost in view.properties;
  });
  return [
    ...importable(shown, headers[kind] ?? {}, placeInRecord),
    exported('状态', 'status', statusNames),
    band,
    exported('发布日期', 'publishedAt', writeDay),
  ];
}

function bandColumn(header: string, place: string): ExportColumn {
  return { ...exported(header, place, writeTerm('budget-bands')), vocabulary: 'budget-bands' };
}

function isPublicList({ view = 'public' }: RecordList): boolean {
  return view === 'public';
}

export const exportedDemands: ExportedKind<RecordList> = {
  plural: 'demands',
  sheet: '技术需求',
  columns: (_actor, query) =>
    recordColumns(
      'demands',
      demandColumns,
      isPublicList(query) ? PublicDemandView : OwnerDemandView,
      bandColumn('预算区间', 'budgetBand'),
    ),
  open: openDemands,
};

export const exportedResults: ExportedKind<RecordList> = {
  plural: 'results',
  sheet: '科技成果',
  columns: (_actor, query) =>
    recordColumns(
      'results',
      resultColumns,
      isPublicList(query) ? PublicResultView : OwnerResultView,
      bandColumn('价格区间', 'priceBand'),
    ),
  open: openResults,
};

/** Staff get the whole of the template: who will sign in for an organization is theirs to fill in. */
export const exportedOrganizations: ExportedKind<OrganizationList> = {
  plural: 'organizations',
  sheet: '机构',
  columns: (actor) => {
    const isKeeper = actor.kind === 'user' && (actor.marketIds.length > 0 || actor.administrator);
    const known = ['name', 'kind', 'regionCode', 'industry', 'sizeBand'];
    const kept = isKeeper ? [...known, 'creditCode', 'adminName', 'adminEmail'] : known;
    const columns = organizationColumns.filter(({ name }) => kept.includes(name));
    const placeOf = ({ path }: ImportColumn) => /^organization\.(.+)$/.exec(path ?? '')?.[1] ?? null;
    const status = exported(
      '状态',
      'status',
      writeChoice({ 待审核: 'pending', 已审核: 'verified', 已暂停: 'suspended' }),
    );
    return [...importable(columns, headers.organizations ?? {}, placeOf), ...(isKeeper ? [status] : [])];
  },
  open: openOrganizations,
};

const expertAsides: Readonly<Record<string, string>> = { key: 'id', organization: 'organizationName' };

/** The contact and the state for their own university alone, as in the list. */
export const exportedExperts: ExportedKind<ExpertList> = {
  plural: 'experts',
  sheet: '专家',
  columns: (_actor, { view = 'public' }) => {
    const isOwn = view === 'mine';
    const placeOf = ({ name, path }: ImportColumn) => path ?? expertAsides[name] ?? null;
    const columns = expertColumns.filter((one) => isOwn || (placeOf(one) ?? '') in PublicExpertView.properties);
    const status = exported('状态', 'status', writeChoice({ 草稿: 'draft', 在册: 'active', 已停用: 'retired' }));
    return [
      ...importable(columns, headers.experts ?? {}, placeOf),
      ...(isOwn ? [status] : []),
      exported('派遣次数', 'counts.assignments', writeNumber),
      exported('服务次数', 'counts.services', writeNumber),
      exported('服务小时', 'counts.hours', writeNumber),
    ];
  },
  open: openExperts,
};

/** A register, and no form to come in by: parties and their market see a project alike, so the columns are the same for all. */
export const exportedProjects: ExportedKind<ProjectList> = {
  plural: 'projects',
  sheet: '合作项目',
  columns: () => [...projectColumns],
  open: async (tx, ctx, query) => {
    const readNext = await openProjects(tx, ctx, query);
    return async (next, limit) => {
      const projects = await readNext(next, limit);
      const markets = await getOrganizationRows(next, [...new Set(projects.map(({ marketId }) => marketId))]);
      const names = new Map(markets.map(({ id, name }) => [id, name]));
      return projects.map((project): ProjectLine => ({ ...project, market: names.get(project.marketId) ?? '' }));
    };
  },
};

/** The national form, a row a contract: its fields stand with the contracts, which export it one by one, too. */
export const exportedContracts: ExportedKind<ContractList> = {
  plural: 'contracts',
  sheet: formName,
  columns: (actor) =>
    formFields(actor).map((header) => ({ header, cell: (form) => (form as ContractForm)[header] ?? null })),
  open: openContracts,
};
