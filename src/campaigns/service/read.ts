import type { Ctx } from '../../core/ctx.ts';
import { forbidden, found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import { type CellValue, xlsxOf } from '../../core/spreadsheets.ts';
import { type Db, readTransaction, type Tx } from '../../core/transaction.ts';
import { getDemandRows, toPublicDemandViews } from '../../demands/service.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import type { ListCampaigns, ListEntries } from '../inputs.ts';
import { audienceOf, entryScopeOf, mayWatch } from '../policy.ts';
import {
  type CampaignRow,
  countEntries,
  type EntryRow,
  getCampaignRow,
  getEntryRow,
  listAnswersOf,
  listCampaignRows,
  listDraftOwners,
  listEntrants,
  listEntryRows,
  listHomeMarkets,
  listSelections,
} from '../store.ts';
import {
  type CampaignNumbersView,
  type CampaignReportView,
  type CampaignView,
  type EntryView,
  type Selected,
  toCampaignView,
  toEntryView,
  toReportView,
} from '../views.ts';

export async function viewCampaign(db: Db, row: CampaignRow, now: Date): Promise<CampaignView> {
  const [organization] = await getOrganizationRows(db, [row.organizationId]);
  return toCampaignView(row, found(organization).name, now);
}

export async function getCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  return await viewCampaign(ctx.db, await seeCampaign(ctx, id), ctx.clock.now());
}

/** @throws AppError NOT_FOUND for who may not see it */
export async function seeCampaign(ctx: Ctx, id: string): Promise<CampaignRow> {
  const row = found(await getCampaignRow(ctx.db, id));
  audienceOf(ctx.actor, row);
  return row;
}

/** Public ones for everybody; one's own and those of one's territory in every state. */
export async function listCampaigns(ctx: Ctx, query: ListCampaigns): Promise<Page<CampaignView>> {
  const { limit = 20, view = 'public', status } = query;
  const now = ctx.clock.now();
  const rows = await listCampaignRows(ctx.db, {
    within: view === 'public' ? null : withinOf(ctx),
    status,
    now,
    after: decodeCursor(query.cursor),
    limit,
  });
  const organizations = await getOrganizationRows(ctx.db, [...new Set(rows.map((row) => row.organizationId))]);
  const names = new Map(organizations.map((organization) => [organization.id, organization.name]));
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => toCampaignView(row, names.get(row.organizationId) ?? '', now),
  );
}

function withinOf({ actor }: Ctx): { organizationId: string; marketIds: readonly string[] } {
  if (actor.kind === 'user' && actor.organizationId !== null && runningRoles.includes(actor.role ?? ''))
    return { organizationId: actor.organizationId, marketIds: actor.marketIds };
  throw forbidden({
    zh: '此列表供科技主管部门和市场工作人员使用。',
    en: 'This list is for officers of a bureau and the staff of a market.',
  });
}
const runningRoles: readonly string[] = ['officer', 'director', 'broker'];

/** Counted now; from the close on as they were then. */
export async function getCampaignProgress(ctx: Ctx, id: string): Promise<CampaignNumbersView> {
  const row = found(await getCampaignRow(ctx.db, id));
  mayWatch(ctx.actor, row);
  return row.numbers ?? (await countEntries(ctx.db, row));
}

/** All for who runs it and its market's staff; of a smaller market its own; one's own for everybody else. */
export async function listEntries(ctx: Ctx, id: string, query: ListEntries): Promise<Page<EntryView>> {
  const { limit = 20 } = query;
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getCampaignRow(tx, id));
    const scope = entryScopeOf(ctx.actor, row);
    const rows = await listEntryRows(tx, {
      campaignId: id,
      scope,
      after: decodeCursor(query.cursor),
      limit: limit + 1,
    });
    const views = await viewEntries(tx, ctx, row, rows.slice(0, limit));
    return toPage(
      rows,
      limit,
      (entry) => ({ at: entry.createdAt.toISOString(), id: entry.id }),
      (entry) => found(views.get(entry.id)),
    );
  });
}

