import { chinaDate } from '../../core/clock.ts';
import { invalidState } from '../../core/errors.ts';
import type { Transition } from '../../core/transitions.ts';

export type ProjectStatus = 'forming' | 'active' | 'suspended' | 'completed' | 'terminated';
export type MilestoneStatus = 'planned' | 'submitted' | 'accepted' | 'rework' | 'paid';
export type PartyRole = 'lead' | 'partner' | 'funder';

/** The life of a project. By the broker or the lead. */
export const projectTransitions = {
  activate: { from: ['forming'], to: 'active' },
  complete: { from: ['active'], to: 'completed' },
  suspend: { from: ['active'], to: 'suspended' },
  resume: { from: ['suspended'], to: 'active' },
  terminate: { from: ['forming', 'active', 'suspended'], to: 'terminated' },
} as const satisfies Record<string, Transition<ProjectStatus>>;
export type ProjectStep = keyof typeof projectTransitions;

/**
 * Submitted by a partner, judged by the lead or the broker, paid by the lead or a funder: never before it is accepted.
 * It is paid once what was confirmed or released makes up its amount (rules/payments.ts).
 */
export const milestoneTransitions = {
  submit: { from: ['planned', 'rework'], to: 'submitted' },
  accept: { from: ['submitted'], to: 'accepted' },
  rework: { from: ['submitted'], to: 'rework' },
  pay: { from: ['accepted'], to: 'paid' },
} as const satisfies Record<string, Transition<MilestoneStatus>>;
export type MilestoneStep = keyof typeof milestoneTransitions;

/** The parties hear of a milestone so many days before it is due. */
export const reminderDays = 3;

/** In which states of its project a milestone moves; what was accepted is still paid after the end, whichever end. */
const projectStatesFor: Record<MilestoneStep, readonly ProjectStatus[]> = {
  submit: ['active'],
  accept: ['active'],
  rework: ['active'],
  pay: ['active', 'completed', 'terminated'],
};

/** @throws AppError INVALID_STATE naming the project's state */
export function requireProjectState(step: MilestoneStep, status: ProjectStatus): void {
  if (projectStatesFor[step].includes(status)) return;
  throw invalidState(status, {
    zh: `项目当前状态为“${status}”，里程碑不能执行“${step}”。`,
    en: `The project is "${status}"; "${step}" of a milestone is possible while it is: ${projectStatesFor[step].join(', ')}.`,
  });
}

/** Title, budget and parties are agreed while the project forms. @throws AppError INVALID_STATE */
export function requireForming(status: ProjectStatus): void {
  if (status === 'forming') return;
  throw invalidState(status, {
    zh: `项目当前状态为“${status}”，只有组建中（forming）的项目可以修改。`,
    en: `The project is "${status}"; it can be changed only while it is forming.`,
  });
}

/** What was agreed is changed by agreement, and only while it is being worked off. @throws AppError INVALID_STATE */
export function requireActive(status: ProjectStatus): void {
  if (status === 'active') return;
  throw invalidState(status, {
    zh: `项目当前状态为“${status}”，只有进行中（active）的项目可以申请变更。`,
    en: `The project is "${status}"; a change is asked for and answered while it is active.`,
  });
}

/** @throws AppError INVALID_STATE unless both parties accepted the introduction */
export function requireAccepted(introductionStatus: string): void {
  if (introductionStatus === 'accepted') return;
  throw invalidState(introductionStatus, {
    zh: `对接当前状态为“${introductionStatus}”，双方都接受后才能立项。`,
    en: `The introduction is "${introductionStatus}"; a project follows once both parties have accepted.`,
  });
}

/** @throws AppError INVALID_STATE while a milestone is neither accepted nor paid */
export function requireAllAccepted(
  status: ProjectStatus,
  milestones: readonly { status: MilestoneStatus; title: string }[],
): void {
  const open = milestones.filter((milestone) => milestone.status !== 'accepted' && milestone.status !== 'paid');
  if (open.length === 0) return;
  const titles = open.map((milestone) => milestone.title);
  throw invalidState(status, {
    zh: `还有里程碑未通过验收：${titles.join('、')}。`,
    en: `Milestones are not accepted yet: ${titles.join(', ')}.`,
  });
}

/** P2026-640300-000123: the year in China, the demand's region, a number from the sequence. */
export function projectCode(at: Date, regionCode: string, number: number): string {
  return `P${chinaDate(at).slice(0, 4)}-${regionCode}-${String(number).padStart(6, '0')}`;
}
