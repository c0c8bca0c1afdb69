import { and, asc, desc, eq, gte, inArray, isNull, like, lt, or, sql } from 'drizzle-orm';
import { demands, projectMilestones, projectParties, projects } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { ProjectScope } from './policy.ts';
import type { ProjectStatus } from './rules.ts';

export type ProjectRow = typeof projects.$inferSelect;
export type PartyRow = typeof projectParties.$inferSelect;
export type MilestoneRow = typeof projectMilestones.$inferSelect;

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

export async function listMilestoneRows(db: Db, projectIds: readonly string[]): Promise<MilestoneRow[]> {
  if (projectIds.length === 0) return [];
  return await db
    .select()
    .from(projectMilestones)
    .where(inArray(projectMilestones.projectId, [...projectIds]))
    .orderBy(asc(projectMilestones.projectId), asc(projectMilestones.position));
}

export async function getMilestoneRows(db: Db, ids: readonly string[]): Promise<MilestoneRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(projectMilestones)
        .where(inArray(projectMilestones.id, [...ids]));
}

export async function getMilestoneRow(db: Db, id: string): Promise<MilestoneRow | undefined> {
  const [row] = await db.select().from(projectMilestones).where(eq(projectMilestones.id, id));
  return row;
}

/**
 * Marks milestones of running projects that nobody has submitted as told, those that fell due before `dueBefore` and have
 * not been told to. Of two who look at once, each gets others. A mark is no change that anybody made: the version stays.
 * @param dates China days
 */
export async function takeUntold(
  tx: Tx,
  which: 'due' | 'overdue',
  dates: { today: string; dueBefore: string },
  now: Date,
  limit: number,
): Promise<string[]> {
  const toldAt = which === 'due' ? projectMilestones.dueToldAt : projectMilestones.overdueToldAt;
  const untold = tx
    .select({ id: projectMilestones.id })
    .from(projectMilestones)
    .innerJoin(projects, eq(projects.id, projectMilestones.projectId))
    .where(
      and(
        eq(projects.status, 'active'),
        inArray(projectMilestones.status, ['planned', 'rework']),
        isNull(toldAt),
        isNull(projectMilestones.overdueToldAt),
        lt(projectMilestones.dueOn, dates.dueBefore),
        which === 'due' ? gte(projectMilestones.dueOn, dates.today) : undefined,
      ),
    )
    .orderBy(asc(projectMilestones.dueOn))
    .limit(limit)
    .for('update', { of: projectMilestones, skipLocked: true });
  const taken = await tx
    .update(projectMilestones)
    .set(which === 'due' ? { dueToldAt: now } : { overdueToldAt: now })
    .where(inArray(projectMilestones.id, untold))
    .returning({ id: projectMilestones.id });
  return taken.map((row) => row.id);
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

/** Counts the version up. */
export async function updateMilestoneRow(
  tx: Tx,
  row: MilestoneRow,
  changes: Partial<typeof projectMilestones.$inferInsert>,
): Promise<MilestoneRow | undefined> {
  const [updated] = await tx
    .update(projectMilestones)
    .set({ ...changes, version: row.version + 1 })
    .where(eq(projectMilestones.id, row.id))
    .returning();
  return updated;
}

/** Newest first, one row longer than the page. */
export async function listProjectRows(
  db: Db,
  filter: { scope: ProjectScope; status?: ProjectStatus; after: PageKey | null; limit: number },
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
        filter.after === null ? undefined : lt(projects.id, filter.after.id),
      ),
    )
    .orderBy(desc(projects.id))
    .limit(filter.limit + 1);
}
