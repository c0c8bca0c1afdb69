import { and, eq, exists, inArray, sql } from 'drizzle-orm';
import { deliveries, jobs, messages } from '../../db/schema/index.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type JobRow = typeof jobs.$inferSelect;
export type NewJob = typeof jobs.$inferInsert;

const open = inArray(jobs.status, ['queued', 'running']);

export async function getJobRow(db: Db, id: string): Promise<JobRow | undefined> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
  return row;
}

export async function getJobRows(db: Db, ids: readonly string[]): Promise<JobRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(jobs)
        .where(inArray(jobs.id, [...ids]));
}

export async function lockJob(tx: Tx, id: string): Promise<JobRow | undefined> {
  const [row] = await tx.select().from(jobs).where(eq(jobs.id, id)).for('update');
  return row;
}

/** The job of this kind and market that has not ended, kept from ending until the transaction does. */
export async function lockOpenJob(tx: Tx, kind: JobRow['kind'], marketId: string): Promise<JobRow | undefined> {
  const [row] = await tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.marketId, marketId), open))
    .for('update');
  return row;
}

/** Nothing when there is one of this kind and market that has not ended; waits for one that is being added. */
export async function insertJob(tx: Tx, job: NewJob): Promise<JobRow | undefined> {
  const [row] = await tx.insert(jobs).values(job).onConflictDoNothing().returning();
  return row;
}

export async function updateJobRow(tx: Tx, row: JobRow, changes: Partial<NewJob>, now: Date): Promise<JobRow> {
  const [updated] = await tx
    .update(jobs)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(jobs.id, row.id))
    .returning();
  return updated ?? row;
}

/** Jobs that nobody will go on with: what they owed is a dead letter. Locked; those that somebody holds are passed over. */
export async function lockStrandedJobs(tx: Tx, limit: number): Promise<JobRow[]> {
  const dead = tx
    .select({ one: sql`1` })
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(and(eq(deliveries.status, 'dead'), eq(messages.subjectType, 'job'), eq(messages.subjectId, jobs.id)));
  return await tx
    .select()
    .from(jobs)
    .where(and(open, exists(dead)))
    .orderBy(jobs.id)
    .limit(limit)
    .for('update', { of: jobs, skipLocked: true });
}
