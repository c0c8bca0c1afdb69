import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { recordOutcome } from '../../matches/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { ResumeProject, TerminateProject } from '../inputs.ts';
import { mayDirect } from '../policy.ts';
import {
  daysBetween,
  type ProjectStep,
  projectTransitions,
  requireAllAccepted,
  requireItems,
  requireStatedShares,
} from '../rules.ts';
import { listBudgetItemRows, listMilestoneRows, type ProjectRow, shiftMilestones, updateProjectRow } from '../store.ts';
import type { ProjectView } from '../views.ts';
import { lapseChange } from './changes.ts';
import { type LockedProject, lockFor } from './lock.ts';
import { viewProject } from './read.ts';

/** Whether a pair worked out; that it paused says nothing of it. */
const observedSteps = {
  activate: 'project_activated',
  complete: 'project_completed',
  terminate: 'project_terminated',
  suspend: null,
  resume: null,
} as const satisfies Record<ProjectStep, string | null>;

const stepMessages = {
  activate: 'project.activated',
  complete: 'project.completed',
  terminate: 'project.terminated',
  suspend: 'project.suspended',
  resume: 'project.resumed',
} as const satisfies Record<ProjectStep, MessageType>;

interface Options {
  /** What has to hold besides, and what happens to the rest of the project. */
  also?: (tx: Tx, project: LockedProject) => Promise<void>;
  changes?: Partial<ProjectRow>;
  details?: Record<string, unknown>;
}

async function changeStatus(
  ctx: Ctx,
  id: string,
  step: ProjectStep,
  expectedVersion: number | null,
  { also, changes = {}, details = {} }: Options = {},
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const project = await lockFor(tx, ctx, id, mayDirect);
    const { row } = project;
    checkVersion(row.version, expectedVersion);
    const status = nextState(projectTransitions, step, row.status);
    await also?.(tx, project);
    const now = ctx.clock.now();
    const ended = status === 'completed' || status === 'terminated';
    if (ended) await lapseChange(tx, ctx, row);
    const updated = found(
      await updateProjectRow(tx, row, { ...changes, status, ...(ended ? { endedAt: now } : {}) }, now),
    );
    await audit(tx, ctx, {
      action: `project.${step}`,
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      fromStatus: row.status,
      toStatus: status,
      details,
    });
    const observed = observedSteps[step];
    if (observed !== null) await recordOutcome(tx, ctx, row.introductionId, { action: observed, projectId: id });
    await emit(tx, ctx, { type: stepMessages[step], subjectType: 'project', subjectId: id });
    return await viewProject(tx, updated);
  });
}

/** @throws AppError INVALID_STATE while a share of work and benefit is not stated, or an itemised budget has no items */
export async function activateProject(ctx: Ctx, id: string, expectedVersion: number | null): Promise<ProjectView> {
  const also = async (tx: Tx, { row, parties }: LockedProject) => {
    await refuseRestricted(
      tx,
      ctx,
      'project.activate',
      parties.map((party) => party.organizationId),
    );
    requireStatedShares(row.status, parties);
    requireItems(row.status, { ...row, budgetItems: await listBudgetItemRows(tx, [row.id]) });
  };
  return await changeStatus(ctx, id, 'activate', expectedVersion, { also, changes: { activatedAt: ctx.clock.now() } });
}

/** Until it is resumed no milestone moves and nothing is paid. */
export async function suspendProject(
  ctx: Ctx,
  id: string,
  suspensionReason: string,
  expectedVersion: number | null,
): Promise<ProjectView> {
  const changes = { suspensionReason, suspendedAt: ctx.clock.now() };
  return await changeStatus(ctx, id, 'suspend', expectedVersion, { changes });
}

/** Goes on; where asked, what is not handed in yet is put off by the days in China that the project stood still. */
export async function resumeProject(
  ctx: Ctx,
  id: string,
  { shiftDueDates = false }: ResumeProject,
  expectedVersion: number | null,
): Promise<ProjectView> {
  const also = async (tx: Tx, { row }: LockedProject) => {
    if (!shiftDueDates || row.suspendedAt === null) return;
    const open = (await listMilestoneRows(tx, [id])).filter(
      ({ status }) => status === 'planned' || status === 'rework',
    );
    const days = daysBetween(chinaDate(row.suspendedAt), chinaDate(ctx.clock.now()));
    if (days > 0)
      await shiftMilestones(
        tx,
        open.map((milestone) => milestone.id),
        days,
      );
  };
  const changes = { suspensionReason: null, suspendedAt: null };
  return await changeStatus(ctx, id, 'resume', expectedVersion, { also, changes, details: { shiftDueDates } });
}

/** @throws AppError INVALID_STATE while a milestone is neither accepted nor paid */
export async function completeProject(ctx: Ctx, id: string, expectedVersion: number | null): Promise<ProjectView> {
  const also = async (tx: Tx, { row }: LockedProject) =>
    requireAllAccepted(row.status, await listMilestoneRows(tx, [row.id]));
  return await changeStatus(ctx, id, 'complete', expectedVersion, { also });
}

/** What was accepted before is still paid. @throws AppError INVALID_INPUT for a reason that is not in the vocabulary */
export async function terminateProject(
  ctx: Ctx,
  id: string,
  { reasonCode = 'other', reason }: TerminateProject,
  expectedVersion: number | null,
): Promise<ProjectView> {
  const also = (tx: Tx) =>
    checkTerms(tx, [{ vocabulary: 'termination-reasons', code: reasonCode, pointer: '/reasonCode' }]);
  const changes = { terminationCode: reasonCode, terminationReason: reason };
  return await changeStatus(ctx, id, 'terminate', expectedVersion, { also, changes, details: { reasonCode } });
}
