import chineseDays from 'chinese-days';
import { chinaDate, plusDays } from './clock.ts';

const msPerDay = 86_400_000;

/** The next `count` working days (YYYY-MM-DD) after a day, by the State Council's calendar as far as it is known. */
export function workingDaysAfter(day: string, count: number): string[] {
  return workingDaysFrom(day, count, msPerDay);
}

/** The `count` working days before a day, the nearest first. */
export function workingDaysBefore(day: string, count: number): string[] {
  return workingDaysFrom(day, count, -msPerDay);
}

function workingDaysFrom(day: string, count: number, stepMs: number): string[] {
  const days: string[] = [];
  for (let at = Date.parse(day) + stepMs; days.length < count; at += stepMs) {
    const next = new Date(at).toISOString().slice(0, 10);
    if (chineseDays.isWorkday(next)) days.push(next);
  }
  return days;
}

/** The library knows public holidays up to the year of its release; in later years weekends alone are left out. */
export function hasHolidays(year: string): boolean {
  return chineseDays.getHolidaysInRange(`${year}-01-01`, `${year}-12-31`, false).length > 0;
}

/** The years that working days are counted in now or within a month, and whose public holidays are not known. */
export function yearsWithoutHolidays(now: Date): string[] {
  const years = new Set([now, plusDays(now, 31)].map((at) => chinaDate(at).slice(0, 4)));
  return [...years].filter((year) => !hasHolidays(year));
}
