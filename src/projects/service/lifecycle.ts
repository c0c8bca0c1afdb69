import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { recordOutcome } from '../../matches/service.ts';
import type { PutParties, UpdateProject } from '../inputs.ts';
import { mayDirect, mayForm, type ProjectFacts } from '../policy.ts';
import {
  composeParties,
  type ProjectStep,
  projectTransitions,
  requireAllAccepted,
  requireForming,
  requireStatedShares,
} from '../rules.ts';
import {
  listMilestoneRows,
  listPartyRows,
  lockProject,
  type PartyRow,
  type ProjectRow,
  saveParties,
  updateProjectRow,
} from '../store.ts';
import type { ProjectView } from '../views.ts';
import { checkOrganizations, toPartyRows } from './create.ts';
import { viewProject } from './read.ts';

export interface LockedProject {
  row: ProjectRow;
  parties: PartyRow[];
}

/** Locks a project for an actor who may do what `policy` says. */
export async function lockFor(
  tx: Tx,
  ctx: Ctx,
  id: string,
  policy: (actor: Actor, project: ProjectFacts) => void,
): Promise<LockedProject> {
  const row = found(await lockProject(tx, id));
  const parties = await listPartyRows(tx, [id]);
  policy(ctx.actor, { marketId: row.marketId, parties });
  return { row, parties };
}

/** Changes title and budget while the project forms. */
export async function updateProject(
  ctx: Ctx,
  id: string,
  input: UpdateProject,
  expectedVersion: number | null,
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const { row } = await lockFor(tx, ctx, id, mayForm);
    checkVersion(row.version, expectedVersion);
    requireForming(row.status);
    const updated = found(await updateProjectRow(tx, row, input, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'project.update',
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      details: { fields: Object.keys(input) },
    });
    return await viewProject(tx, updated);
  });
}

/** Replaces the list of parties; those of the introduction stay. */
export async function putProjectParties(
  ctx: Ctx,
  id: string,
  input: PutParties,
  expectedVersion: number | null,
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const { row, parties: former } = await lockFor(tx, ctx, id, mayForm);
    checkVersion(row.version, expectedVersion);
    requireForming(row.status);
    // The two of the introduction are the first of the list; see createProject.
    const principals = former.slice(0, 2);
    const parties = composeParties(principals, input.parties);
    await checkOrganizations(tx, input.parties, principals);
    await saveParties(tx, id, toPartyRows(id, parties));
    const updated = found(await updateProjectRow(tx, row, {}, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'project.put_parties',
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      details: { organizationIds: parties.map((party) => party.organizationId) },
    });
    return await viewProject(tx, updated);
  });
}

const observedSteps = {
  activate: 'project_activated',
  complete: 'project_completed',
  terminate: 'project_terminated',
} as const satisfies Record<ProjectStep, string>;

const stepMessages = {
  activate: 'project.activated',
  complete: 'project.completed',
  terminate: 'project.terminated',
} as const satisfies Record<ProjectStep, MessageType>;

async function changeStatus(
  ctx: Ctx,
  id: string,
  step: ProjectStep,
  expectedVersion: number | null,
  options: { check?: (tx: Tx, project: LockedProject) => Promise<void>; terminationReason?: string } = {},
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const project = await lockFor(tx, ctx, id, mayDirect);
    const { row } = project;
    checkVersion(row.version, expectedVersion);
    const status = nextState(projectTransitions, step, row.status);
    await options.check?.(tx, project);
    const { terminationReason } = options;
    const changes = { status, ...(terminationReason === undefined ? {} : { terminationReason }) };
    const updated = found(await updateProjectRow(tx, row, changes, ctx.clock.now()));
    await audit(tx, ctx, {
      action: `project.${step}`,
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      fromStatus: row.status,
      toStatus: status,
    });
    await recordOutcome(tx, ctx, row.introductionId, { action: observedSteps[step], projectId: id });
    await emit(tx, ctx, { type: stepMessages[step], subjectType: 'project', subjectId: id });
    return await viewProject(tx, updated);
  });
}

/** @throws AppError INVALID_STATE while the lead or a partner has stated no share of work and benefit */
export async function activateProject(ctx: Ctx, id: string, expectedVersion: number | null): Promise<ProjectView> {
  const check = async (tx: Tx, { row, parties }: LockedProject) => {
    await refuseRestricted(
      tx,
      ctx,
      'project.activate',
      parties.map((party) => party.organizationId),
    );
    requireStatedShares(row.status, parties);
  };
  return await changeStatus(ctx, id, 'activate', expectedVersion, { check });
}

/** @throws AppError INVALID_STATE while a milestone is neither accepted nor paid */
export async function completeProject(ctx: Ctx, id: string, expectedVersion: number | null): Promise<ProjectView> {
  const check = async (tx: Tx, { row }: LockedProject) =>
    requireAllAccepted(row.status, await listMilestoneRows(tx, [row.id]));
  return await changeStatus(ctx, id, 'complete', expectedVersion, { check });
}

export async function terminateProject(
  ctx: Ctx,
  id: string,
  terminationReason: string,
  expectedVersion: number | null,
): Promise<ProjectView> {
  return await changeStatus(ctx, id, 'terminate', expectedVersion, { terminationReason });
}
