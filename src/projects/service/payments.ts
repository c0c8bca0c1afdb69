import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import type { PageQuery, RecordPayment } from '../inputs.ts';
import { audienceOf, mayActAs, mayPay, mayRecordPayment } from '../policy.ts';
import {
  checkPayment,
  milestoneTransitions,
  type PaymentStep,
  payeeOf,
  paymentTransitions,
  requireNothingAwaited,
  requireProjectState,
  settledCny,
  unpaidCny,
} from '../rules.ts';
import {
  getPaymentRow,
  insertPayment,
  listPaymentConfidentialRows,
  listPaymentFacts,
  listPaymentRows,
  type MilestoneRow,
  type PaymentRow,
  type ProjectRow,
  saveDisputeReason,
  updateMilestoneRow,
  updatePaymentRow,
  updateProjectRow,
} from '../store.ts';
import { type MilestoneView, type PaymentView, toPaymentView } from '../views.ts';
import { lockFor, milestoneOf, readFor } from './lock.ts';
import type { MilestoneRef } from './milestones.ts';
import { viewMilestone } from './read.ts';

type PaymentAction = 'pay' | 'record_payment' | `${PaymentStep}_payment`;

/** What a payment leaves behind: the project's new version, the trail, and for those who wait for it a message. */
async function keepTrail(
  tx: Tx,
  ctx: Ctx,
  project: ProjectRow,
  milestone: { from: MilestoneRow; to: MilestoneRow },
  fact: { action: PaymentAction; message: MessageType | null; paymentId: string | null },
): Promise<void> {
  const { from, to } = milestone;
  // The project shows what was paid, so its ETag changes with it.
  await updateProjectRow(tx, project, {}, ctx.clock.now());
  await audit(tx, ctx, {
    action: `milestone.${fact.action}`,
    subjectType: 'milestone',
    subjectId: from.id,
    marketId: project.marketId,
    fromStatus: from.status,
    toStatus: to.status,
    details: { projectId: project.id, ...(fact.paymentId === null ? {} : { paymentId: fact.paymentId }) },
  });
  if (fact.message !== null) await emit(tx, ctx, { type: fact.message, subjectType: 'milestone', subjectId: from.id });
}

/** Once all of it is settled, a milestone is paid. Its version goes up with each payment, for it shows the sum. */
async function settle(tx: Tx, ctx: Ctx, row: MilestoneRow): Promise<MilestoneRow> {
  const payments = await listPaymentFacts(tx, row.id);
  const paid = settledCny(payments) === row.amountCny;
  const changes = paid ? { status: nextState(milestoneTransitions, 'pay', row.status), paidAt: ctx.clock.now() } : {};
  return found(await updateMilestoneRow(tx, row, changes));
}

async function viewPayment(tx: Tx, row: PaymentRow): Promise<PaymentView> {
  return toPaymentView(row, (await listPaymentConfidentialRows(tx, [row.id])).get(row.id));
}

/**
 * Keeps that the actor's organization has paid for an accepted milestone, all of it or an instalment. It counts once the
 * payee confirms it.
 * @throws AppError INVALID_STATE before the acceptance and once it is paid, INVALID_INPUT for more than is left of it
 */
export async function recordPayment(
  ctx: Ctx,
  { projectId, milestoneId }: Omit<MilestoneRef, 'expectedVersion'>,
  input: RecordPayment,
): Promise<PaymentView> {
  return await transaction(ctx, async (tx) => {
    const { row: project, parties } = await lockFor(tx, ctx, projectId, mayRecordPayment);
    const milestone = await milestoneOf(tx, projectId, milestoneId);
    requireProjectState('pay', project.status);
    nextState(milestoneTransitions, 'pay', milestone.status);
    const { userId, organizationId: payerOrganizationId } = payerOf(ctx);
    const { amountCny, paidOn, payeeOrganizationId, reference = null, note = null } = input;
    const payee = payeeOf(parties, payerOrganizationId, payeeOrganizationId);
    const now = ctx.clock.now();
    checkPayment({ amountCny, paidOn }, milestone, await listPaymentFacts(tx, milestoneId), {
      acceptedOn: chinaDate(milestone.acceptedAt ?? now),
      today: chinaDate(now),
    });
    const id = newId();
    const payment = { id, projectId, milestoneId, status: 'recorded' as const, amountCny, paidOn };
    await insertPayment(
      tx,
      { ...payment, payerOrganizationId, payeeOrganizationId: payee, recordedByUserId: userId, createdAt: now },
      { reference, note },
    );
    await keepTrail(
      tx,
      ctx,
      project,
      { from: milestone, to: milestone },
      { action: 'record_payment', message: 'milestone.payment_recorded', paymentId: id },
    );
    return await viewPayment(tx, found(await getPaymentRow(tx, id)));
  });
}

function payerOf({ actor }: Ctx): { userId: string; organizationId: string } {
  if (actor.kind !== 'user' || actor.organizationId === null) throw new Error('only a party pays');
  return { userId: actor.userId, organizationId: actor.organizationId };
}

export interface PaymentRef {
  projectId: string;
  milestoneId: string;
  paymentId: string;
  /** The payment's version in If-Match; null when none was sent. */
  expectedVersion: number | null;
}

