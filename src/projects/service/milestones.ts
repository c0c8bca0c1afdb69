import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import type { PageQuery, SubmitMilestone } from '../inputs.ts';
import { mayDirect, maySubmitMilestone, type ProjectFacts } from '../policy.ts';
import { type MilestoneStep, milestoneTransitions, requireProjectState } from '../rules.ts';
import {
  handInReadyFiles,
  insertSubmission,
  judgeSubmission,
  listSubmissionRows,
  listSubmittedFiles,
  type MilestoneRow,
  updateMilestoneRow,
  updateProjectRow,
} from '../store.ts';
import { type MilestoneView, type SubmissionView, toSubmissionView } from '../views.ts';
import { lockFor, milestoneOf, readFor } from './lock.ts';
import { viewMilestone } from './read.ts';

export interface MilestoneRef {
  projectId: string;
  milestoneId: string;
  /** The milestone's version in If-Match; null when none was sent. */
  expectedVersion: number | null;
}

interface Step {
  step: Exclude<MilestoneStep, 'pay'>;
  policy: (actor: Actor, project: ProjectFacts) => void;
  message: MessageType;
  changes(now: Date): Partial<Pick<MilestoneRow, 'submittedAt' | 'acceptedAt' | 'paidAt' | 'reworkReason'>>;
  /** What is kept of this hand-in or judgement. */
  also(tx: Tx, milestone: MilestoneRow, now: Date): Promise<void>;
}

async function moveMilestone(
  ctx: Ctx,
  ref: MilestoneRef,
  { step, policy, message, changes, also }: Step,
): Promise<MilestoneView> {
  return await transaction(ctx, async (tx) => {
    const { row: project } = await lockFor(tx, ctx, ref.projectId, policy);
    const row = await milestoneOf(tx, project.id, ref.milestoneId);
    checkVersion(row.version, ref.expectedVersion);
    requireProjectState(step, project.status);
    const status = nextState(milestoneTransitions, step, row.status);
    const now = ctx.clock.now();
    await also(tx, row, now);
    const updated = found(await updateMilestoneRow(tx, row, { ...changes(now), status }));
    // The project shows its milestones, so its ETag changes with them.
    await updateProjectRow(tx, project, {}, now);
    await audit(tx, ctx, {
      action: `milestone.${step}`,
      subjectType: 'milestone',
      subjectId: row.id,
      marketId: project.marketId,
      fromStatus: row.status,
      toStatus: status,
      details: { projectId: project.id },
    });
    await emit(tx, ctx, { type: message, subjectType: 'milestone', subjectId: row.id });
    return await viewMilestone(tx, updated);
  });
}

function actorOf({ actor }: Ctx): { userId: string; organizationId: string } {
  if (actor.kind !== 'user' || actor.organizationId === null) throw new Error('only a member moves a milestone');
  return { userId: actor.userId, organizationId: actor.organizationId };
}

/** Hands a milestone in, with what shows that it is reached, and the files that are ready; every hand-in is kept. */
export async function submitMilestone(ctx: Ctx, ref: MilestoneRef, evidence: SubmitMilestone): Promise<MilestoneView> {
  const { statement = null, documents = [] } = evidence;
  return await moveMilestone(ctx, ref, {
    step: 'submit',
    policy: maySubmitMilestone,
    message: 'milestone.submitted',
    changes: (now) => ({ submittedAt: now }),
    also: async (tx, { id: milestoneId, projectId }, submittedAt) => {
      const id = newId();
      await insertSubmission(
        tx,
        { id, projectId, milestoneId, submittedAt, ...actorOf(ctx) },
        { statement, documents: documents.map(({ name, note = null }) => ({ name, note })) },
      );
      await handInReadyFiles(tx, milestoneId, id);
    },
  });
}

export async function acceptMilestone(ctx: Ctx, ref: MilestoneRef): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'accept',
    policy: mayDirect,
    message: 'milestone.accepted',
    changes: (now) => ({ acceptedAt: now, reworkReason: null }),
    also: (tx, { id }, judgedAt) =>
      judgeSubmission(tx, id, {
        verdict: 'accepted',
        judgedAt,
        judgedByUserId: actorOf(ctx).userId,
        reworkReason: null,
      }),
  });
}

/** Gives a submitted milestone back with the reason, which stays until it is accepted. */
export async function reworkMilestone(ctx: Ctx, ref: MilestoneRef, reworkReason: string): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'rework',
    policy: mayDirect,
    message: 'milestone.rework',
    changes: () => ({ reworkReason }),
    also: (tx, { id }, judgedAt) =>
      judgeSubmission(tx, id, { verdict: 'rework', judgedAt, judgedByUserId: actorOf(ctx).userId, reworkReason }),
  });
}

/** How often a milestone was handed in, with what, and what was said to it; newest first. */
export async function listSubmissions(
  ctx: Ctx,
  { projectId, milestoneId }: Omit<MilestoneRef, 'expectedVersion'>,
  { limit = 20, cursor }: PageQuery,
): Promise<Page<SubmissionView>> {
  return await readTransaction(ctx, async (tx) => {
    await readFor(tx, ctx, projectId);
    await milestoneOf(tx, projectId, milestoneId);
    const rows = await listSubmissionRows(tx, milestoneId, { after: decodeCursor(cursor), limit });
    const files = await listSubmittedFiles(
      tx,
      rows.map(({ submission }) => submission.id),
    );
    return toPage(
      rows,
      limit,
      ({ submission }) => ({ at: submission.submittedAt.toISOString(), id: submission.id }),
      ({ submission, evidence }) => toSubmissionView(submission, evidence, files),
    );
  });
}
