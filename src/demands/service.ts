import { type Actor, belongsTo } from '../core/actor.ts';
import { audit } from '../core/audit.ts';
import { chinaDate } from '../core/clock.ts';
import type { Ctx } from '../core/ctx.ts';
import { forbidden, found, invalidInput, invalidState } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { decodeTimeCursor, type Page, toPage } from '../core/paging.ts';
import { languageOf } from '../core/text.ts';
import { readTransaction, type Tx, transaction } from '../core/transaction.ts';
import { checkVersion } from '../core/versions.ts';
import {
  getOrganizationRow,
  getOrganizationRows,
  homeMarketOf,
  isDisclosedTo,
  viewOrganization,
} from '../organizations/service.ts';
import type { ListRecords } from '../records/inputs.ts';
import { audienceOf, isOpen, isPublic, mayPost, mayWrite, recordLifecycle } from '../records/service.ts';
import { checkTerms } from '../vocabularies/service.ts';
import type { CreateDemand, UpdateDemand } from './inputs.ts';
import { demandFaults, missingForSubmission, partsOf, revisedColumns, termsOf } from './rules.ts';
import {
  type DemandRow,
  getDemandConfidential,
  getDemandRow,
  insertDemand,
  listDemandRows,
  lockDemand,
  lockDueDemands,
  nextDemandNumber,
  rehomeDemandRows,
  updateDemandConfidential,
  updateDemandRow,
} from './store.ts';
import {
  type DemandView,
  type OwnerDemandView,
  type PublicDemandView,
  toCounterpartyDemandView,
  toOwnerDemandView,
  toPublicDemandView,
} from './views.ts';

export { type DemandRow, getDemandRows, listDemandIdsOf, listMatchableDemandIds, lockDemand } from './store.ts';

/** Where a demand's shared life is told what is particular to demands. */
const lifecycle = recordLifecycle<DemandRow, DemandView>({
  name: 'demand',
  load: getDemandRow,
  lock: lockDemand,
  update: updateDemandRow,
  reviseColumns: revisedColumns,
  missing: missingForSubmission,
  view: viewDemand,
  lockDue: lockDueDemands,
});

export const submitDemand = lifecycle.submit;
export const publishDemand = lifecycle.publish;
export const returnDemand = lifecycle.giveBack;
export const rejectDemand = lifecycle.reject;
export const withdrawDemand = lifecycle.withdraw;
export const closeDemand = lifecycle.close;
export const renewDemand = lifecycle.renew;
export const expireDemands = lifecycle.expireDue;
export const getDemandHistory = lifecycle.history;
export const markDemandInNegotiation = lifecycle.negotiate;

/** Drafts a demand for the actor's enterprise. Nothing of it is seen by others before it is submitted. */
export async function createDemand(ctx: Ctx, input: CreateDemand): Promise<OwnerDemandView> {
  return await transaction(ctx, async (tx) => {
    const organizationId = mayPost(ctx.actor, 'enterprise');
    await checkTerms(tx, termsOf(input), demandFaults(input));
    const organization = found(await getOrganizationRow(tx, organizationId));
    const regionCode = input.regionCode ?? organization.regionCode;
    const market = await homeMarketOf(tx, regionCode);
    const now = ctx.clock.now();
    const number = String(await nextDemandNumber(tx)).padStart(6, '0');
    const { open, inner, confidential } = partsOf(input);
    const row = {
      id: newId(),
      code: `D${chinaDate(now).slice(0, 4)}-${regionCode}-${number}`,
      status: 'draft' as const,
      organizationId,
      homeMarketId: market.id,
      createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
      ...draftDefaults,
      language: languageOf(input.title),
      ...open,
      ...inner,
      title: input.title,
      regionCode,
      createdAt: now,
      updatedAt: now,
    };
    await insertDemand(tx, row, confidential);
    await audit(tx, ctx, {
      action: 'demand.create',
      subjectType: 'demand',
      subjectId: row.id,
      marketId: market.id,
      toStatus: 'draft',
    });
    const demand = found(await getDemandRow(tx, row.id));
    return toOwnerDemandView(demand, organization, await getDemandConfidential(tx, row.id));
  });
}

const draftDefaults = {
  summary: '',
  keywords: [],
  technologyFields: [],
  cooperationModes: [],
  indicators: [],
  preferredPartners: [],
  source: 'self' as const,
};

/**
 * Changes a draft at once. Of a published demand, what the public does not see changes at once; what it does see
 * becomes a revision that the broker publishes, while the old version stays visible.
 */
