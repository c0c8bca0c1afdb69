import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { markDemandContracted } from '../../demands/service.ts';
import { recordOutcome } from '../../matches/service.ts';
import { getOrganizationRow, listUnverifiedOrganizationIds } from '../../organizations/service.ts';
import { getProjectRows } from '../../projects/service.ts';
import { markResultContracted } from '../../results/service.ts';
import { type ContractFacts, mayReview, mayRevoke, mayWrite, type Reader } from '../policy.ts';
import {
  approvalStep,
  approvalsRequired,
  type ContractStep,
  contentFaults,
  contractTransitions,
  isExclusive,
  registrationNumber,
  submissionFaults,
} from '../rules.ts';
import {
  type ContractRow,
  insertApproval,
  listApprovalRows,
  lockContract,
  type NewContract,
  takeSerial,
  updateContractRow,
} from '../store.ts';
import type { ContractView } from '../views.ts';
import { loadContent } from './content.ts';
import { factsOf, readerOf, viewContract } from './read.ts';

export interface ContractStepInput {
  id: string;
  expectedVersion: number | null;
}

/** Locks a contract for an actor who may do what `policy` says. */
async function lockFor(
  tx: Tx,
  ctx: Ctx,
  { id, expectedVersion }: ContractStepInput,
  policy: (reader: Reader, contract: ContractFacts) => void,
): Promise<ContractRow> {
  const row = found(await lockContract(tx, id));
  policy(await readerOf(tx, ctx.actor), factsOf(row));
  checkVersion(row.version, expectedVersion);
  return row;
}

/** A withdrawn draft was nobody's business but the two sides'. */
const stepMessages: Readonly<Record<ContractStep, MessageType | null>> = {
  submit: 'contract.submitted',
  approve: 'contract.approved',
  register: 'contract.registered',
  return: 'contract.returned',
  withdraw: null,
  revoke: 'contract.revoked',
};

/** Takes a step on a locked contract: the row, its trail and its message. */
async function take(
  tx: Tx,
  ctx: Ctx,
  row: ContractRow,
  step: ContractStep,
  changes: Partial<NewContract>,
  details: Record<string, unknown> = {},
): Promise<ContractRow> {
  const status = nextState(contractTransitions, step, row.status);
  const updated = found(await updateContractRow(tx, row, { ...changes, status }, ctx.clock.now()));
  await audit(tx, ctx, {
    action: `contract.${step}`,
    subjectType: 'contract',
    subjectId: row.id,
    marketId: row.marketId,
    fromStatus: row.status,
    toStatus: status,
    details,
  });
  const type = stepMessages[step];
  if (type !== null) await emit(tx, ctx, { type, subjectType: 'contract', subjectId: row.id });
  return updated;
}

/** @throws AppError INVALID_INPUT with a fault for each field that a submitted form must have or that does not fit */
export async function submitContract(ctx: Ctx, input: ContractStepInput): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = await lockFor(tx, ctx, input, mayWrite);
    nextState(contractTransitions, 'submit', row.status);
    const sides = [row.buyerOrganizationId, row.sellerOrganizationId];
    if ((await listUnverifiedOrganizationIds(tx, sides)).size > 0) throw unverifiedSide(row.status);
    await refuseRestricted(tx, ctx, 'contract.submit', sides);
    const content = await loadContent(tx, row);
    const now = ctx.clock.now();
    const faults = [...contentFaults(content), ...submissionFaults(content, chinaDate(now))];
    if (faults.length > 0) throw invalidInput(...faults);
    const changes = { submissions: row.submissions + 1, submittedAt: now, returnReason: null };
    return await viewContract(tx, await take(tx, ctx, row, 'submit', changes));
  });
}

function unverifiedSide(status: string) {
  return invalidState(status, {
    zh: '合同一方尚未通过审核或已被暂停，暂不能提交。',
    en: 'A side of the contract is not verified, or is suspended; it cannot be submitted.',
  });
}

/** Gives a submitted form back with the reason. What approvals it has do not count for the next submission. */
export async function returnContract(ctx: Ctx, input: ContractStepInput & { reason: string }): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = await lockFor(tx, ctx, input, mayReview);
    const { reason } = input;
    return await viewContract(tx, await take(tx, ctx, row, 'return', { returnReason: reason }, { reason }));
  });
}

export async function withdrawContract(ctx: Ctx, input: ContractStepInput): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = await lockFor(tx, ctx, input, mayWrite);
    return await viewContract(tx, await take(tx, ctx, row, 'withdraw', {}));
  });
}

/**
 * One person's approval of the present submission; the last that is needed registers the contract and gives it its number.
 * @throws AppError CONFLICT when the actor has approved this submission before
 */
export async function approveContract(ctx: Ctx, input: ContractStepInput): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = await lockFor(tx, ctx, input, mayReview);
    nextState(contractTransitions, 'approve', row.status);
    if (ctx.actor.kind !== 'user' || ctx.actor.organizationId === null) throw new Error('only a person approves');
    const { userId, organizationId } = ctx.actor;
    const approvals = (await listApprovalRows(tx, [row.id])).filter((one) => one.submission === row.submissions);
    const approvedBy = approvals.map((approval) => approval.userId);
    const step = approvalStep(approvalsRequired(row), approvedBy, userId);
    const now = ctx.clock.now();
    const { id: contractId, submissions: submission } = row;
    await insertApproval(tx, { id: newId(), contractId, submission, userId, organizationId, createdAt: now });
    if (step === 'approve') return await viewContract(tx, await take(tx, ctx, row, 'approve', {}));
    return await viewContract(tx, await register(tx, ctx, row));
  });
}

/** The number, and what a registered contract means for its demand and its result. */
async function register(tx: Tx, ctx: Ctx, row: ContractRow): Promise<ContractRow> {
  const now = ctx.clock.now();
  const market = found(await getOrganizationRow(tx, row.marketId));
  const year = Number(chinaDate(now).slice(0, 4));
  const number = registrationNumber(now, market.regionCode, await takeSerial(tx, market.regionCode, year));
  const changes = { registrationNumber: number, registeredAt: now };
  const updated = await take(tx, ctx, row, 'register', changes, { registrationNumber: number });
  const project = found((await getProjectRows(tx, [row.projectId]))[0]);
  if (project.demandId !== null) await markDemandContracted(tx, ctx, project.demandId);
  if (project.resultId !== null && isExclusive(row)) await markResultContracted(tx, ctx, project.resultId);
  await recordOutcome(tx, ctx, project.introductionId, { action: 'contract_registered', projectId: project.id });
  return updated;
}

/** Takes a registration back. Demand and result stay where they are: whether they are open again, their owners say. */
export async function revokeContract(ctx: Ctx, input: ContractStepInput & { reason: string }): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = await lockFor(tx, ctx, input, mayRevoke);
    const { reason } = input;
    const changes = { revocationReason: reason, revokedAt: ctx.clock.now() };
    const updated = await take(tx, ctx, row, 'revoke', changes, { reason });
    const project = found((await getProjectRows(tx, [row.projectId]))[0]);
    await recordOutcome(tx, ctx, project.introductionId, { action: 'contract_revoked', projectId: project.id });
    return await viewContract(tx, updated);
  });
}
