import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Db, readTransaction } from '../../core/transaction.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { toPublicDemandView } from '../../demands/views.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import type { ListDiagnoses } from '../inputs.ts';
import { audienceOf, type DiagnosisFacts } from '../policy.ts';
import { differenceOf } from '../rules.ts';
import {
  type DiagnosisRow,
  type DiagnosisScope,
  getDiagnosisRow,
  listConfidential,
  listDiagnosisRows,
  listVersions,
  listVisits,
} from '../store.ts';
import {
  type DiagnosisSummary,
  type DiagnosisVersionView,
  type DiagnosisView,
  type DifferenceView,
  toDiagnosisSummary,
  toDiagnosisView,
  toDifferenceView,
  toExpertVersionView,
  toFullVersionView,
} from '../views.ts';

export async function demandOf(db: Db, row: DiagnosisRow): Promise<DemandRow> {
  return found((await getDemandRows(db, [row.demandId]))[0]);
}

export function factsOf(row: DiagnosisRow, demand: DemandRow): DiagnosisFacts {
  return { demand, expertUserId: row.expertUserId, expertOrganizationId: row.expertOrganizationId };
}

/** The expert, where that is a member of an organization here; one who is named only has no account to be told. */
export function expertOf(row: DiagnosisRow): { userId: string; organizationId: string } | null {
  const { expertUserId: userId, expertOrganizationId: organizationId } = row;
  return userId === null || organizationId === null ? null : { userId, organizationId };
}

export async function viewDiagnosis(db: Db, row: DiagnosisRow): Promise<DiagnosisView> {
  const demand = await demandOf(db, row);
  const organization = found(await getOrganizationRow(db, demand.organizationId));
  const versions = await listVersions(db, row.id);
  return toDiagnosisView(row, toPublicDemandView(demand, organization), versions, await listVisits(db, row.id));
}

export async function getDiagnosis(ctx: Ctx, id: string): Promise<DiagnosisView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getDiagnosisRow(tx, id));
    audienceOf(ctx.actor, factsOf(row, await demandOf(tx, row)));
    return await viewDiagnosis(tx, row);
  });
}

/** Newest first: of my enterprise's demands, of a territory's, or those that I was asked for as expert. */
export async function listDiagnoses(ctx: Ctx, query: ListDiagnoses): Promise<Page<DiagnosisSummary>> {
  const { limit = 20, cursor, status, demandId } = query;
  const filter = { scope: scopeOf(ctx.actor), status, demandId };
  const rows = await listDiagnosisRows(ctx.db, filter, { after: decodeCursor(cursor), limit: limit + 1 });
  const demands = await getDemandRows(ctx.db, [...new Set(rows.map((row) => row.demandId))]);
  const demandById = new Map(demands.map((demand) => [demand.id, demand]));
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => toDiagnosisSummary(row, found(demandById.get(row.demandId))),
  );
}

function scopeOf(actor: Actor): DiagnosisScope {
  if (actor.kind !== 'user') return { marketIds: [], ownerOrganizationId: null, expert: null };
  const { userId, organizationId } = actor;
  const brokers = actor.role === 'broker' || actor.role === 'director';
  return {
    marketIds: brokers ? actor.marketIds : [],
    ownerOrganizationId: organizationId,
    expert: organizationId === null ? null : { userId, organizationId },
  };
}

export async function getDiagnosisVersion(
  ctx: Ctx,
  { id, number }: { id: string; number: number },
): Promise<DiagnosisVersionView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getDiagnosisRow(tx, id));
    const audience = audienceOf(ctx.actor, factsOf(row, await demandOf(tx, row)));
    const version = found((await listVersions(tx, id)).find((one) => one.number === number));
    if (audience === 'expert') return toExpertVersionView(version);
    return toFullVersionView(version, (await listConfidential(tx, [version.id])).get(version.id));
  });
}

/** What a version says otherwise than another, by default than the original words. Public fields only. */
export async function getDiagnosisDifference(
  ctx: Ctx,
  { id, number, against }: { id: string; number: number; against: number },
): Promise<DifferenceView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getDiagnosisRow(tx, id));
    audienceOf(ctx.actor, factsOf(row, await demandOf(tx, row)));
    const versions = await listVersions(tx, id);
    const after = found(versions.find((one) => one.number === number));
    const before = found(versions.find((one) => one.number === against));
    return toDifferenceView(after, before, differenceOf(before.content, after.content));
  });
}
