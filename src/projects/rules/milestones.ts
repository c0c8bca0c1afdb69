import { type InputFault, invalidInput } from '../../core/errors.ts';
import type { Text } from '../../core/text.ts';
import { addsToWhole } from './shares.ts';

export interface StatedMilestone {
  title: string;
  startsOn?: string | undefined;
  dueOn: string;
  acceptanceCriteria: string;
  paymentShare: number;
}

const notWhole: Text = { zh: '各里程碑的付款比例之和应为 100%', en: 'the payment shares must add to 100 percent' };
const startsLate: Text = { zh: '计划开始晚于到期日', en: 'is later than it is due' };

/** Planned starts that lie after the due dates. */
export function scheduleFaults(milestones: readonly Pick<StatedMilestone, 'startsOn' | 'dueOn'>[]): InputFault[] {
  return milestones.flatMap(({ startsOn, dueOn }, at) =>
    startsOn !== undefined && startsOn > dueOn
      ? [{ pointer: `/milestones/${at}/startsOn`, code: 'order', message: startsLate }]
      : [],
  );
}

/** @throws AppError INVALID_INPUT at /milestones for shares that are no whole, and for starts after due dates */
export function checkMilestones(
  milestones: readonly Pick<StatedMilestone, 'startsOn' | 'dueOn' | 'paymentShare'>[],
): void {
  const faults = scheduleFaults(milestones);
  if (!addsToWhole(milestones.map(({ paymentShare }) => paymentShare)))
    faults.unshift({ pointer: '/milestones', code: 'sum', message: notWhole });
  if (faults.length > 0) throw invalidInput(...faults);
}