const paymentMessages = {
  confirm: 'milestone.payment_confirmed',
  dispute: 'milestone.payment_disputed',
  withdraw: null,
} as const satisfies Record<PaymentStep, MessageType | null>;

async function movePayment(
  ctx: Ctx,
  ref: PaymentRef,
  step: PaymentStep,
  also: (tx: Tx, payment: PaymentRow) => Promise<void> = async () => {},
): Promise<PaymentView> {
  return await transaction(ctx, async (tx) => {
    const { row: project, parties } = await lockFor(tx, ctx, ref.projectId, audienceOf);
    const row = found(await getPaymentRow(tx, ref.paymentId));
    const payment = found(row.milestoneId === ref.milestoneId && row.projectId === ref.projectId ? row : null);
    const moverId = step === 'withdraw' ? payment.payerOrganizationId : payment.payeeOrganizationId;
    mayActAs(moverId)(ctx.actor, { marketId: project.marketId, parties });
    checkVersion(payment.version, ref.expectedVersion);
    requireProjectState('pay', project.status);
    const status = nextState(paymentTransitions, step, payment.status);
    const milestone = await milestoneOf(tx, ref.projectId, ref.milestoneId);
    const { userId } = payerOf(ctx);
    const updated = found(
      await updatePaymentRow(tx, payment, { status, decidedByUserId: userId, decidedAt: ctx.clock.now() }),
    );
    await also(tx, updated);
    const settled = step === 'confirm' ? await settle(tx, ctx, milestone) : milestone;
    const fact = { action: `${step}_payment` as const, message: paymentMessages[step], paymentId: payment.id };
    await keepTrail(tx, ctx, project, { from: milestone, to: settled }, fact);
    return await viewPayment(tx, updated);
  });
}

/** By the payee: the money has come. The last confirmation that makes up the milestone's amount makes it paid. */
export async function confirmPayment(ctx: Ctx, ref: PaymentRef): Promise<PaymentView> {
  return await movePayment(ctx, ref, 'confirm');
}

/** By the payee: it has not. What was claimed is left to pay again. */
export async function disputePayment(ctx: Ctx, ref: PaymentRef, reason: string): Promise<PaymentView> {
  return await movePayment(ctx, ref, 'dispute', (tx, { id }) => saveDisputeReason(tx, id, reason));
}

/** By who recorded it, while nobody has answered. */
export async function withdrawPayment(ctx: Ctx, ref: PaymentRef): Promise<PaymentView> {
  return await movePayment(ctx, ref, 'withdraw');
}

/**
 * Releases all that is left of an accepted milestone, on the lead's word alone: the milestone is paid.
 * @throws AppError INVALID_STATE while a recorded payment waits for its payee
 */
export async function payMilestone(ctx: Ctx, ref: MilestoneRef): Promise<MilestoneView> {
  return await transaction(ctx, async (tx) => {
    const { projectId, milestoneId } = ref;
    const { row: project, parties } = await lockFor(tx, ctx, projectId, mayPay);
    const milestone = await milestoneOf(tx, projectId, milestoneId);
    checkVersion(milestone.version, ref.expectedVersion);
    requireProjectState('pay', project.status);
    nextState(milestoneTransitions, 'pay', milestone.status);
    const payments = await listPaymentFacts(tx, milestoneId);
    requireNothingAwaited(milestone.status, payments);
    const { userId, organizationId: payerOrganizationId } = payerOf(ctx);
    const partners = parties.filter(({ role }) => role === 'partner');
    const amountCny = unpaidCny(milestone.amountCny, payments);
    const now = ctx.clock.now();
    const id = amountCny === 0 ? null : newId();
    if (id !== null) {
      const payeeOrganizationId = partners.length === 1 ? (partners[0]?.organizationId ?? null) : null;
      const payment = { id, projectId, milestoneId, status: 'released' as const, amountCny, paidOn: chinaDate(now) };
      const by = { recordedByUserId: userId, createdAt: now };
      await insertPayment(
        tx,
        { ...payment, payerOrganizationId, payeeOrganizationId, ...by },
        { reference: null, note: null },
      );
    }
    const paid = await settle(tx, ctx, milestone);
    await keepTrail(tx, ctx, project, { from: milestone, to: paid }, { action: 'pay', message: null, paymentId: id });
    return await viewMilestone(tx, paid);
  });
}

/** The payments of a milestone, newest first; references and notes only of one's own. */
export async function listPayments(
  ctx: Ctx,
  { projectId, milestoneId }: Omit<MilestoneRef, 'expectedVersion'>,
  { limit = 20, cursor }: PageQuery,
): Promise<Page<PaymentView>> {
  return await readTransaction(ctx, async (tx) => {
    await readFor(tx, ctx, projectId);
    await milestoneOf(tx, projectId, milestoneId);
    const rows = await listPaymentRows(tx, milestoneId, { after: decodeCursor(cursor), limit });
    const confidential = await listPaymentConfidentialRows(
      tx,
      rows.map((row) => row.id),
    );
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
      (row) => toPaymentView(row, confidential.get(row.id)),
    );
  });
}
