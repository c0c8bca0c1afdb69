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
import type { CreateResult, UpdateResult } from './inputs.ts';
import { missingForSubmission, partsOf, resultFaults, revisedColumns, termsOf } from './rules.ts';
import {
  getResultConfidential,
  getResultRow,
  insertResult,
  listResultRows,
  lockDueResults,
  lockResult,
  nextResultNumber,
  type ResultFilter,
  type ResultRow,
  rehomeResultRows,
  updateResultConfidential,
  updateResultRow,
} from './store.ts';
import {
  type OwnerResultView,
  type PublicResultView,
  type ResultView,
  toCounterpartyResultView,
  toOwnerResultView,
  toPublicResultView,
} from './views.ts';

export { getResultRows, listMatchableResultIds, listResultIdsOf, type ResultRow } from './store.ts';

/** Where a result's shared life is told what is particular to results. */
const lifecycle = recordLifecycle<ResultRow, ResultView>({
  name: 'result',
  load: getResultRow,
  lock: lockResult,
  update: updateResultRow,
  reviseColumns: revisedColumns,
  missing: missingForSubmission,
  view: viewResult,
  lockDue: lockDueResults,
});

export const submitResult = lifecycle.submit;
export const publishResult = lifecycle.publish;
export const returnResult = lifecycle.giveBack;
export const rejectResult = lifecycle.reject;
export const withdrawResult = lifecycle.withdraw;
export const closeResult = lifecycle.close;
export const renewResult = lifecycle.renew;
export const expireResults = lifecycle.expireDue;
export const getResultHistory = lifecycle.history;

/** Drafts a result for the actor's university. Nothing of it is seen by others before it is submitted. */
export async function createResult(ctx: Ctx, input: CreateResult): Promise<OwnerResultView> {
  return await transaction(ctx, async (tx) => {
    const organizationId = mayPost(ctx.actor, 'university');
    await checkTerms(tx, termsOf(input), resultFaults(input));
    const organization = found(await getOrganizationRow(tx, organizationId));
    const regionCode = input.regionCode ?? organization.regionCode;
    const market = await homeMarketOf(tx, regionCode);
    const now = ctx.clock.now();
    const number = String(await nextResultNumber(tx)).padStart(6, '0');
    const { open, inner, confidential } = partsOf(input);
    const row = {
      id: newId(),
      code: `R${chinaDate(now).slice(0, 4)}-${regionCode}-${number}`,
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
    await insertResult(tx, row, { inventorContacts: [], ...confidential });
    await audit(tx, ctx, {
      action: 'result.create',
      subjectType: 'result',
      subjectId: row.id,
      marketId: market.id,
      toStatus: 'draft',
    });
    const result = found(await getResultRow(tx, row.id));
    return toOwnerResultView(result, organization, await getResultConfidential(tx, row.id));
  });
}

const draftDefaults = {
  summary: '',
  keywords: [],
  technologyFields: [],
  cooperationModes: [],
  indicators: [],
  applicationIndustries: [],
  ipr: [],
  owners: [],
  inventors: [],
  awards: [],
  source: 'self' as const,
};

/**
 * Changes a draft at once. Of a published result, what the public does not see changes at once; what it does see
 * becomes a revision that the broker publishes, while the old version stays visible.
 */
export async function updateResult(
  ctx: Ctx,
  id: string,
  input: UpdateResult,
  expectedVersion: number,
): Promise<ResultView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const row = found(await lockResult(tx, id));
    mayWrite(ctx.actor, row, now);
    checkVersion(row.version, expectedVersion);
    await checkTerms(tx, termsOf(input), resultFaults(input));
    const { open, inner, confidential } = partsOf(input);
    const changes = { ...inner, ...(await openChanges(tx, row, open)) };
    await updateResultConfidential(tx, id, confidential);
    const updated = await updateResultRow(tx, row, changes, now);
    await audit(tx, ctx, {
      action: 'result.update',
      subjectType: 'result',
      subjectId: id,
      marketId: updated.homeMarketId,
      fromStatus: row.status,
      toStatus: updated.status,
      details: { fields: Object.keys(input), revision: isOpen(row.status) && Object.keys(open).length > 0 },
    });
    return await viewResult(tx, ctx, updated);
  });
}

