import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, type PageKey, toPage } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import type { ListProjects, ProjectList } from '../inputs.ts';
import { audienceOf, scopeOf } from '../policy.ts';
import { settledCny } from '../rules.ts';
import {
  getMilestoneRow,
  getProjectRow,
  listBudgetItemRows,
  listInstitutionRows,
  listMilestoneRows,
  listPartyRows,
  listPaymentFacts,
  listProjectRows,
  type MilestoneRow,
  type PartyRow,
  type ProjectRow,
  sumSettled,
} from '../store.ts';
import { type MilestoneView, type ProjectView, toMilestoneView, toProjectView } from '../views.ts';

/** @param known the parties of these projects, where they were read before */
async function viewsOf(
  db: Db,
  rows: readonly ProjectRow[],
  known?: readonly PartyRow[],
): Promise<Map<string, ProjectView>> {
  const ids = rows.map((row) => row.id);
  const parties = known ?? (await listPartyRows(db, ids));
  const organizations = await getOrganizationRows(db, [...new Set(parties.map((party) => party.organizationId))]);
  const parts = {
    parties,
    milestones: await listMilestoneRows(db, ids),
    budgetItems: await listBudgetItemRows(
      db,
      rows.filter((row) => row.fundingMode === 'itemised').map((row) => row.id),
    ),
    institutions: await listInstitutionRows(
      db,
      rows.filter((row) => row.kind !== 'joint_project').map((row) => row.id),
    ),
    names: new Map(organizations.map((organization) => [organization.id, organization.name])),
    settled: await sumSettled(db, ids),
  };
  return new Map(rows.map((row) => [row.id, toProjectView(row, parts)]));
}

/** The view of a milestone, as its project's parties and broker get it. */
export async function viewMilestone(db: Db, row: MilestoneRow): Promise<MilestoneView> {
  return toMilestoneView(row, settledCny(await listPaymentFacts(db, row.id)));
}

/** The view that every party of the project and its broker get. */
export async function viewProject(db: Db, row: ProjectRow): Promise<ProjectView> {
  const views = await viewsOf(db, [row]);
  return found(views.get(row.id));
}

export async function getProject(ctx: Ctx, id: string): Promise<ProjectView> {
  const row = found(await getProjectRow(ctx.db, id));
  const parties = await listPartyRows(ctx.db, [id]);
  audienceOf(ctx.actor, { marketId: row.marketId, parties });
  return found((await viewsOf(ctx.db, [row], parties)).get(id));
}

export async function getMilestone(ctx: Ctx, projectId: string, milestoneId: string): Promise<MilestoneView> {
  const project = found(await getProjectRow(ctx.db, projectId));
  audienceOf(ctx.actor, { marketId: project.marketId, parties: await listPartyRows(ctx.db, [projectId]) });
  const row = found(await getMilestoneRow(ctx.db, milestoneId));
  return await viewMilestone(ctx.db, found(row.projectId === projectId ? row : null));
}

/** The actor's projects, newest first: as a party, or within a broker's territory. */
export async function listProjects(ctx: Ctx, query: ListProjects): Promise<Page<ProjectView>> {
  const { limit = 20, cursor, ...filter } = query;
  const rows = await listRows(ctx.db, ctx, filter, { after: decodeCursor(cursor), limit });
  const views = await viewsOf(ctx.db, rows.slice(0, limit));
  return toPage(rows, limit, keyOf, (row) => found(views.get(row.id)));
}

/**
 * The same list from its beginning, for who takes it away.
 * @returns what reads the next of it; fewer than asked for are the last
 */
export async function openProjects(
  _tx: Tx,
  ctx: Ctx,
  query: ProjectList,
): Promise<(tx: Tx, limit: number) => Promise<ProjectView[]>> {
  let after: PageKey | null = null;
  return async (tx, limit) => {
    const shown = (await listRows(tx, ctx, query, { after, limit })).slice(0, limit);
    const last = shown.at(-1);
    if (last !== undefined) after = keyOf(last);
    const views = await viewsOf(tx, shown);
    return shown.map((row) => found(views.get(row.id)));
  };
}

function keyOf(row: ProjectRow): PageKey {
  return { at: row.createdAt.toISOString(), id: row.id };
}

async function listRows(
  db: Db,
  { actor }: Ctx,
  { status, kind }: ProjectList,
  page: { after: PageKey | null; limit: number },
): Promise<ProjectRow[]> {
  return await listProjectRows(db, {
    scope: scopeOf(actor),
    ...page,
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
  });
}

/** Whose business projects are: each organization with its role and the member, if any, whose record brought it in. */
export async function listProjectParties(
  db: Db,
  ids: readonly string[],
): Promise<Pick<PartyRow, 'projectId' | 'organizationId' | 'responsibleUserId' | 'role'>[]> {
  const rows = await listPartyRows(db, ids);
  return rows.map(({ projectId, organizationId, responsibleUserId, role }) => ({
    projectId,
    organizationId,
    responsibleUserId,
    role,
  }));
}
