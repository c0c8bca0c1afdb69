import { chinaDate } from '../core/clock.ts';
import { conflict, invalidState } from '../core/errors.ts';
import { nextState, type Transition } from '../core/transitions.ts';
import { hasHolidays, workingDaysAfter } from '../core/working-days.ts';
import type { IntroductionStatus, MatchStatus } from './inputs.ts';

/** What people do to a match; a party that asks for an introduction does not move it. Runs move it between `suggested` and `superseded` only (see `service/refresh.ts`). */
export const matchTransitions = {
  shortlist: { from: ['suggested'], to: 'shortlisted' },
  introduce: { from: ['suggested', 'shortlisted'], to: 'introduced' },
  dismiss: { from: ['suggested', 'shortlisted'], to: 'dismissed' },
  accept: { from: ['introduced'], to: 'accepted' },
  decline: { from: ['introduced'], to: 'declined' },
  lapse: { from: ['introduced'], to: 'lapsed' },
  reopen: { from: ['declined', 'lapsed'], to: 'introduced' },
} as const satisfies Record<string, Transition<MatchStatus>>;

/** `cancel`: the broker dismissed the match that a party had asked to be introduced on. */
export const introductionTransitions = {
  open: { from: ['requested'], to: 'open' },
  cancel: { from: ['requested'], to: 'declined' },
  accept: { from: ['open'], to: 'accepted' },
  decline: { from: ['open'], to: 'declined' },
  lapse: { from: ['requested', 'open'], to: 'lapsed' },
  reopen: { from: ['declined', 'lapsed'], to: 'open' },
} as const satisfies Record<string, Transition<IntroductionStatus>>;

/** How often a broker may reopen one introduction: who has said no three times means it. See docs/adr/0023. */
export const maxReopenings = 2;

/** @throws AppError CONFLICT in the last round */
export function requireReopenable(round: number): void {
  if (round <= maxReopenings) return;
  throw conflict({
    zh: `同一对接最多重新打开 ${maxReopenings} 次。`,
    en: `An introduction is reopened ${maxReopenings} times at most.`,
  });
}

/** Where the match of a reopened introduction goes: one that was only asked for has left it in the lists. */
export function reintroduced(status: MatchStatus): MatchStatus {
  const step = (matchTransitions.introduce.from as readonly MatchStatus[]).includes(status) ? 'introduce' : 'reopen';
  return nextState(matchTransitions, step, status);
}

/** Somebody has in hand what is still to be done. @throws AppError INVALID_STATE */
export function requireLive(status: IntroductionStatus): void {
  if (status === 'requested' || status === 'open') return;
  throw invalidState(status, {
    zh: '对接已结束，不能再分派。',
    en: 'The introduction has ended; there is nothing to assign.',
  });
}

/** Answers that the parties owe, unless the configuration says otherwise. */
export const defaultWorkingDays = 5;

export interface IntroductionTimes {
  remindAt: Date;
  escalateAt: Date;
  dueAt: Date;
  /** False where the calendar of public holidays ends before the due day: weekends alone were left out. */
  holidaysKnown: boolean;
}

/**
 * An introduction is due at the end (Beijing) of the Nth working day after the day it was opened; the reminder goes out
 * at 09:00 of the working day in the middle, the escalation at 09:00 of the last. See docs/adr/0005.
 * @param workingDays from 1
 */
export function introductionTimes(openedAt: Date, workingDays: number): IntroductionTimes {
  const days = workingDaysAfter(chinaDate(openedAt), workingDays);
  const lastDay = days.at(-1) ?? chinaDate(openedAt);
  const middleDay = days[Math.ceil(workingDays / 2) - 1] ?? lastDay;
  return {
    remindAt: new Date(`${middleDay}T09:00:00+08:00`),
    escalateAt: new Date(`${lastDay}T09:00:00+08:00`),
    dueAt: new Date(Date.parse(`${lastDay}T00:00:00+08:00`) + msPerDay),
    holidaysKnown: hasHolidays(lastDay.slice(0, 4)),
  };
}

const msPerDay = 86_400_000;

export type DueStep = 'remind' | 'escalate' | 'lapse';

interface Deadlines {
  status: string;
  remindAt: Date | null;
  remindedAt: Date | null;
  escalateAt: Date | null;
  escalatedAt: Date | null;
  dueAt: Date | null;
}

/** What the clock asks of an introduction now. After an outage the latest step only: nobody is reminded of what has lapsed. */
export function dueSteps(introduction: Deadlines, now: Date): DueStep[] {
  const { status, remindAt, remindedAt, escalateAt, escalatedAt, dueAt } = introduction;
  if (isPast(dueAt, now)) return ['lapse'];
  if (status !== 'open') return [];
  if (isPast(escalateAt, now) && escalatedAt === null)
    return remindedAt === null && sameTime(remindAt, escalateAt) ? ['remind', 'escalate'] : ['escalate'];
  if (isPast(remindAt, now) && remindedAt === null && escalatedAt === null) return ['remind'];
  return [];
}

function isPast(at: Date | null, now: Date): boolean {
  return at !== null && at <= now;
}

function sameTime(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}
