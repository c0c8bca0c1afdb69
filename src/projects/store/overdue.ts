import { and, asc, eq, lt, sql } from 'drizzle-orm';
import { projectMilestones, projects } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import type { MilestoneRow, ProjectRow } from '../store.ts';

/** Milestones of a territory's running projects that nobody has submitted by their day. */
interface OverdueFilter {
  marketIds: readonly string[];
  /** A China day. */
  today: string;
}

function overdue({ marketIds, today }: OverdueFilter) {
  return and(
    sql`${projectMilestones.status} in ('planned', 'rework')`,
    lt(projectMilestones.dueOn, today),
    eq(projects.status, 'active'),
    sql`${projects.marketId} = any(${sql.param([...marketIds])}::uuid[])`,
  );
}

/**
 * The longest overdue first.
 * @param page its key's `at` is a China day
 */
export async function listOverdueMilestones(
  db: Db,
  filter: OverdueFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<{ milestone: MilestoneRow; project: ProjectRow }[]> {
  return await db
    .select({ milestone: projectMilestones, project: projects })
    .from(projectMilestones)
    .innerJoin(projects, eq(projects.id, projectMilestones.projectId))
    .where(
      and(
        overdue(filter),
        after === null
          ? undefined
          : sql`(${projectMilestones.dueOn}, ${projectMilestones.id}) > (${after.at}::date, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(projectMilestones.dueOn), asc(projectMilestones.id))
    .limit(limit);
}

export async function countOverdueMilestones(db: Db, filter: OverdueFilter, atMost: number): Promise<number> {
  const some = db
    .select({ id: projectMilestones.id })
    .from(projectMilestones)
    .innerJoin(projects, eq(projects.id, projectMilestones.projectId))
    .where(overdue(filter))
    .limit(atMost)
    .as('some');
  return await db.$count(some);
}
