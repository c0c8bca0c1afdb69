import { chinaDate } from '../../core/clock.ts';
import { conflict, invalidState } from '../../core/errors.ts';
import type { Transition } from '../../core/transitions.ts';

export type ContractStatus = 'draft' | 'submitted' | 'returned' | 'registered' | 'revoked' | 'withdrawn';

/**
 * The life of a contract's registration. Who may take a step is said in policy.ts. `approve` is an approval that waits
 * for another one; the approval that suffices is `register`.
 */
export const contractTransitions = {
  submit: { from: ['draft', 'returned'], to: 'submitted' },
  approve: { from: ['submitted'], to: 'submitted' },
  register: { from: ['submitted'], to: 'registered' },
  return: { from: ['submitted'], to: 'returned' },
  withdraw: { from: ['draft', 'returned'], to: 'withdrawn' },
  revoke: { from: ['registered'], to: 'revoked' },
} as const satisfies Record<string, Transition<ContractStatus>>;
export type ContractStep = keyof typeof contractTransitions;

/** Parties write while the form is with them. @throws AppError INVALID_STATE */
export function requireWritable(status: ContractStatus): void {
  if (status === 'draft' || status === 'returned') return;
  throw invalidState(status, {
    zh: `合同当前状态为“${status}”，只有草稿和被退回的合同可以修改。`,
    en: `The contract is "${status}"; it can be changed while it is a draft or was returned.`,
  });
}

/** @throws AppError INVALID_STATE for a project that was ended */
export function requireLiveProject(status: string): void {
  if (status !== 'terminated') return;
  throw invalidState(status, {
    zh: '项目已终止，不能签订合同。',
    en: 'The project was terminated; no contract follows.',
  });
}

/** From this amount on, one approval is not enough. */
export const secondApprovalFromCny = 5_000_000;

/** By the larger of the two amounts, so that a contract cannot be kept under the threshold by how it is split. */
export function approvalsRequired(amounts: {
  totalAmountCny: number | null;
  technicalAmountCny: number | null;
}): 1 | 2 {
  return Math.max(amounts.totalAmountCny ?? 0, amounts.technicalAmountCny ?? 0) >= secondApprovalFromCny ? 2 : 1;
}

/**
 * Which step an approval is, given who has approved this submission already.
 * @throws AppError CONFLICT when it is the same person again
 */
export function approvalStep(required: number, approvedBy: readonly string[], userId: string): 'approve' | 'register' {
  if (approvedBy.includes(userId)) {
    throw conflict({
      zh: '您已批准过本次提交，须由另一位工作人员批准。',
      en: 'You have approved this submission; somebody else has to give the second approval.',
    });
  }
  return approvedBy.length + 1 >= required ? 'register' : 'approve';
}

/** C2026-640300-000123: the year in China, the buyer's region, a number from the sequence. */
export function contractCode(at: Date, regionCode: string, number: number): string {
  return `C${chinaDate(at).slice(0, 4)}-${regionCode}-${String(number).padStart(6, '0')}`;
}

/**
 * 认定登记编号, 16 digits: the year of registration in China, the six digits (GB/T 2260) of the registering market's
 * region, a serial that counts from 1 in that region and year (docs/adr/0018).
 */
export function registrationNumber(at: Date, regionCode: string, serial: number): string {
  return `${chinaDate(at).slice(0, 4)}${regionCode}${String(serial).padStart(6, '0')}`;
}

/** Ownership that passes, or a licence that leaves no room for another licensee: the result is off the market. */
export function isExclusive(contract: { type: string | null; exclusivity: string | null }): boolean {
  if (contract.type === 'transfer') return true;
  return contract.type === 'licence' && (contract.exclusivity === 'exclusive' || contract.exclusivity === 'sole');
}
