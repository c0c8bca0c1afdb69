import type { Ctx } from '../core/ctx.ts';
import { conflict, found } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { type Db, type Tx, transaction } from '../core/transaction.ts';
import { nextState } from '../core/transitions.ts';
import { maySeeJob } from './policy.ts';
import { jobTransitions } from './rules.ts';
import { getJobRow, insertJob, type JobRow, lockJob, lockOpenJob, lockStrandedJobs, updateJobRow } from './store.ts';
import { type JobView, toJobView } from './views.ts';

export { getJobRows, type JobRow } from './store.ts';

/** @throws AppError NOT_FOUND unless the actor started it, directs its market, or administers the platform */
export async function getJob(ctx: Ctx, id: string): Promise<JobView> {
  const row = found(await getJobRow(ctx.db, id));
  maySeeJob(ctx.actor, row);
  return toJobView(row);
}

/** A job that has not ended, for the handler that works on it; null when there is nothing left to do. */
export async function findOpenJob(ctx: { db: Db }, id: string): Promise<JobRow | null> {
  const row = await getJobRow(ctx.db, id);
  return row !== undefined && (row.status === 'queued' || row.status === 'running') ? row : null;
}

/**
 * Queues a job, inside the verb that asks for it, which also audits and emits. Of one kind and market there is one at
 * a time: where one has not ended, that one is the answer, and `isNew` is false.
 */
export async function queueJob(
  tx: Tx,
  ctx: Ctx,
  job: { kind: JobRow['kind']; marketId: string; total: number; requestedByUserId: string },
): Promise<{ row: JobRow; isNew: boolean }> {
  const now = ctx.clock.now();
  const added = await insertJob(tx, {
    id: newId(),
    kind: job.kind,
    status: 'queued',
    marketId: job.marketId,
    requestedByUserId: job.requestedByUserId,
    progressTotal: job.total,
    result: {},
    createdAt: now,
    updatedAt: now,
  });
  if (added !== undefined) return { row: added, isNew: true };
  const running = await lockOpenJob(tx, job.kind, job.marketId);
  if (running !== undefined) return { row: running, isNew: false };
  throw conflict({ zh: '上一次作业刚刚结束，请重试。', en: 'The job before has just ended; try again.' });
}

/** So that whoever watches sees that somebody works on it. */
export async function startJob(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const row = found(await lockJob(tx, id));
    if (row.status !== 'queued') return;
    const now = ctx.clock.now();
    const status = nextState(jobTransitions, 'start', row.status);
    await updateJobRow(tx, row, { status, startedAt: now }, now);
  });
}

/** What a batch did. */
export interface JobAdvance {
  /** As the job was when the batch was chosen: a batch that somebody else has counted is not counted again. */
  from: Pick<JobRow, 'id' | 'version'>;
  done: number;
  /** Added to the job's result, name by name. */
  counts: Readonly<Record<string, number>>;
  /** Where the next batch begins; null when there is none. */
  next: unknown;
}

/**
 * Counts a batch, in the transaction that claims its delivery and owes the next one: a kill between two batches loses
 * nothing, and one in the middle of a batch repeats that batch uncounted.
 * @throws AppError CONFLICT when the job has moved on since
 */
export async function advanceJob(tx: Tx, ctx: Ctx, advance: JobAdvance): Promise<JobRow> {
  const row = found(await lockJob(tx, advance.from.id));
  if (row.version !== advance.from.version) {
    throw conflict({ zh: '作业已被其他进程推进。', en: 'Another process has moved the job on.' });
  }
  const now = ctx.clock.now();
  const progressDone = row.progressDone + advance.done;
  const result = { ...row.result };
  for (const [name, count] of Object.entries(advance.counts)) result[name] = (result[name] ?? 0) + count;
  const isLast = advance.next === null;
  const changes = isLast
    ? { status: nextState(jobTransitions, 'finish', row.status), finishedAt: now, progressTotal: progressDone }
    : {
        status: nextState(jobTransitions, 'start', row.status),
        progressTotal: Math.max(row.progressTotal, progressDone),
      };
  return await updateJobRow(tx, row, { ...changes, progressDone, result, place: advance.next }, now);
}

const batchSize = 100;

/** Ends as failed the jobs whose next batch is a dead letter, so that nobody waits for them. */
export async function failStrandedJobs(ctx: Ctx): Promise<number> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const stranded = await lockStrandedJobs(tx, batchSize);
    for (const row of stranded) {
      const status = nextState(jobTransitions, 'fail', row.status);
      await updateJobRow(tx, row, { status, problem: deadLetter, finishedAt: now }, now);
      if (row.kind === 'import') await emit(tx, ctx, { type: 'import.failed', subjectType: 'job', subjectId: row.id });
    }
    return stranded.length;
  });
}

const deadLetter = {
  code: 'DEAD_LETTER',
  detail: {
    zh: '多次重试仍未成功，作业已停止；已完成的部分有效。请管理员查看死信，排除原因后重新发起。',
    en: 'It failed again and again and was given up; what was done holds. See the dead letters, then start it anew.',
  },
};
