import { and, asc, desc, eq, gte, inArray, isNull, lt, max, sql } from 'drizzle-orm';
import { milestoneEvidence, milestoneSubmissions, projectMilestones, projects } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { MilestoneTerms } from '../rules.ts';

export type MilestoneRow = typeof projectMilestones.$inferSelect;
export type SubmissionRow = typeof milestoneSubmissions.$inferSelect;
export type EvidenceRow = typeof milestoneEvidence.$inferSelect;

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

/** Sets the amounts of milestones while nothing was agreed yet. */
export async function saveAmounts(tx: Tx, rows: readonly MilestoneRow[], amounts: readonly number[]): Promise<void> {
  for (const [at, row] of rows.entries()) {
    const amountCny = amounts[at] ?? 0;
    if (amountCny !== row.amountCny) await updateMilestoneRow(tx, row, { amountCny });
  }
}

/** Puts milestones off by days, in plan and due date, and lets their reminders come again. */
export async function shiftMilestones(tx: Tx, ids: readonly string[], days: number): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(projectMilestones)
    .set({
      startsOn: sql`${projectMilestones.startsOn} + ${days}::int`,
      dueOn: sql`${projectMilestones.dueOn} + ${days}::int`,
      dueToldAt: null,
      overdueToldAt: null,
      version: sql`${projectMilestones.version} + 1`,
    })
    .where(inArray(projectMilestones.id, [...ids]));
}

/** Makes the milestones of a project those of the terms: changes, adds, and drops what is not among them. */
export async function saveMilestoneTerms(
  tx: Tx,
  projectId: string,
  rows: readonly MilestoneRow[],
  terms: readonly MilestoneTerms[],
): Promise<void> {
  const dropped = rows.filter((row) => !terms.some(({ id }) => id === row.id)).map((row) => row.id);
  if (dropped.length > 0) await tx.delete(projectMilestones).where(inArray(projectMilestones.id, dropped));
  // Out of the way, so that no two have one position at any moment.
  await tx
    .update(projectMilestones)
    .set({ position: sql`-${projectMilestones.position}` })
    .where(eq(projectMilestones.projectId, projectId));
  for (const [at, milestone] of terms.entries()) {
    const row = rows.find(({ id }) => id === milestone.id);
    const position = at + 1;
    if (row === undefined) {
      await tx.insert(projectMilestones).values({ ...milestone, projectId, position, status: 'planned' });
    } else if (differs(row, milestone)) {
      const told = row.dueOn === milestone.dueOn ? {} : { dueToldAt: null, overdueToldAt: null };
      await updateMilestoneRow(tx, row, { ...milestone, ...told, position });
    } else {
      await tx.update(projectMilestones).set({ position }).where(eq(projectMilestones.id, row.id));
    }
  }
}

function differs(row: MilestoneRow, terms: MilestoneTerms): boolean {
  return (Object.keys(terms) as (keyof MilestoneTerms)[]).some((name) => row[name] !== terms[name]);
}

export async function insertSubmission(
  tx: Tx,
  submission: Omit<typeof milestoneSubmissions.$inferInsert, 'number'>,
  evidence: Omit<EvidenceRow, 'submissionId'>,
): Promise<void> {
  const [last] = await tx
    .select({ number: max(milestoneSubmissions.number) })
    .from(milestoneSubmissions)
    .where(eq(milestoneSubmissions.milestoneId, submission.milestoneId));
  await tx.insert(milestoneSubmissions).values({ ...submission, number: (last?.number ?? 0) + 1 });
  await tx.insert(milestoneEvidence).values({ submissionId: submission.id, ...evidence });
}

/** Says what came of the last submission; a milestone that an older version of the program was handed has none. */
export async function judgeSubmission(
  tx: Tx,
  milestoneId: string,
  judgement: Pick<SubmissionRow, 'verdict' | 'judgedAt' | 'judgedByUserId' | 'reworkReason'>,
): Promise<void> {
  await tx
    .update(milestoneSubmissions)
    .set(judgement)
    .where(and(eq(milestoneSubmissions.milestoneId, milestoneId), isNull(milestoneSubmissions.verdict)));
}

/** Newest first, each with its evidence as far as row-level security shows it; one row longer than the page. */
export async function listSubmissionRows(
  tx: Tx,
  milestoneId: string,
  page: { after: PageKey | null; limit: number },
): Promise<{ submission: SubmissionRow; evidence: EvidenceRow | null }[]> {
  return await tx
    .select({ submission: milestoneSubmissions, evidence: milestoneEvidence })
    .from(milestoneSubmissions)
    .leftJoin(milestoneEvidence, eq(milestoneEvidence.submissionId, milestoneSubmissions.id))
    .where(
      and(
        eq(milestoneSubmissions.milestoneId, milestoneId),
        page.after === null ? undefined : lt(milestoneSubmissions.id, page.after.id),
      ),
    )
    .orderBy(desc(milestoneSubmissions.id))
    .limit(page.limit + 1);
}