async function openChanges(tx: Tx, row: ResultRow, open: ReturnType<typeof partsOf>['open']) {
  if (row.status === 'draft' || row.status === 'returned') {
    const home = open.regionCode === undefined ? {} : { homeMarketId: (await homeMarketOf(tx, open.regionCode)).id };
    return { ...open, ...home };
  }
  if (!isOpen(row.status)) {
    throw invalidState(row.status, { zh: '当前状态不能修改。', en: 'The record cannot be changed in this state.' });
  }
  if (Object.keys(open).length === 0) return {};
  // What a record needed to be submitted it needs while it is published.
  const faults = missingForSubmission({ ...row, ...row.revision, ...open } as ResultRow);
  if (faults.length > 0) throw invalidInput(...faults);
  return { revision: { ...row.revision, ...open } };
}

export function isResultPublic(row: ResultRow, now: Date): boolean {
  return isPublic(row, now);
}

/** The view that the actor may have of a result. @throws AppError NOT_FOUND when it may have none */
export async function viewResult(tx: Tx, ctx: Ctx, row: ResultRow): Promise<ResultView> {
  const { actor } = ctx;
  const disclosed = !belongsTo(actor, row.organizationId) && (await isDisclosedTo(tx, row.id, actor));
  const audience = audienceOf(actor, row, disclosed, ctx.clock.now());
  const organization = found(await getOrganizationRow(tx, row.organizationId));
  if (audience === 'public') return toPublicResultView(row, organization);
  const confidential = await getResultConfidential(tx, row.id);
  if (audience === 'owner') return toOwnerResultView(row, organization, confidential);
  return toCounterpartyResultView(row, await viewOrganization(tx, ctx, row.organizationId), confidential);
}

export async function getResult(ctx: Ctx, id: string): Promise<ResultView> {
  return await readTransaction(ctx, async (tx) => await viewResult(tx, ctx, found(await getResultRow(tx, id))));
}

/** Public views of rows that the caller knows to be public, in their order. */
export async function toPublicResultViews(ctx: Ctx, rows: readonly ResultRow[]): Promise<PublicResultView[]> {
  const organizations = await getOrganizationRows(ctx.db, [...new Set(rows.map((row) => row.organizationId))]);
  const byId = new Map(organizations.map((organization) => [organization.id, organization]));
  return rows.map((row) => toPublicResultView(row, found(byId.get(row.organizationId))));
}

/** Published results for everybody; one's own (for an admin, the organization's); or those of a broker's territory. Public fields in all three, with the status. */
export async function listResults(ctx: Ctx, query: ListRecords): Promise<Page<PublicResultView>> {
  const { limit = 20, view = 'public' } = query;
  const rows = await listResultRows(ctx.db, {
    within: withinOf(ctx.actor, view),
    status: view === 'public' ? undefined : query.status,
    technologyField: query.technologyField,
    regionCode: query.regionCode,
    after: decodeTimeCursor(query.cursor),
    limit,
    now: ctx.clock.now(),
  });
  const views = await toPublicResultViews(ctx, rows.slice(0, limit));
  const page = toPage(
    rows,
    limit,
    (row) => ({ at: (row.publishedAt ?? row.createdAt).toISOString(), id: row.id }),
    (row) => row,
  );
  return { items: views, nextCursor: page.nextCursor };
}

function withinOf(actor: Actor, view: 'public' | 'mine' | 'desk'): ResultFilter['within'] {
  if (view === 'public') return null;
  if (view === 'mine' && actor.kind === 'user' && actor.organizationId !== null)
    return {
      organizationId: actor.organizationId,
      ownerUserId: actor.organizationKind === 'university' && actor.role !== 'admin' ? actor.userId : null,
    };
  if (view === 'desk' && actor.kind === 'user' && actor.marketIds.length > 0) return { marketIds: actor.marketIds };
  throw forbidden({
    zh: '此列表需要以机构成员或市场工作人员身份登录。',
    en: 'Sign in as a member of an organization (mine) or as staff of a market (desk).',
  });
}

/** In the job of `market.created`: results go to the home market of their region. */
export async function rehomeResults(tx: Tx, _ctx: Ctx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeResultRows(tx, market.regionCode);
}
