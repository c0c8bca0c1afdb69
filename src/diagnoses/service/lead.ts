import { listActiveMembers } from '../../auth/service.ts';
import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, type InputFault, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import {
  type DemandRow,
  endDemandDiagnosis,
  getDemandConfidential,
  lockDemand,
  startDemandDiagnosis,
} from '../../demands/service.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import type { CloseDiagnosis, DiagnosisExpert, OpenDiagnosis, RecordVisit } from '../inputs.ts';
import { type DiagnosisFacts, mayLead, mayOpen, mayWork } from '../policy.ts';
import { contentOf, diagnosisTransitions, requireUnclosed } from '../rules.ts';
import {
  type DiagnosisRow,
  findUnclosed,
  getDiagnosisRow,
  insertDiagnosis,
  insertVersion,
  insertVisit,
  listVersions,
  lockDiagnosis,
  updateDiagnosisRow,
  updateVersion,
} from '../store.ts';
import type { DiagnosisView } from '../views.ts';
import { needOf, qualityOf } from './quality.ts';
import { demandOf, factsOf, viewDiagnosis } from './read.ts';

export interface DiagnosisStepInput {
  id: string;
  expectedVersion: number | null;
}

/** Locks a diagnosis for an actor who may do what `policy` says. */
export async function lockFor<Allowed>(
  tx: Tx,
  ctx: Ctx,
  { id, expectedVersion }: DiagnosisStepInput,
  policy: (actor: Ctx['actor'], facts: DiagnosisFacts) => Allowed,
): Promise<{ row: DiagnosisRow; demand: DemandRow; allowed: Allowed }> {
  const row = found(await lockDiagnosis(tx, id));
  const demand = await demandOf(tx, row);
  const allowed = policy(ctx.actor, factsOf(row, demand));
  checkVersion(row.version, expectedVersion);
  return { row, demand, allowed };
}

/** Writes who did what, and tells whom it concerns where there is something to tell. */
export async function record(
  tx: Tx,
  ctx: Ctx,
  step: { action: string; marketId: string; message: MessageType | null; details?: Record<string, unknown> },
  before: DiagnosisRow | null,
  after: DiagnosisRow,
): Promise<void> {
  const { action, marketId, message, details = {} } = step;
  await audit(tx, ctx, {
    action: `diagnosis.${action}`,
    subjectType: 'diagnosis',
    subjectId: after.id,
    marketId,
    fromStatus: before?.status ?? null,
    toStatus: after.status,
    details,
  });
  if (message !== null) await emit(tx, ctx, { type: message, subjectType: 'diagnosis', subjectId: after.id });
}

/**
 * Opens a diagnosis of a demand, whose words now are kept as version 0. A submitted demand goes into diagnosis; one that
 * is published stays so.
 * @throws AppError CONFLICT where one is open already, INVALID_STATE for a demand at its end
 */
export async function openDiagnosis(ctx: Ctx, demandId: string, input: OpenDiagnosis): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const demand = found(await lockDemand(tx, demandId));
    mayOpen(ctx.actor, demand, now);
    if ((await findUnclosed(tx, demandId)) !== undefined)
      throw conflict({ zh: '该需求已有未结束的诊断。', en: 'A diagnosis of this demand is open already.' });
    const expert = input.expert === undefined ? {} : await expertColumns(tx, input.expert, '/expert');
    await startDemandDiagnosis(tx, ctx, demand);
    const id = newId();
    const openedByUserId = personOf(ctx);
    await insertDiagnosis(tx, {
      id,
      demandId,
      status: 'open',
      openedByUserId,
      ...expert,
      createdAt: now,
      updatedAt: now,
    });
    const { score, model, parts } = qualityOf(needOf(demand, await getDemandConfidential(tx, demandId)));
    const original = {
      id: newId(),
      diagnosisId: id,
      number: 0,
      status: 'original' as const,
      content: contentOf(demand),
      score,
      scoreModel: model,
      scoreParts: parts,
      authorUserId: demand.createdByUserId,
      authorAs: 'owner' as const,
      createdAt: now,
    };
    await insertVersion(tx, original, null);
    const row = found(await getDiagnosisRow(tx, id));
    const step = { action: 'open', marketId: demand.homeMarketId, message: 'diagnosis.opened' as const };
    await record(tx, ctx, { ...step, details: { demandId } }, null, row);
    return await viewDiagnosis(tx, row);
  });
}

