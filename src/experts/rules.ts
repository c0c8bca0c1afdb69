import { chinaDate } from '../core/clock.ts';
import { type InputFault, invalidState } from '../core/errors.ts';
import { regionChain } from '../core/region-codes.ts';
import type { Transition } from '../core/transitions.ts';

export type ExpertStatus = 'draft' | 'active' | 'retired';
export type AssignmentStatus = 'proposed' | 'accepted' | 'declined' | 'ended';

/** A profile is found, and shown to others, while it is active. */
export const expertTransitions = {
  activate: { from: ['draft', 'retired'], to: 'active' },
  retire: { from: ['draft', 'active'], to: 'retired' },
} as const satisfies Record<string, Transition<ExpertStatus>>;
export type ExpertStep = keyof typeof expertTransitions;

/** Proposed and ended by the demand's brokers, answered by the expert or the university; both may end what was accepted. */
export const assignmentTransitions = {
  accept: { from: ['proposed'], to: 'accepted' },
  decline: { from: ['proposed'], to: 'declined' },
  end: { from: ['proposed', 'accepted'], to: 'ended' },
} as const satisfies Record<string, Transition<AssignmentStatus>>;
export type AssignmentStep = keyof typeof assignmentTransitions;

/** While a demand is any of these, somebody may be sent to it. */
const assignable = ['submitted', 'in_diagnosis', 'published', 'in_negotiation', 'contracted'];

/** @throws AppError INVALID_STATE naming the demand's state */
export function requireAssignable(status: string): void {
  if (assignable.includes(status)) return;
  throw invalidState(status, {
    zh: `需求当前状态为“${status}”，不能派出专家。`,
    en: `The demand is "${status}"; experts are assigned to it from its submission to its end.`,
  });
}

/** @throws AppError INVALID_STATE */
export function requireActive(status: ExpertStatus): void {
  if (status === 'active') return;
  throw invalidState(status, { zh: '该专家当前不接受派遣。', en: 'This expert is not active.' });
}

/** Services are recorded while the assignment runs, and afterwards what was forgotten. @throws AppError INVALID_STATE */
export function requireAccepted(assignment: { status: AssignmentStatus; acceptedAt: Date | null }): void {
  if (assignment.acceptedAt !== null) return;
  throw invalidState(assignment.status, {
    zh: '派遣被接受后才能登记服务。',
    en: 'Services are recorded once the assignment was accepted.',
  });
}

export interface Availability {
  daysPerMonth: number;
  availableFrom: string | null;
  availableUntil: string | null;
  servedRegions: readonly string[];
}

/** Whether somebody has time today and goes to the region. */
export function isAvailable(profile: Availability, regionCode: string, now: Date): boolean {
  const today = chinaDate(now);
  if (profile.daysPerMonth === 0) return false;
  if (profile.availableFrom !== null && profile.availableFrom > today) return false;
  if (profile.availableUntil !== null && profile.availableUntil < today) return false;
  return servesRegion(profile.servedRegions, regionCode);
}

export function servesRegion(servedRegions: readonly string[], regionCode: string): boolean {
  return servedRegions.length === 0 || regionChain(regionCode).some((code) => servedRegions.includes(code));
}

/** How near the fields of a profile are to those of a demand: 2 for one in common, 1 for one under the same heading, else 0. */
export function fieldProximity(wanted: readonly string[], offered: readonly string[]): 0 | 1 | 2 {
  if (offered.some((code) => wanted.includes(code))) return 2;
  const headings = new Set(wanted.map((code) => code.slice(0, 1)));
  return offered.some((code) => headings.has(code.slice(0, 1))) ? 1 : 0;
}

export function periodFaults(period: {
  availableFrom?: string | null | undefined;
  availableUntil?: string | null | undefined;
}): InputFault[] {
  const { availableFrom, availableUntil } = period;
  if (availableFrom == null || availableUntil == null || availableFrom <= availableUntil) return [];
  return [
    {
      pointer: '/availableUntil',
      code: 'order',
      message: { zh: '截止日期早于起始日期', en: 'is before availableFrom' },
    },
  ];
}

/** A service is recorded after it was given, and not from before the assignment was accepted. */
export function serviceFaults(servedOn: string, acceptedAt: Date | null, now: Date): InputFault[] {
  if (servedOn > chinaDate(now))
    return [{ pointer: '/servedOn', code: 'future', message: { zh: '不能晚于今天', en: 'must not be in the future' } }];
  if (acceptedAt !== null && servedOn < chinaDate(acceptedAt))
    return [
      { pointer: '/servedOn', code: 'past', message: { zh: '早于派遣被接受的日期', en: 'is before it was accepted' } },
    ];
  return [];
}