export async function updateDemand(
  ctx: Ctx,
  id: string,
  input: UpdateDemand,
  expectedVersion: number,
): Promise<DemandView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const row = found(await lockDemand(tx, id));
    mayWrite(ctx.actor, row, now);
    checkVersion(row.version, expectedVersion);
    await checkTerms(tx, termsOf(input), demandFaults(input));
    const { open, inner, confidential } = partsOf(input);
    const changes = { ...inner, ...(await openChanges(tx, row, open)) };
    await updateDemandConfidential(tx, id, confidential);
    const updated = await updateDemandRow(tx, row, changes, now);
    await audit(tx, ctx, {
      action: 'demand.update',
      subjectType: 'demand',
      subjectId: id,
      marketId: updated.homeMarketId,
      fromStatus: row.status,
      toStatus: updated.status,
      details: { fields: Object.keys(input), revision: isOpen(row.status) && Object.keys(open).length > 0 },
    });
    return await viewDemand(tx, ctx, updated);
  });
}

async function openChanges(tx: Tx, row: DemandRow, open: ReturnType<typeof partsOf>['open']) {
  if (row.status === 'draft' || row.status === 'returned') {
    const home = open.regionCode === undefined ? {} : { homeMarketId: (await homeMarketOf(tx, open.regionCode)).id };
    return { ...open, ...home };
  }
  if (!isOpen(row.status)) {
    throw invalidState(row.status, { zh: '当前状态不能修改。', en: 'The record cannot be changed in this state.' });
  }
  if (Object.keys(open).length === 0) return {};
  // What a record needed to be submitted it needs while it is published.
  const faults = missingForSubmission({ ...row, ...row.revision, ...open } as DemandRow);
  if (faults.length > 0) throw invalidInput(...faults);
  return { revision: { ...row.revision, ...open } };
}

export function isDemandPublic(row: DemandRow, now: Date): boolean {
  return isPublic(row, now);
}

/** The view that the actor may have of a demand. @throws AppError NOT_FOUND when it may have none */
export async function viewDemand(tx: Tx, ctx: Ctx, row: DemandRow): Promise<DemandView> {
  const { actor } = ctx;
  const disclosed = !belongsTo(actor, row.organizationId) && (await isDisclosedTo(tx, row.id, actor));
  const audience = audienceOf(actor, row, disclosed, ctx.clock.now());
  const organization = found(await getOrganizationRow(tx, row.organizationId));
  if (audience === 'public') return toPublicDemandView(row, organization);
  const confidential = await getDemandConfidential(tx, row.id);
  if (audience === 'owner') return toOwnerDemandView(row, organization, confidential);
  return toCounterpartyDemandView(row, await viewOrganization(tx, ctx, row.organizationId), confidential);
}

export async function getDemand(ctx: Ctx, id: string): Promise<DemandView> {
  return await readTransaction(ctx, async (tx) => await viewDemand(tx, ctx, found(await getDemandRow(tx, id))));
}

/** Public views of rows that the caller knows to be public, in their order. */
export async function toPublicDemandViews(ctx: Ctx, rows: readonly DemandRow[]): Promise<PublicDemandView[]> {
  const organizations = await getOrganizationRows(ctx.db, [...new Set(rows.map((row) => row.organizationId))]);
  const byId = new Map(organizations.map((organization) => [organization.id, organization]));
  return rows.map((row) => toPublicDemandView(row, found(byId.get(row.organizationId))));
}

/** Published demands for everybody; one's own organization's; or those of a broker's territory. Public fields in all three, with the status. */
export async function listDemands(ctx: Ctx, query: ListRecords): Promise<Page<PublicDemandView>> {
  const { limit = 20, view = 'public' } = query;
  const rows = await listDemandRows(ctx.db, {
    within: withinOf(ctx.actor, view),
    status: view === 'public' ? undefined : query.status,
    technologyField: query.technologyField,
    regionCode: query.regionCode,
    after: decodeTimeCursor(query.cursor),
    limit,
    now: ctx.clock.now(),
  });
  const views = await toPublicDemandViews(ctx, rows.slice(0, limit));
  const page = toPage(
    rows,
    limit,
    (row) => ({ at: (row.publishedAt ?? row.createdAt).toISOString(), id: row.id }),
    (row) => row,
  );
  return { items: views, nextCursor: page.nextCursor };
}

function withinOf(
  actor: Actor,
  view: 'public' | 'mine' | 'desk',
): { organizationId: string } | { marketIds: readonly string[] } | null {
  if (view === 'public') return null;
  if (view === 'mine' && actor.kind === 'user' && actor.organizationId !== null)
    return { organizationId: actor.organizationId };
  if (view === 'desk' && actor.kind === 'user' && actor.marketIds.length > 0) return { marketIds: actor.marketIds };
  throw forbidden({
    zh: '此列表需要以机构成员或市场工作人员身份登录。',
    en: 'Sign in as a member of an organization (mine) or as staff of a market (desk).',
  });
}

/** In the job of `market.created`: demands go to the home market of their region. */
export async function rehomeDemands(tx: Tx, _ctx: Ctx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeDemandRows(tx, market.regionCode);
}