/** Names who diagnoses: anybody by name, or a member of a university, who then takes part. Takes the place of the last one. */
export async function assignExpert(
  ctx: Ctx,
  step: DiagnosisStepInput,
  expert: DiagnosisExpert,
): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const { row, demand } = await lockFor(tx, ctx, step, mayLead);
    requireUnclosed(row.status);
    const updated = await updateDiagnosisRow(tx, row, await expertColumns(tx, expert, ''), ctx.clock.now());
    const message = 'diagnosis.expert_assigned';
    const details = { expertOrganizationId: updated.expertOrganizationId, expertUserId: updated.expertUserId };
    await record(tx, ctx, { action: 'assign_expert', marketId: demand.homeMarketId, message, details }, row, updated);
    return await viewDiagnosis(tx, updated);
  });
}

/** @throws AppError INVALID_INPUT for an organization that is no verified university, or a person who is no member of it */
async function expertColumns(tx: Tx, { name, organizationId, userId }: DiagnosisExpert, pointer: string) {
  const faults: InputFault[] = [];
  const organization = organizationId === undefined ? undefined : await getOrganizationRow(tx, organizationId);
  if (organizationId !== undefined && (organization?.kind !== 'university' || organization.status !== 'verified')) {
    const message = { zh: '应为已审核的高校院所', en: 'is no verified university or institute' };
    faults.push({ pointer: `${pointer}/organizationId`, code: 'university', message });
  } else if (userId !== undefined) {
    const members = organizationId === undefined ? [] : await listActiveMembers(tx, [organizationId]);
    const message = { zh: '应为该机构的在任成员', en: 'is no member of that organization' };
    if (!members.some((member) => member.userId === userId))
      faults.push({ pointer: `${pointer}/userId`, code: 'member', message });
  }
  if (faults.length > 0) throw invalidInput(...faults);
  return { expertName: name, expertOrganizationId: organizationId ?? null, expertUserId: userId ?? null };
}

/** @throws AppError INVALID_INPUT for a day to come */
export async function recordVisit(ctx: Ctx, id: string, input: RecordVisit): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const { row, demand } = await lockFor(tx, ctx, { id, expectedVersion: null }, mayWork);
    requireUnclosed(row.status);
    if (input.visitedOn > chinaDate(now))
      throw invalidInput({
        pointer: '/visitedOn',
        code: 'future',
        message: { zh: '走访日期不得晚于今天', en: 'must not be in the future' },
      });
    await insertVisit(tx, { ...input, id: newId(), diagnosisId: id, recordedByUserId: personOf(ctx), createdAt: now });
    const updated = await updateDiagnosisRow(tx, row, {}, now);
    const { visitedOn, mode, minutes } = input;
    const details = { visitedOn, mode, minutes };
    await record(tx, ctx, { action: 'visit', marketId: demand.homeMarketId, message: null, details }, row, updated);
    return await viewDiagnosis(tx, updated);
  });
}

/** Says where the need goes. A demand in diagnosis goes back to the broker's desk; a version that waits is dropped. */
export async function closeDiagnosis(
  ctx: Ctx,
  step: DiagnosisStepInput,
  { route, note }: CloseDiagnosis,
): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const { row, demand } = await lockFor(tx, ctx, step, mayLead);
    const status = nextState(diagnosisTransitions, 'close', row.status);
    for (const version of await listVersions(tx, row.id))
      if (version.status === 'proposed') await updateVersion(tx, version.id, { status: 'superseded' });
    const changes = { status, route, closingNote: note ?? null, closedAt: now };
    const updated = await updateDiagnosisRow(tx, row, changes, now);
    await endDemandDiagnosis(tx, ctx, row.demandId);
    const message = 'diagnosis.closed';
    await record(
      tx,
      ctx,
      { action: 'close', marketId: demand.homeMarketId, message, details: { route } },
      row,
      updated,
    );
    return await viewDiagnosis(tx, updated);
  });
}

export function personOf({ actor }: Ctx): string {
  if (actor.kind !== 'user') throw new Error('only a person takes part in a diagnosis');
  return actor.userId;
}
