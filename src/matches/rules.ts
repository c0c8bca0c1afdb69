import chineseDays from 'chinese-days';
import { chinaDate } from '../core/clock.ts';
import type { Transition } from '../core/transitions.ts';
import type { IntroductionStatus, MatchStatus } from './inputs.ts';

/** What people do to a match; a party that asks for an introduction does not move it. Runs move it between `suggested` and `superseded` only (see `service/refresh.ts`). */
export const matchTransitions = {
  shortlist: { from: ['suggested'], to: 'shortlisted' },
  introduce: { from: ['suggested', 'shortlisted'], to: 'introduced' },
  dismiss: { from: ['suggested', 'shortlisted'], to: 'dismissed' },
  accept: { from: ['introduced'], to: 'accepted' },
  decline: { from: ['introduced'], to: 'declined' },
  lapse: { from: ['introduced'], to: 'lapsed' },
} as const satisfies Record<string, Transition<MatchStatus>>;

/** `cancel`: the broker dismissed the match that a party had asked to be introduced on. */
export const introductionTransitions = {
  open: { from: ['requested'], to: 'open' },
  cancel: { from: ['requested'], to: 'declined' },
  accept: { from: ['open'], to: 'accepted' },
  decline: { from: ['open'], to: 'declined' },
  lapse: { from: ['requested', 'open'], to: 'lapsed' },
} as const satisfies Record<string, Transition<IntroductionStatus>>;

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

function workingDaysAfter(day: string, count: number): string[] {
  const days: string[] = [];
  for (let at = Date.parse(day) + msPerDay; days.length < count; at += msPerDay) {
    const next = new Date(at).toISOString().slice(0, 10);
    if (chineseDays.isWorkday(next)) days.push(next);
  }
  return days;
}

/** The library knows public holidays up to the year of its release. */
function hasHolidays(year: string): boolean {
  return chineseDays.getHolidaysInRange(`${year}-01-01`, `${year}-12-31`, false).length > 0;
}

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
