import { type InputFault, invalidInput, invalidState } from '../../core/errors.ts';
import type { Text } from '../../core/text.ts';
import type { Transition } from '../../core/transitions.ts';
import { allocate, type BudgetItem, type FundingMode, fundingFaults } from './funding.ts';
import { type StatedMilestone, scheduleFaults } from './milestones.ts';
import { type Party, statesShares } from './parties.ts';
import { addsToWhole } from './shares.ts';
import type { MilestoneStatus } from './states.ts';

export type ChangeStatus = 'proposed' | 'applied' | 'rejected' | 'withdrawn' | 'lapsed';

/** Applied by the last party that accepts; lapsed when the project ends before. */
export const changeTransitions = {
  apply: { from: ['proposed'], to: 'applied' },
  reject: { from: ['proposed'], to: 'rejected' },
  withdraw: { from: ['proposed'], to: 'withdrawn' },
  lapse: { from: ['proposed'], to: 'lapsed' },
} as const satisfies Record<string, Transition<ChangeStatus>>;

export interface MilestoneTerms {
  id: string;
  title: string;
  startsOn: string | null;
  dueOn: string;
  acceptanceCriteria: string;
  paymentShare: number;
  amountCny: number;
}

/** What the parties have agreed on. */
export interface Terms {
  budgetCny: number;
  budgetItems: BudgetItem[];
  parties: Party[];
  milestones: MilestoneTerms[];
}

/** What is asked to be otherwise; what is absent stays. `milestones` are all that are still open, in their new order. */
export interface StatedChange {
  budgetCny?: number | undefined;
  budgetItems?: readonly BudgetItem[] | undefined;
  milestones?: readonly (StatedMilestone & { id?: string | undefined })[] | undefined;
}

/** As it stands, with what a change may not touch. */
export interface Standing {
  terms: Terms;
  fundingMode: FundingMode;
  statuses: ReadonlyMap<string, MilestoneStatus>;
}

/** What was handed in is judged as it was agreed, and what was accepted is paid so. */
export function isFixed(status: MilestoneStatus | undefined): boolean {
  return status === 'submitted' || status === 'accepted' || status === 'paid';
}

/** Four decimals, as shares that nobody states are kept. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/**
 * The terms as they would be. Milestones that were handed in keep their amount, and so have another share of another
 * budget; the others divide what is left: by the shares that are stated, else in their present proportions.
 * @param parties already composed; those that stand where the change states none
 * @param newId names milestones that are new
 * @throws AppError INVALID_INPUT with pointers into the change
 */
export function termsAfter(
  { terms, fundingMode, statuses }: Standing,
  change: StatedChange,
  parties: Party[],
  newId: () => string,
): Terms {
  const faults: InputFault[] = [];
  const budgetCny = change.budgetCny ?? terms.budgetCny;
  const budgetItems = [...(change.budgetItems ?? terms.budgetItems)];
  faults.push(...fundingFaults({ budgetCny, fundingMode, budgetItems }));
  if (fundingMode === 'itemised' && budgetItems.length === 0)
    faults.push({ pointer: '/budgetItems', code: 'required', message: itemsNeeded });
  if (!statesShares(parties)) faults.push({ pointer: '/parties', code: 'shares', message: sharesNeeded });

  const fixed = terms.milestones.filter(({ id }) => isFixed(statuses.get(id)));
  const open = terms.milestones.filter(({ id }) => !isFixed(statuses.get(id)));
  const fixedCny = fixed.reduce((sum, { amountCny }) => sum + amountCny, 0);
  const openCny = budgetCny - fixedCny;
  if (openCny < 0) faults.push({ pointer: '/budgetCny', code: 'minimum', message: belowFixed(fixedCny) });
  const shareOfFixed = (milestone: MilestoneTerms) =>
    budgetCny === terms.budgetCny || budgetCny === 0
      ? milestone.paymentShare
      : rounded((milestone.amountCny * 100) / budgetCny);
  const kept = fixed.map((milestone) => ({ ...milestone, paymentShare: shareOfFixed(milestone) }));
  const openShare = rounded(100 - kept.reduce((sum, { paymentShare }) => sum + paymentShare, 0));

  faults.push(...listFaults(open, change.milestones ?? [], change.milestones !== undefined, statuses));
  const next =
    change.milestones === undefined
      ? rescaled(open, budgetCny === terms.budgetCny ? null : openShare)
      : change.milestones.map(({ id, startsOn, ...milestone }) => ({
          ...milestone,
          id: id ?? newId(),
          startsOn: startsOn ?? null,
        }));
  if (!addsToWhole([...kept, ...next].map(({ paymentShare }) => paymentShare))) {
    const pointer = change.milestones === undefined ? '/budgetCny' : '/milestones';
    faults.push({ pointer, code: 'sum', message: notWhole(openShare) });
  }
  if (openCny > 0 && next.every(({ paymentShare }) => paymentShare === 0))
    faults.push({ pointer: '/budgetCny', code: 'milestones', message: nothingToPay });
  if (faults.length > 0) throw invalidInput(...faults);

  const amounts = allocate(
    openCny,
    next.map(({ paymentShare }) => paymentShare),
  );
  const priced = next.map((milestone, at) => ({ ...milestone, amountCny: amounts[at] ?? 0 }));
  const milestones =
    change.milestones === undefined
      ? terms.milestones.map(({ id }) => [...kept, ...priced].find((each) => each.id === id) as MilestoneTerms)
      : [...kept, ...priced];
  return { budgetCny, budgetItems, parties, milestones };
}

