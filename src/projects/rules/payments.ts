import { type InputFault, invalidInput, invalidState } from '../../core/errors.ts';
import type { Transition } from '../../core/transitions.ts';
import type { PartyRole } from './states.ts';

export type PaymentStatus = 'recorded' | 'confirmed' | 'disputed' | 'withdrawn' | 'released';

/** Recorded by who paid, confirmed or disputed by who was paid. A release (`POST …/pay`) stands by itself. */
export const paymentTransitions = {
  confirm: { from: ['recorded'], to: 'confirmed' },
  dispute: { from: ['recorded'], to: 'disputed' },
  withdraw: { from: ['recorded'], to: 'withdrawn' },
} as const satisfies Record<string, Transition<PaymentStatus>>;
export type PaymentStep = keyof typeof paymentTransitions;

export interface PaymentFacts {
  status: PaymentStatus;
  amountCny: number;
}

function sumOf(payments: readonly PaymentFacts[], statuses: readonly PaymentStatus[]): number {
  return payments.filter(({ status }) => statuses.includes(status)).reduce((sum, { amountCny }) => sum + amountCny, 0);
}

/** What counts as paid. */
export function settledCny(payments: readonly PaymentFacts[]): number {
  return sumOf(payments, ['confirmed', 'released']);
}

/** What waits for the payee. */
export function awaitingCny(payments: readonly PaymentFacts[]): number {
  return sumOf(payments, ['recorded']);
}

/** What may still be paid, those counted that wait for the payee. */
export function unpaidCny(amountCny: number, payments: readonly PaymentFacts[]): number {
  return amountCny - settledCny(payments) - awaitingCny(payments);
}

interface StatedPayment {
  amountCny: number;
  /** A day in China. */
  paidOn: string;
}

/**
 * A payment is of an accepted milestone, not earlier than the acceptance, not later than today, and together with those
 * before it never more than the milestone's amount.
 * @param days of the acceptance and of today, in China
 */
export function checkPayment(
  payment: StatedPayment,
  milestone: { amountCny: number },
  payments: readonly PaymentFacts[],
  days: { acceptedOn: string; today: string },
): void {
  const faults: InputFault[] = [];
  const unpaid = unpaidCny(milestone.amountCny, payments);
  if (payment.amountCny > unpaid) {
    faults.push({
      pointer: '/amountCny',
      code: 'maximum',
      message: {
        zh: `超过该里程碑未付金额 ${unpaid} 元`,
        en: `is more than what is left of the milestone: ${unpaid} CNY`,
      },
    });
  }
  if (payment.paidOn < days.acceptedOn) {
    const message = { zh: '付款日期早于验收日期', en: 'is earlier than the acceptance of the milestone' };
    faults.push({ pointer: '/paidOn', code: 'order', message });
  }
  if (payment.paidOn > days.today)
    faults.push({ pointer: '/paidOn', code: 'future', message: { zh: '付款日期晚于今天', en: 'is later than today' } });
  if (faults.length > 0) throw invalidInput(...faults);
}

/** A release takes all that is left, so nothing may be under way. @throws AppError INVALID_STATE */
export function requireNothingAwaited(milestoneStatus: string, payments: readonly PaymentFacts[]): void {
  if (awaitingCny(payments) === 0) return;
  throw invalidState(milestoneStatus, {
    zh: '有付款记录等待收款方确认，请待其处理后再付清。',
    en: 'Payments wait for the payee; the rest is released once they are confirmed, disputed or withdrawn.',
  });
}

interface PayableParty {
  organizationId: string;
  role: PartyRole;
}

/**
 * Who is paid: the one named, else the only partner.
 * @throws AppError INVALID_INPUT at /payeeOrganizationId for none, a funder, or the payer
 */
export function payeeOf(parties: readonly PayableParty[], payerId: string, stated: string | undefined): string {
  const partners = parties.filter(({ role }) => role === 'partner');
  const payeeId = stated ?? (partners.length === 1 ? partners[0]?.organizationId : undefined);
  const payee = parties.find(({ organizationId }) => organizationId === payeeId);
  if (payee !== undefined && payee.role !== 'funder' && payee.organizationId !== payerId) return payee.organizationId;
  throw invalidInput({
    pointer: '/payeeOrganizationId',
    code: 'party',
    message: {
      zh: '须为项目的牵头方或合作方，且不是付款方',
      en: 'must be the lead or a partner of the project, and not the payer',
    },
  });
}