/** For an actor who has been found to be of their audience. */
export async function viewEntries(
  tx: Tx,
  ctx: Ctx,
  campaign: CampaignRow,
  rows: readonly EntryRow[],
): Promise<Map<string, EntryView>> {
  const demands = await getDemandRows(
    tx,
    rows.map((row) => row.demandId),
  );
  const views = toPublicDemandViews(demands);
  const demandOf = new Map(views.map((view) => [view.id, view]));
  const answers = await listAnswersOf(
    tx,
    rows.map((row) => row.id),
  );
  const selections = audienceOf(ctx.actor, campaign) === 'public' ? [] : await listSelections(tx, campaign.id);
  return new Map(
    rows.map((row) => [
      row.id,
      toEntryView(
        row,
        found(demandOf.get(row.demandId)),
        answers.get(row.id),
        selections.filter(({ selection }) => selection.entryId === row.id).map(({ selection }) => selection.list),
      ),
    ]),
  );
}

/** Numbers as they were at the close, and the lists with their reasons. */
export async function getCampaignReport(ctx: Ctx, id: string): Promise<CampaignReportView> {
  const row = found(await getCampaignRow(ctx.db, id));
  mayWatch(ctx.actor, row);
  const numbers = row.numbers ?? (await countEntries(ctx.db, row));
  const selections = await listSelections(ctx.db, id);
  const demands = await getDemandRows(ctx.db, [...new Set(selections.map(({ demandId }) => demandId))]);
  const demandOf = new Map(demands.map((demand) => [demand.id, demand]));
  const selected: Selected[] = [];
  for (const { selection, demandId } of selections) {
    const entry = found(await getEntryRow(ctx.db, selection.entryId));
    selected.push({ selection, entry, demand: found(demandOf.get(demandId)) });
  }
  return toReportView(row, numbers, selected, ctx.clock.now());
}

/** The same as a sheet: what is counted by what, then each list. */
export function reportSheet({ numbers, lists }: CampaignReportView): AsyncGenerator<Buffer> {
  const rows: CellValue[][] = [
    ['合计', '', null, numbers.total, ''],
    ...numbers.districts.map(({ regionCode, target, count }) => ['地区', regionCode, target, count, '']),
    ...numbers.kinds.map(({ activityType, count }) => ['活动类型', activityType ?? '未填写', null, count, '']),
    ...numbers.fields.map(({ technologyField, count }) => ['技术领域', technologyField, null, count, '']),
    ...numbers.statuses.map(({ status, count }) => ['状态', status, null, count, '']),
    ...lists.flatMap(({ zh, items }) => items.map((item) => [zh, item.code, null, item.title, item.reason])),
  ];
  async function* batches() {
    yield rows;
  }
  return xlsxOf('征集报告', ['项目', '代码', '指标', '数量／名称', '理由'], batches());
}

/** Who is told of a campaign: markets whose districts lag, organizations with a draft for it, and those that entered. */
export interface CampaignCircles {
  laggingMarketIds: string[];
  draftOwnerIds: string[];
  entrantIds: string[];
}

/** No more organizations than this hear of one message; a campaign is public, and staff passes it on. */
const toldAtMost = 500;

export async function getCampaignCircles(db: Db, row: CampaignRow): Promise<CampaignCircles> {
  const { districts } = row.numbers ?? (await countEntries(db, row));
  const prefix = row.regionCode === '000000' ? '' : regionPrefix(row.regionCode);
  return {
    laggingMarketIds: await listHomeMarkets(
      db,
      districts.filter(({ target, count }) => target !== null && count < target).map(({ regionCode }) => regionCode),
    ),
    draftOwnerIds: await listDraftOwners(db, prefix, row.opensAt ?? row.createdAt, toldAtMost),
    entrantIds: await listEntrants(db, row.id, toldAtMost),
  };
}