/** Open milestones with the same proportions of another share; null leaves them as they are. */
function rescaled(open: readonly MilestoneTerms[], share: number | null): Omit<MilestoneTerms, 'amountCny'>[] {
  if (share === null) return [...open];
  const weight = open.reduce((sum, { paymentShare }) => sum + paymentShare, 0);
  return open.map((milestone) => ({
    ...milestone,
    paymentShare: weight === 0 ? 0 : rounded((milestone.paymentShare * share) / weight),
  }));
}

function listFaults(
  open: readonly MilestoneTerms[],
  listed: readonly (StatedMilestone & { id?: string | undefined })[],
  stated: boolean,
  statuses: ReadonlyMap<string, MilestoneStatus>,
): InputFault[] {
  if (!stated) return [];
  const faults = scheduleFaults(listed);
  const ids = listed.map(({ id }) => id);
  listed.forEach(({ id }, at) => {
    if (id !== undefined && ids.indexOf(id) < at)
      faults.push({ pointer: `/milestones/${at}/id`, code: 'unique', message: listedTwice });
    else if (id !== undefined && !open.some((milestone) => milestone.id === id))
      faults.push({ pointer: `/milestones/${at}/id`, code: 'milestone', message: notOpen });
  });
  // What was handed in once has a history, which stays.
  if (open.some(({ id }) => statuses.get(id) === 'rework' && !ids.includes(id)))
    faults.push({ pointer: '/milestones', code: 'rework', message: reworkLeftOut });
  return faults;
}

const parts = ['budgetCny', 'budgetItems', 'parties', 'milestones'] as const;
export type TermsPart = (typeof parts)[number];

/** Which parts of the terms differ. */
export function changedParts(before: Terms, after: Terms): TermsPart[] {
  return parts.filter((part) => !isSame(before[part], after[part]));
}

/** Whatever order the keys are in: PostgreSQL keeps jsonb in its own. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => isSame((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]))
  );
}

/** @throws AppError INVALID_INPUT for a change that changes nothing */
export function requireDifference(before: Terms, after: Terms): void {
  if (changedParts(before, after).length > 0) return;
  throw invalidInput({ pointer: '', code: 'unchanged', message: { zh: '没有任何变更', en: 'changes nothing' } });
}

/**
 * What the parties were asked about still holds: the terms are those that the change set out from, and nothing that it
 * changes was handed in meanwhile.
 * @throws AppError INVALID_STATE
 */
export function requireUpToDate(
  before: Terms,
  after: Terms,
  current: Terms,
  statuses: ReadonlyMap<string, MilestoneStatus>,
): void {
  const overtaken = before.milestones.filter((milestone) => {
    const status = statuses.get(milestone.id);
    const next = after.milestones.find(({ id }) => id === milestone.id);
    if (next === undefined) return status !== 'planned';
    // One that was fixed from the beginning has but another share of another budget.
    return isFixed(status) && !isSame({ ...milestone, paymentShare: 0 }, { ...next, paymentShare: 0 });
  });
  if (changedParts(before, current).length === 0 && overtaken.length === 0) return;
  throw invalidState('proposed', {
    zh: '变更提出后项目内容或里程碑已有变化，请撤回后重新提出。',
    en: 'The project or a milestone has moved on since this change was proposed; withdraw it and propose it anew.',
  });
}

const itemsNeeded: Text = { zh: '按科目预算的项目须列出预算科目', en: 'an itemised budget needs its items' };
const sharesNeeded: Text = {
  zh: '牵头方和各合作方须写明工作份额和收益份额',
  en: 'the lead and every partner need a share of work and of benefit',
};
const listedTwice: Text = { zh: '同一里程碑只能列一次', en: 'is listed twice' };
const notOpen: Text = {
  zh: '不是该项目尚未提交的里程碑',
  en: 'is no milestone of this project that is still open',
};
const reworkLeftOut: Text = { zh: '返工中的里程碑不能删除', en: 'a milestone in rework cannot be left out' };
const nothingToPay: Text = { zh: '没有里程碑可分配余下预算', en: 'no open milestone takes the rest of the budget' };

function belowFixed(fixedCny: number): Text {
  return {
    zh: `低于已提交、已验收里程碑的金额 ${fixedCny} 元`,
    en: `is less than the milestones that were handed in: ${fixedCny} CNY`,
  };
}

function notWhole(openShare: number): Text {
  return {
    zh: `未提交的里程碑付款比例之和应为 ${openShare}%`,
    en: `the payment shares of the open milestones must add to ${openShare} percent`,
  };
}
