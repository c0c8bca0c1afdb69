import { type InputFault, invalidInput } from '../../core/errors.ts';
import type { StatedMilestone } from './milestones.ts';

export type ProjectKind = 'joint_project' | 'platform' | 'institute';

/** What a co-founded platform or institute (共建平台、研究院) is besides a project. */
export interface Institution {
  name: string;
  regionCode: string;
  foundedOn: string;
  termYears: number;
  headcount: number | null;
  governance: string | null;
}

/** @throws AppError INVALID_INPUT at /institution for one that a joint project has, or that another kind lacks */
export function checkInstitution(kind: ProjectKind, institution: unknown): void {
  const fault: InputFault | null =
    kind === 'joint_project' && institution !== undefined
      ? {
          pointer: '/institution',
          code: 'kind',
          message: { zh: '联合项目没有共建机构信息', en: 'a joint project is no institution' },
        }
      : kind !== 'joint_project' && institution === undefined
        ? {
            pointer: '/institution',
            code: 'required',
            message: { zh: '共建平台、研究院须填写机构信息', en: 'a platform or an institute needs it' },
          }
        : null;
  if (fault !== null) throw invalidInput(fault);
}

/** YYYY-MM-DD so many years later; 29 February becomes 28 where there is none. */
export function yearsLater(date: string, years: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year + years, month, 0)).getUTCDate();
  return new Date(Date.UTC(year + years, month - 1, Math.min(day, lastDay))).toISOString().slice(0, 10);
}

/** One review for each year of the term, due on the day of the foundation, with equal shares of the budget. */
export function annualReviews(
  { foundedOn, termYears }: Pick<Institution, 'foundedOn' | 'termYears'>,
  acceptanceCriteria: string,
): StatedMilestone[] {
  return Array.from({ length: termYears }, (_, at) => ({
    title: `第 ${at + 1} 年度评估`,
    dueOn: yearsLater(foundedOn, at + 1),
    acceptanceCriteria,
    paymentShare: 100 / termYears,
  }));
}
