import { chinaDate } from '../core/clock.ts';
import { type InputFault, invalidInput, invalidState } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Transition } from '../core/transitions.ts';

export type ProjectStatus = 'forming' | 'active' | 'completed' | 'terminated';
export type MilestoneStatus = 'planned' | 'submitted' | 'accepted' | 'rework' | 'paid';
export type PartyRole = 'lead' | 'partner' | 'funder';

/** The life of a project. By the broker or the lead. */
export const projectTransitions = {
  activate: { from: ['forming'], to: 'active' },
  complete: { from: ['active'], to: 'completed' },
  terminate: { from: ['forming', 'active'], to: 'terminated' },
} as const satisfies Record<string, Transition<ProjectStatus>>;
export type ProjectStep = keyof typeof projectTransitions;

/** Submitted by a partner, judged by the lead or the broker, paid by the lead: never before it is accepted. */
export const milestoneTransitions = {
  submit: { from: ['planned', 'rework'], to: 'submitted' },
  accept: { from: ['submitted'], to: 'accepted' },
  rework: { from: ['submitted'], to: 'rework' },
  pay: { from: ['accepted'], to: 'paid' },
} as const satisfies Record<string, Transition<MilestoneStatus>>;
export type MilestoneStep = keyof typeof milestoneTransitions;

/** The parties hear of a milestone so many days before it is due. */
export const reminderDays = 3;

/** In which states of its project a milestone moves; what was accepted may be paid after the end. */
const projectStatesFor: Record<MilestoneStep, readonly ProjectStatus[]> = {
  submit: ['active'],
  accept: ['active'],
  rework: ['active'],
  pay: ['active', 'completed'],
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

/** Whether shares in percent are a whole, to two decimals: three times 33.3333 is. */
export function addsToWhole(shares: readonly number[]): boolean {
  return Math.round(shares.reduce((sum, share) => sum + share, 0) * 100) === 10_000;
}

const notWhole: Text = { zh: '各里程碑的付款比例之和应为 100%', en: 'the payment shares must add to 100 percent' };

/** @throws AppError INVALID_INPUT at /milestones */
export function checkPaymentShares(milestones: readonly { paymentShare: number }[]): void {
  if (addsToWhole(milestones.map((milestone) => milestone.paymentShare))) return;
  throw invalidInput({ pointer: '/milestones', code: 'sum', message: notWhole });
}

export interface Party {
  organizationId: string;
  role: PartyRole;
  responsibleUserId: string | null;
  workShare: number | null;
  benefitShare: number | null;
}

interface StatedParty {
  organizationId: string;
  role: PartyRole;
  workShare?: number | undefined;
  benefitShare?: number | undefined;
}

/**
 * The parties of a project: the two of its introduction, whose roles are fixed, and whoever else was stated.
 * @throws AppError INVALID_INPUT for a repeated organization, a second lead, a changed role, shares that do not add to 100
 */
export function composeParties(principals: readonly Party[], stated: readonly StatedParty[]): Party[] {
  const faults: InputFault[] = [];
  const seen = new Set<string>();
  stated.forEach((party, at) => {
    const fault = partyFault(principals, party, seen.has(party.organizationId));
    if (fault !== null)
      faults.push({ pointer: `/parties/${at}/${fault.at}`, code: fault.code, message: fault.message });
    seen.add(party.organizationId);
  });
  const statedOf = (organizationId: string) => stated.find((party) => party.organizationId === organizationId);
  const parties = [
    ...principals.map((party) => ({ ...party, ...sharesOf(statedOf(party.organizationId)) })),
    ...stated
      .filter((party) => !principals.some((principal) => principal.organizationId === party.organizationId))
      .map((party) => ({
        organizationId: party.organizationId,
        role: party.role,
        responsibleUserId: null,
        ...sharesOf(party),
      })),
  ];
  for (const share of ['workShare', 'benefitShare'] as const) {
    const values = parties.map((party) => party[share]).filter((value) => value !== null);
    if (values.length > 0 && !addsToWhole(values))
      faults.push({ pointer: '/parties', code: 'sum', message: shareSums[share] });
  }
  if (faults.length > 0) throw invalidInput(...faults);
  return parties;
}

const shareSums: Record<'workShare' | 'benefitShare', Text> = {
  workShare: { zh: '各方工作份额之和应为 100%', en: 'the work shares must add to 100 percent' },
  benefitShare: { zh: '各方收益份额之和应为 100%', en: 'the benefit shares must add to 100 percent' },
};

function sharesOf(party: StatedParty | undefined): { workShare: number | null; benefitShare: number | null } {
  return { workShare: party?.workShare ?? null, benefitShare: party?.benefitShare ?? null };
}

function partyFault(
  principals: readonly Party[],
  party: StatedParty,
  repeated: boolean,
): { at: string; code: string; message: Text } | null {
  if (repeated) {
    return { at: 'organizationId', code: 'unique', message: { zh: '同一机构只能列一次', en: 'is listed twice' } };
  }
  const principal = principals.find(({ organizationId }) => organizationId === party.organizationId);
  if (principal === undefined && party.role === 'lead') {
    return {
      at: 'role',
      code: 'role',
      message: {
        zh: '牵头方为需求方，不能另设',
        en: "the demand's organization leads; others are partners or funders",
      },
    };
  }
  if (principal !== undefined && principal.role !== party.role) {
    return {
      at: 'role',
      code: 'role',
      message: {
        zh: `对接双方的角色固定，应为 ${principal.role}`,
        en: `the role of this party is fixed: ${principal.role}`,
      },
    };
  }
  return null;
}

/** Who works on the project says its share of work and of benefit before it starts. @throws AppError INVALID_STATE */
export function requireStatedShares(status: ProjectStatus, parties: readonly Party[]): void {
  const silent = parties.filter(
    (party) => party.role !== 'funder' && (party.workShare === null || party.benefitShare === null),
  );
  if (silent.length === 0) return;
  throw invalidState(status, {
    zh: '牵头方和各合作方须先写明工作份额和收益份额（PUT …/parties）。',
    en: 'The lead and every partner need a share of work and of benefit first (PUT …/parties).',
  });
}

/** P2026-640300-000123: the year in China, the demand's region, a number from the sequence. */
export function projectCode(at: Date, regionCode: string, number: number): string {
  return `P${chinaDate(at).slice(0, 4)}-${regionCode}-${String(number).padStart(6, '0')}`;
}
