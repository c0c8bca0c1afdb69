import { and, asc, desc, eq, inArray, like, lt, or, sql } from 'drizzle-orm';
import {
  demands,
  projectBudgetItems,
  projectInstitutions,
  projectMilestones,
  projectParties,
  projects,
} from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { ProjectScope } from '../policy.ts';
import type { BudgetItem, Institution, ProjectKind, ProjectStatus } from '../rules.ts';

export type ProjectRow = typeof projects.$inferSelect;
export type PartyRow = typeof projectParties.$inferSelect;
export type BudgetItemRow = typeof projectBudgetItems.$inferSelect;
export type InstitutionRow = typeof projectInstitutions.$inferSelect;

export async function nextProjectNumber(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ number: string }>(sql`select nextval('project_codes') as number`);
  return Number(rows[0]?.number);
}

export async function insertProject(
  tx: Tx,
  project: typeof projects.$inferInsert,
  milestones: readonly (typeof projectMilestones.$inferInsert)[],
): Promise<void> {
  await tx.insert(projects).values(project);
  await tx.insert(projectMilestones).values([...milestones]);
}

/** Replaces the list of items. */
export async function saveBudgetItems(tx: Tx, projectId: string, items: readonly BudgetItem[]): Promise<void> {
  await tx.delete(projectBudgetItems).where(eq(projectBudgetItems.projectId, projectId));
  if (items.length === 0) return;
  await tx
    .insert(projectBudgetItems)
    .values(items.map(({ category, amountCny }, at) => ({ projectId, position: at + 1, category, amountCny })));
}

export async function listBudgetItemRows(db: Db, projectIds: readonly string[]): Promise<BudgetItemRow[]> {
  if (projectIds.length === 0) return [];
  return await db
    .select()
    .from(projectBudgetItems)
    .where(inArray(projectBudgetItems.projectId, [...projectIds]))
    .orderBy(asc(projectBudgetItems.projectId), asc(projectBudgetItems.position));
}

export async function saveInstitution(tx: Tx, projectId: string, institution: Institution): Promise<void> {
  await tx
    .insert(projectInstitutions)
    .values({ projectId, ...institution })
    .onConflictDoUpdate({ target: projectInstitutions.projectId, set: institution });
}

export async function listInstitutionRows(db: Db, projectIds: readonly string[]): Promise<InstitutionRow[]> {
  if (projectIds.length === 0) return [];
  return await db
    .select()
    .from(projectInstitutions)
    .where(inArray(projectInstitutions.projectId, [...projectIds]));
}

/** Replaces the list of parties. */
export async function saveParties(
  tx: Tx,
  projectId: string,
  parties: readonly (typeof projectParties.$inferInsert)[],
): Promise<void> {
  await tx.delete(projectParties).where(eq(projectParties.projectId, projectId));
  await tx.insert(projectParties).values([...parties]);
}

export async function getProjectRows(db: Db, ids: readonly string[]): Promise<ProjectRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(projects)
        .where(inArray(projects.id, [...ids]));
}

export async function getProjectRow(db: Db, id: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, id));
  return row;
}

export async function hasProject(db: Db, introductionId: string): Promise<boolean> {
  const rows = await db.select({ id: projects.id }).from(projects).where(eq(projects.introductionId, introductionId));
  return rows.length > 0;
}

/** Everything about a project happens one after the other, its milestones included. */
export async function lockProject(tx: Tx, id: string): Promise<ProjectRow | undefined> {
  const [row] = await tx.select().from(projects).where(eq(projects.id, id)).for('update');
  return row;
}

/** After the demands of a region went to another market: their projects follow them. */
export async function rehomeProjectRows(tx: Tx, regionCode: string): Promise<void> {
  await tx
    .update(projects)
    .set({ marketId: sql`${demands.homeMarketId}` })
    .from(demands)
    .where(
      and(
        eq(demands.id, projects.demandId),
        like(demands.regionCode, `${regionPrefix(regionCode)}%`),
        sql`${projects.marketId} <> ${demands.homeMarketId}`,
      ),
    );
}

export async function listPartyRows(db: Db, projectIds: readonly string[]): Promise<PartyRow[]> {
  if (projectIds.length === 0) return [];
  return await db
    .select()
    .from(projectParties)
    .where(inArray(projectParties.projectId, [...projectIds]))
    .orderBy(asc(projectParties.id));
}

/** Counts the version up. */
export async function updateProjectRow(
  tx: Tx,
  row: ProjectRow,
  changes: Partial<typeof projects.$inferInsert>,
  now: Date,
): Promise<ProjectRow | undefined> {
  const [updated] = await tx
    .update(projects)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(projects.id, row.id))
    .returning();
  return updated;
}

/** Newest first, one row longer than the page. */
export async function listProjectRows(
  db: Db,
  filter: { scope: ProjectScope; status?: ProjectStatus; kind?: ProjectKind; after: PageKey | null; limit: number },
): Promise<ProjectRow[]> {
  const { scope } = filter;
  const ofMarkets = scope.marketIds.length === 0 ? undefined : inArray(projects.marketId, [...scope.marketIds]);
  const ofParty =
    scope.organizationId === null
      ? undefined
      : inArray(
          projects.id,
          db
            .select({ id: projectParties.projectId })
            .from(projectParties)
            .where(
              and(
                eq(projectParties.organizationId, scope.organizationId),
                scope.responsibleUserId === null
                  ? undefined
                  : eq(projectParties.responsibleUserId, scope.responsibleUserId),
              ),
            ),
        );
  if (ofMarkets === undefined && ofParty === undefined) return [];
  return await db
    .select()
    .from(projects)
    .where(
      and(
        or(ofMarkets, ofParty),
        filter.status === undefined ? undefined : eq(projects.status, filter.status),
        filter.kind === undefined ? undefined : eq(projects.kind, filter.kind),
        filter.after === null ? undefined : lt(projects.id, filter.after.id),
      ),
    )
    .orderBy(desc(projects.id))
    .limit(filter.limit + 1);
}
