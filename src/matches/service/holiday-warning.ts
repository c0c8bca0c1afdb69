import type { Log } from '../../core/ctx.ts';

const warnedYears = new Set<string>();

/** Once in the life of a process: every introduction of the year would say the same. The desk goes on saying it. */
export function warnOfUnknownHolidays(log: Pick<Log, 'warn'>, year: string): void {
  if (warnedYears.has(year)) return;
  warnedYears.add(year);
  log.warn(
    { year },
    'public holidays of this year are not known to this version; only weekends are left out of the working days',
  );
}
