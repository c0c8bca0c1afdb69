import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Db, readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import type { ListAssignments, ProposeAssignment, RecordService } from '../inputs.ts';
import {
  type AssignmentFacts,
  assignmentAudienceOf,
  assignmentScopeOf,
  audienceOf,
  mayAnswer,
  mayAssign,
  mayWorkOn,
} from '../policy.ts';
import {
  type AssignmentStep,
  assignmentTransitions,
  requireAccepted,
  requireActive,
  requireAssignable,
  serviceFaults,
} from '../rules.ts';
import {
  type AssignmentRow,
  type ExpertRow,
  getAssignmentRows,
  getExpertRows,
  hasOpenAssignment,
  insertAssignment,
  insertService,
  listAssignmentRows,
  listExpertContacts,
  listServiceRows,
  lockAssignment,
  lockExpert,
  type NewAssignment,
  updateAssignmentRow,
} from '../store.ts';
import { type AssignmentView, toAssignmentView } from '../views.ts';

interface Parts {
  expert: ExpertRow;
  demand: DemandRow;
}

/**
 * A broker of the demand asks an expert to come.
 * @throws AppError NOT_FOUND for a demand or an expert that the actor does not see, INVALID_STATE unless the one runs and the
 * other is active, CONFLICT when this expert works on the demand or is asked to already
 */
export async function proposeAssignment(ctx: Ctx, input: ProposeAssignment): Promise<AssignmentView> {
  return await transaction(ctx, async (tx) => {
    const demand = found((await getDemandRows(tx, [input.demandId]))[0]);
    mayAssign(ctx.actor, demand);
    const expert = found(await lockExpert(tx, input.expertId));
    audienceOf(ctx.actor, expert);
    requireAssignable(demand.status);
    requireActive(expert.status);
    await refuseRestricted(tx, ctx, 'expert_assignment.propose', [expert.organizationId, demand.organizationId]);
    if (await hasOpenAssignment(tx, expert.id, demand.id)) throw assignedAlready();
    if (ctx.actor.kind !== 'user') throw new Error('only a person assigns');
    const now = ctx.clock.now();
    const row = found(
      await insertAssignment(tx, {
        id: newId(),
        expertId: expert.id,
        demandId: demand.id,
        purpose: input.purpose,
        status: 'proposed',
        message: input.message ?? null,
        proposedByUserId: ctx.actor.userId,
        createdAt: now,
        updatedAt: now,
      }),
    );
    await record(tx, ctx, demand, row, 'propose', null);
    return await viewAssignment(tx, row, { expert, demand });
  });
}

function assignedAlready() {
  return conflict({
    zh: '该专家已被派往此需求，或正在等待答复。',
    en: 'This expert is assigned to the demand already, or has been asked to be.',
  });
}

const stepMessages = {
  propose: 'expert_assignment.proposed',
  accept: 'expert_assignment.accepted',
  decline: 'expert_assignment.declined',
  end: 'expert_assignment.ended',
} as const satisfies Record<AssignmentStep | 'propose', MessageType>;

async function record(
  tx: Tx,
  ctx: Ctx,
  demand: DemandRow,
  row: AssignmentRow,
  step: keyof typeof stepMessages,
  fromStatus: string | null,
): Promise<void> {
  await audit(tx, ctx, {
    action: `expert_assignment.${step}`,
    subjectType: 'expert_assignment',
    subjectId: row.id,
    marketId: demand.homeMarketId,
    fromStatus,
    toStatus: row.status,
    details: { expertId: row.expertId, demandId: row.demandId, purpose: row.purpose },
  });
  await emit(tx, ctx, { type: stepMessages[step], subjectType: 'expert_assignment', subjectId: row.id });
}

interface StepInput {
  id: string;
  expectedVersion: number | null;
}

type Policy = (actor: Ctx['actor'], assignment: AssignmentFacts) => void;

async function lockFor(tx: Tx, ctx: Ctx, id: string, policy: Policy): Promise<Parts & { row: AssignmentRow }> {
  const row = found(await lockAssignment(tx, id));
  const parts = found((await loadParts(tx, [row])).get(row.id));
  policy(ctx.actor, { ...parts, acceptedAt: row.acceptedAt });
  return { row, ...parts };
}

async function takeStep(
  ctx: Ctx,
  { id, expectedVersion }: StepInput,
  step: AssignmentStep,
  policy: Policy,
  changes: (now: Date) => Partial<NewAssignment>,
): Promise<AssignmentView> {
  return await transaction(ctx, async (tx) => {
    const { row, expert, demand } = await lockFor(tx, ctx, id, policy);
    checkVersion(row.version, expectedVersion);
    const status = nextState(assignmentTransitions, step, row.status);
    if (step === 'accept') {
      requireAssignable(demand.status);
      const organizations = [expert.organizationId, demand.organizationId];
      await refuseRestricted(tx, ctx, 'expert_assignment.accept', organizations);
    }
    const now = ctx.clock.now();
    const updated = await updateAssignmentRow(tx, row, { status, ...changes(now) }, now);
    await record(tx, ctx, demand, updated, step, row.status);
    return await viewAssignment(tx, updated, { expert, demand });
  });
}

/** The expert's side accepts: from now on the brokers and the enterprise read the contact. */
export async function acceptAssignment(ctx: Ctx, input: StepInput): Promise<AssignmentView> {
  return await takeStep(ctx, input, 'accept', mayAnswer, (now) => ({ acceptedAt: now }));
}

