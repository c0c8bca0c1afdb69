import { chinaDate } from '../core/clock.ts';
import { workingDaysBefore } from '../core/working-days.ts';

/** From where on a suggestion is worth a place on the desk. */
export const defaultMinScore = 60;

/** A market that takes longer over a submitted contract is late. */
const contractReviewWorkingDays = 5;

/** Contracts submitted before this moment have waited for that many whole working days. */
export function contractsLateBefore(now: Date): Date {
  const day = workingDaysBefore(chinaDate(now), contractReviewWorkingDays).at(-1);
  return new Date(`${day}T00:00:00+08:00`);
}

/** Beyond so many a section says "more": nobody needs the exact figure, and a count that long costs. */
export const countedAtMost = 1_000;

/** The first of each section, on the desk itself. */
export const shownAtOnce = 5;

/** People that the load names, the fullest first. */
export const loadsAtMost = 100;
