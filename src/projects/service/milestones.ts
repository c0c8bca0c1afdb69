import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { mayDirect, mayPay, maySubmitMilestone, type ProjectFacts } from '../policy.ts';
import { type MilestoneStep, milestoneTransitions, requireProjectState } from '../rules.ts';
import { getMilestoneRow, type MilestoneRow, updateMilestoneRow, updateProjectRow } from '../store.ts';
import { type MilestoneView, toMilestoneView } from '../views.ts';
import { lockFor } from './lifecycle.ts';

export interface MilestoneRef {
  projectId: string;
  milestoneId: string;
  /** The milestone's version in If-Match; null when none was sent. */
  expectedVersion: number | null;
}

interface Step {
  step: MilestoneStep;
  policy: (actor: Actor, project: ProjectFacts) => void;
  /** A payment is told by the trail and no message. */
  message: MessageType | null;
  changes(now: Date): Partial<Pick<MilestoneRow, 'submittedAt' | 'acceptedAt' | 'paidAt' | 'reworkReason'>>;
}

async function moveMilestone(
  ctx: Ctx,
  ref: MilestoneRef,
  { step, policy, message, changes }: Step,
): Promise<MilestoneView> {
  return await transaction(ctx, async (tx) => {
    const { row: project } = await lockFor(tx, ctx, ref.projectId, policy);
    const row = found(await getMilestoneRow(tx, ref.milestoneId));
    found(row.projectId === project.id ? row : null);
    checkVersion(row.version, ref.expectedVersion);
    requireProjectState(step, project.status);
    const status = nextState(milestoneTransitions, step, row.status);
    const now = ctx.clock.now();
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
    if (message !== null) await emit(tx, ctx, { type: message, subjectType: 'milestone', subjectId: row.id });
    return toMilestoneView(updated);
  });
}

export async function submitMilestone(ctx: Ctx, ref: MilestoneRef): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'submit',
    policy: maySubmitMilestone,
    message: 'milestone.submitted',
    changes: (now) => ({ submittedAt: now }),
  });
}

export async function acceptMilestone(ctx: Ctx, ref: MilestoneRef): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'accept',
    policy: mayDirect,
    message: 'milestone.accepted',
    changes: (now) => ({ acceptedAt: now, reworkReason: null }),
  });
}

/** Gives a submitted milestone back with the reason, which stays until it is accepted. */
export async function reworkMilestone(ctx: Ctx, ref: MilestoneRef, reason: string): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'rework',
    policy: mayDirect,
    message: 'milestone.rework',
    changes: () => ({ reworkReason: reason }),
  });
}

/** Releases the payment of an accepted milestone. */
export async function payMilestone(ctx: Ctx, ref: MilestoneRef): Promise<MilestoneView> {
  return await moveMilestone(ctx, ref, {
    step: 'pay',
    policy: mayPay,
    message: null,
    changes: (now) => ({ paidAt: now }),
  });
}