export async function declineAssignment(ctx: Ctx, input: StepInput & { reason: string }): Promise<AssignmentView> {
  const { reason } = input;
  return await takeStep(ctx, input, 'decline', mayAnswer, (now) => ({ reason, closedAt: now }));
}

/** Work is done, or is not to be done. What was proposed is taken back by the brokers alone. */
export async function endAssignment(ctx: Ctx, input: StepInput & { reason: string }): Promise<AssignmentView> {
  const { reason } = input;
  return await takeStep(ctx, input, 'end', mayWorkOn, (now) => ({ reason, closedAt: now }));
}

/** Adds what was done under an assignment, by the expert's side or the broker. Nothing is taken out again. */
export async function recordService(ctx: Ctx, id: string, input: RecordService): Promise<AssignmentView> {
  return await transaction(ctx, async (tx) => {
    const { row, ...parts } = await lockFor(tx, ctx, id, mayWorkOn);
    requireAccepted(row);
    const now = ctx.clock.now();
    const faults = serviceFaults(input.servedOn, row.acceptedAt, now);
    if (faults.length > 0) throw invalidInput(...faults);
    if (ctx.actor.kind !== 'user') throw new Error('only a person records');
    const recordedByUserId = ctx.actor.userId;
    await insertService(tx, { id: newId(), assignmentId: id, ...input, recordedByUserId, createdAt: now });
    await audit(tx, ctx, {
      action: 'expert_assignment.record_service',
      subjectType: 'expert_assignment',
      subjectId: id,
      marketId: parts.demand.homeMarketId,
      details: { kind: input.kind, servedOn: input.servedOn, hours: input.hours },
    });
    return await viewAssignment(tx, row, parts);
  });
}

async function loadParts(db: Db, rows: readonly AssignmentRow[]): Promise<Map<string, Parts>> {
  const experts = await getExpertRows(db, [...new Set(rows.map((row) => row.expertId))]);
  const demands = await getDemandRows(db, [...new Set(rows.map((row) => row.demandId))]);
  const expertById = new Map(experts.map((row) => [row.id, row]));
  const demandById = new Map(demands.map((row) => [row.id, row]));
  return new Map(
    rows.map((row) => [
      row.id,
      { expert: found(expertById.get(row.expertId)), demand: found(demandById.get(row.demandId)) },
    ]),
  );
}

/** For an actor who has been found to be of its audience. */
async function viewAssignment(tx: Tx, row: AssignmentRow, parts: Parts): Promise<AssignmentView> {
  const contact = (await listExpertContacts(tx, [row.expertId])).get(row.expertId);
  return toAssignmentView(row, { ...parts, contact, services: await listServiceRows(tx, [row.id]) });
}

export async function getAssignment(ctx: Ctx, id: string): Promise<AssignmentView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found((await getAssignmentRows(tx, [id]))[0]);
    const parts = found((await loadParts(tx, [row])).get(id));
    assignmentAudienceOf(ctx.actor, { ...parts, acceptedAt: row.acceptedAt });
    return await viewAssignment(tx, row, parts);
  });
}

/** Newest first: of the expert's side, of a broker's territory, or those that help one's own demands. */
export async function listAssignments(ctx: Ctx, query: ListAssignments): Promise<Page<AssignmentView>> {
  const { limit = 20, cursor, ...filter } = query;
  return await readTransaction(ctx, async (tx) => {
    const scope = assignmentScopeOf(ctx.actor);
    const rows = await listAssignmentRows(tx, { ...filter, scope, after: decodeCursor(cursor), limit });
    const shown = rows.slice(0, limit);
    const parts = await loadParts(tx, shown);
    const contacts = await listExpertContacts(tx, [...new Set(shown.map((row) => row.expertId))]);
    const services = await listServiceRows(
      tx,
      shown.map((row) => row.id),
    );
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
      (row) => {
        const contact = contacts.get(row.expertId);
        return toAssignmentView(row, { ...found(parts.get(row.id)), contact, services });
      },
    );
  });
}

/**
 * An accepted assignment of an expert to this demand, for capabilities that name one.
 * @throws AppError INVALID_INPUT at the pointer unless there is one that the expert accepted and that has not ended
 */
export async function requireAssignment(db: Db, id: string, demandId: string, pointer: string): Promise<AssignmentRow> {
  const [row] = await getAssignmentRows(db, [id]);
  if (row?.demandId === demandId && row.status === 'accepted') return row;
  throw invalidInput({
    pointer,
    code: 'assignment',
    message: { zh: '该需求没有这项已被接受的派遣', en: 'there is no such accepted assignment to the demand' },
  });
}

/** Whose business assignments are: the expert's side, and the enterprise once it was accepted; and their market. */
export async function listAssignmentSubjects(db: Db, ids: readonly string[]) {
  const rows = await getAssignmentRows(db, ids);
  const parts = await loadParts(db, rows);
  return rows.map((row) => {
    const { expert, demand } = found(parts.get(row.id));
    const responsibleUserId = expert.userId ?? expert.createdByUserId;
    const owner = { organizationId: demand.organizationId, responsibleUserId: demand.createdByUserId };
    return {
      id: row.id,
      marketId: demand.homeMarketId,
      parties: [
        { organizationId: expert.organizationId, responsibleUserId },
        ...(row.acceptedAt === null ? [] : [owner]),
      ],
      expertName: expert.name,
      demandCode: demand.code,
      reason: row.reason,
    };
  });
}
