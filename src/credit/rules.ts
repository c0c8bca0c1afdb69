import { chinaDate } from '../core/clock.ts';
import { type InputFault, invalidState } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Transition } from '../core/transitions.ts';

export type RestrictionStatus = 'in_force' | 'lifted' | 'expired';
export type AppealStatus = 'none' | 'appealed' | 'upheld' | 'overturned';

/** The life of a restriction. Who may take a step is said in policy.ts; `overturn` is a decided appeal's. */
export const restrictionTransitions = {
  lift: { from: ['in_force'], to: 'lifted' },
  overturn: { from: ['in_force'], to: 'lifted' },
  expire: { from: ['in_force'], to: 'expired' },
} as const satisfies Record<string, Transition<RestrictionStatus>>;

/** The one appeal. A decision may come after the term: whether it was right matters to the organization still. */
export const appealTransitions = {
  appeal: { from: ['none'], to: 'appealed' },
  uphold: { from: ['appealed'], to: 'upheld' },
  overturn: { from: ['appealed'], to: 'overturned' },
} as const satisfies Record<string, Transition<AppealStatus>>;

interface Term {
  status: RestrictionStatus;
  startsAt: Date;
  endsAt: Date;
}

/** The status as of now: the effect ends with the term, whether or not the sweep has been there. */
export function statusAt(row: Term, now: Date): RestrictionStatus {
  return row.status === 'in_force' && row.endsAt <= now ? 'expired' : row.status;
}

/** @throws AppError INVALID_STATE unless the restriction is in force now */
export function requireInForce(row: Term, now: Date): void {
  const status = statusAt(row, now);
  if (status === 'in_force') return;
  throw invalidState(status, {
    zh: `该限制当前状态为“${status}”，只有生效中（in_force）的限制可以申诉。`,
    en: `The restriction is "${status}"; it can be appealed while it is in force.`,
  });
}

/** From the beginning of the first day in China to the end of the last. */
export function termOf(fromOn: string, untilOn: string): { startsAt: Date; endsAt: Date } {
  const endsAt = new Date(`${untilOn}T00:00:00+08:00`);
  endsAt.setUTCDate(endsAt.getUTCDate() + 1);
  return { startsAt: new Date(`${fromOn}T00:00:00+08:00`), endsAt };
}

/** The last day in China of a term that ends at this moment. */
export function lastDayOf(endsAt: Date): string {
  return chinaDate(new Date(endsAt.getTime() - 1));
}

/**
 * A term has begun when it is entered, since nothing would begin it later, and has not ended.
 * @param dates China days, YYYY-MM-DD
 */
export function termFaults(dates: { fromOn: string; untilOn: string }, now: Date): InputFault[] {
  const today = chinaDate(now);
  const faults: InputFault[] = [];
  if (dates.fromOn > today) faults.push({ pointer: '/fromOn', code: 'future', message: notBegun });
  if (dates.untilOn < today) faults.push({ pointer: '/untilOn', code: 'past', message: over });
  return faults;
}

const notBegun: Text = {
  zh: '起始日期不能晚于今天；请在生效当日登记',
  en: 'must not be in the future; enter a restriction on the day it begins',
};
const over: Text = { zh: '截止日期不能早于今天', en: 'must not be in the past' };

/** What the reader of a refusal is to the restriction: its organization, somebody else who may read it, or neither. */
export type RefusalReader = 'own' | 'reader' | 'stranger';

export interface Restricting {
  id: string;
  endsAt: Date;
}

/** The sentence of a refusal. To a stranger it does not say that there is a restriction. */
export function refusalOf(reader: RefusalReader, restriction: Restricting): { state: string; text: Text } {
  const [until, path] = [lastDayOf(restriction.endsAt), `GET /v1/restrictions/${restriction.id}`];
  switch (reader) {
    case 'own':
      return {
        state: 'credit_restricted',
        text: {
          zh: `贵机构处于科研诚信限制期（至 ${until}），期间不能提交、对接、立项或签约；依据和申诉见 ${path}。`,
          en: `Your organization is under a credit restriction until ${until}: it may read and draft, and not submit, be introduced or start projects. Its basis, and the way to appeal: ${path}.`,
        },
      };
    case 'reader':
      return {
        state: 'credit_restricted',
        text: {
          zh: `相关机构处于科研诚信限制期（至 ${until}），期间不能提交、对接、立项或签约；见 ${path}。`,
          en: `An organization concerned is under a credit restriction until ${until}: it cannot submit, be introduced or start projects. See ${path}.`,
        },
      };
    case 'stranger':
      return {
        state: 'unavailable',
        text: {
          zh: '其中一方机构目前不能参与，请联系所属市场的经纪人。',
          en: 'One of the organizations cannot take part at the moment; ask a broker of your market.',
        },
      };
  }
}
