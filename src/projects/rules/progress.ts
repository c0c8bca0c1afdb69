import type { MilestoneStatus } from './states.ts';

export interface PlannedMilestone {
  id: string;
  position: number;
  title: string;
  status: MilestoneStatus;
  startsOn: string | null;
  dueOn: string;
  /** Its weight in percent. */
  paymentShare: number;
  /** Days in China. */
  submittedOn: string | null;
  acceptedOn: string | null;
  paidOn: string | null;
}

export interface MilestoneProgress extends Omit<PlannedMilestone, 'startsOn' | 'dueOn' | 'paymentShare'> {
  plannedStartOn: string;
  plannedEndOn: string;
  weight: number;
  lateDays: number;
}

export interface ProgressPoint {
  on: string;
  plannedShare: number;
  /** Null of days to come. */
  acceptedShare: number | null;
}

export interface Progress {
  asOf: string;
  startsOn: string;
  endsOn: string;
  plannedShare: number;
  acceptedShare: number;
  paidShare: number;
  milestones: MilestoneProgress[];
  points: ProgressPoint[];
}

const dayMs = 86_400_000;

/** From one calendar date to another; negative backwards. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** The calendar date so many days later. */
export function daysLater(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/**
 * What was planned against what was accepted, weighted with the payment shares; the rows of a Gantt chart. A milestone
 * starts when stated, else the day after the one before it is due, the first with the project. It is late by the days
 * from its due date to its last submission, or to `asOf` while there is none: how long the judgement takes is not its own.
 * @param asOf a day in China: today, or the last day of a project that has ended
 */
export function progressOf(milestones: readonly PlannedMilestone[], projectStartsOn: string, asOf: string): Progress {
  let previousEnd: string | null = null;
  const rows = milestones.map(({ startsOn, dueOn, paymentShare, ...milestone }): MilestoneProgress => {
    const following = previousEnd === null ? projectStartsOn : daysLater(previousEnd, 1);
    const plannedStartOn = [startsOn ?? following, dueOn].sort()[0] as string;
    previousEnd = dueOn;
    const handedIn = milestone.status === 'planned' || milestone.status === 'rework' ? null : milestone.submittedOn;
    const lateDays = Math.max(0, daysBetween(dueOn, handedIn ?? asOf));
    return { ...milestone, plannedStartOn, plannedEndOn: dueOn, weight: paymentShare, lateDays };
  });
  const shareOf = (of: (row: MilestoneProgress) => string | null, on: string) =>
    percentOf(rows.filter((row) => (of(row) ?? '9999') <= on));
  const days = new Set([projectStartsOn, asOf]);
  for (const row of rows) {
    days.add(row.plannedEndOn);
    if (row.acceptedOn !== null) days.add(row.acceptedOn);
  }
  return {
    asOf,
    startsOn: [projectStartsOn, ...rows.map((row) => row.plannedStartOn)].sort()[0] as string,
    endsOn:
      rows
        .map((row) => row.plannedEndOn)
        .sort()
        .at(-1) ?? projectStartsOn,
    plannedShare: shareOf((row) => row.plannedEndOn, asOf),
    acceptedShare: shareOf((row) => row.acceptedOn, asOf),
    paidShare: percentOf(rows.filter((row) => row.status === 'paid')),
    milestones: rows,
    points: [...days].sort().map((on) => ({
      on,
      plannedShare: shareOf((row) => row.plannedEndOn, on),
      acceptedShare: on > asOf ? null : shareOf((row) => row.acceptedOn, on),
    })),
  };
}

/** To two decimals: shares of thirds add to a whole. */
function percentOf(rows: readonly { weight: number }[]): number {
  return Math.round(rows.reduce((sum, { weight }) => sum + weight, 0) * 100) / 100;
}
