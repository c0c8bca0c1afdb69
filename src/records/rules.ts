import { plusDays } from '../core/clock.ts';
import { type InputFault, invalidInput, invalidState } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Transition } from '../core/transitions.ts';

/** The states a demand and a result share; a demand also knows `in_diagnosis`. */
export type RecordStatus =
  | 'draft'
  | 'submitted'
  | 'in_diagnosis'
  | 'returned'
  | 'published'
  | 'in_negotiation'
  | 'contracted'
  | 'fulfilled'
  | 'withdrawn'
  | 'rejected'
  | 'expired'
  | 'closed';

export const openStatuses = ['published', 'in_negotiation'] as const satisfies readonly RecordStatus[];

/** The life of a record. Who may take a step is said in policy.ts. */
export const recordTransitions = {
  submit: { from: ['draft', 'returned', 'expired'], to: 'submitted' },
  diagnose: { from: ['submitted'], to: 'in_diagnosis' },
  conclude: { from: ['in_diagnosis'], to: 'submitted' },
  publish: { from: ['submitted', 'in_diagnosis'], to: 'published' },
  return: { from: ['submitted', 'in_diagnosis'], to: 'returned' },
  reject: { from: ['submitted', 'in_diagnosis'], to: 'rejected' },
  negotiate: { from: ['published', 'in_negotiation'], to: 'in_negotiation' },
  contract: { from: ['published', 'in_negotiation', 'expired'], to: 'contracted' },
  withdraw: { from: ['draft', 'submitted', 'returned', 'published', 'in_negotiation', 'expired'], to: 'withdrawn' },
  close: { from: ['published', 'in_negotiation', 'contracted', 'fulfilled'], to: 'closed' },
  expire: { from: ['published', 'in_negotiation'], to: 'expired' },
  merge: { from: ['submitted', 'published'], to: 'closed' },
  unmerge: { from: ['closed'], to: 'submitted' },
} as const satisfies Record<string, Transition<RecordStatus>>;

export type RecordStep = keyof typeof recordTransitions;

/** Every record expires; a year where its owner names no date. */
const defaultValidityDays = 365;

/** The owner is asked "still current?" this long before the record expires. */
export const expiryNoticeDays = 14;

export function validityAt(publishedAt: Date, chosen: Date | null): Date {
  return chosen !== null && chosen > publishedAt ? chosen : plusDays(publishedAt, defaultValidityDays);
}

export function isOpen(status: RecordStatus): boolean {
  return (openStatuses as readonly RecordStatus[]).includes(status);
}

/**
 * A record is changed while it is with its owner, and while it is open; not while the market looks at it, nor at its end.
 * @throws AppError INVALID_STATE
 */
export function requireChangeable(status: RecordStatus): void {
  if (status === 'draft' || status === 'returned' || isOpen(status)) return;
  throw invalidState(status, { zh: '当前状态不能修改。', en: 'The record cannot be changed in this state.' });
}

/** Faults for fields that a step needs and a draft may lack; white space is nothing. */
export function missingFields(fields: Readonly<Record<string, string | readonly string[] | null>>): InputFault[] {
  return Object.entries(fields)
    .filter(([, value]) => value === null || (typeof value === 'string' ? value.trim() : value).length === 0)
    .map(([name]) => ({ pointer: `/${name}`, code: 'required', message: required }));
}

const required: Text = { zh: '提交前必须填写', en: 'is required before the record can be submitted' };

/** The market looks at what was submitted, and at changes proposed to what is open. @throws AppError INVALID_STATE */
export function requireInReview({ status, revision }: { status: RecordStatus; revision: unknown }): void {
  if (status === 'submitted' || revision !== null) return;
  throw invalidState(status, { zh: '该记录不在审核中。', en: 'The record does not wait for review.' });
}

/** A date (the end of that day in China) or an RFC 3339 time. */
export function instantOf(text: string): Date {
  return new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59+08:00` : text);
}

interface Measured {
  comparator?: string | undefined;
  value?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
}

/** A range needs both ends in order, everything else one value. */
export function indicatorFaults(indicators: readonly Measured[]): InputFault[] {
  return indicators.flatMap((indicator, at) => {
    const isRange =
      indicator.comparator === 'between' || (indicator.comparator === undefined && indicator.value === undefined);
    const { min, max, value } = indicator;
    const wrong = isRange ? min === undefined || max === undefined || min > max : value === undefined;
    return wrong
      ? [{ pointer: `/indicators/${at}`, code: 'indicator', message: isRange ? rangeNeeded : valueNeeded }]
      : [];
  });
}

const rangeNeeded: Text = {
  zh: '区间指标需要 min 和 max，且 min ≤ max',
  en: 'a range needs min and max, with min ≤ max',
};
const valueNeeded: Text = { zh: '该指标需要 value', en: 'this indicator needs a value' };

/** An amount's ends in order. */
export function moneyFaults(
  pointer: string,
  range: { minCny?: number | null | undefined; maxCny?: number | null | undefined } | null | undefined,
): InputFault[] {
  const { minCny, maxCny } = range ?? {};
  if (minCny == null || maxCny == null || minCny <= maxCny) return [];
  return [{ pointer, code: 'order', message: { zh: 'minCny 不得大于 maxCny', en: 'minCny must not exceed maxCny' } }];
}

/** JavaScript reads 31 February as 3 March; and a year before 1 is none of PostgreSQL's. */
function isDate(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return exists && instantOf(text).getUTCFullYear() >= 1;
}

export function dateFaults(pointer: string, text: string | null | undefined): InputFault[] {
  if (text == null || isDate(text)) return [];
  return [{ pointer, code: 'date', message: { zh: '日期不存在', en: 'there is no such date' } }];
}

/** @throws AppError INVALID_INPUT at /validUntil for a date that does not exist or has passed */
export function futureInstant(text: string, now: Date): Date {
  const faults = dateFaults('/validUntil', text);
  if (faults.length > 0) throw invalidInput(...faults);
  const at = instantOf(text);
  if (at > now) return at;
  throw invalidInput({
    pointer: '/validUntil',
    code: 'past',
    message: { zh: '有效期应晚于现在', en: 'must be in the future' },
  });
}
