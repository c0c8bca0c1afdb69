import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contractStatuses } from '../../../db/schema/index.ts';
import {
  approvalStep,
  approvalsRequired,
  type ContractContent,
  type ContractStatus,
  type ContractStep,
  contentFaults,
  contractCode,
  contractTransitions,
  contractWarnings,
  isCreditCode,
  isExclusive,
  missingFields,
  registrationNumber,
  requireWritable,
  submissionFaults,
  withChanges,
} from '../../../src/contracts/rules.ts';
import { AppError } from '../../../src/core/errors.ts';
import { nextState } from '../../../src/core/transitions.ts';

const side = {
  name: '某公司',
  creditCode: '91350100M000100Y43',
  kind: 'domestic_enterprise',
  regionCode: '640302',
  contact: { name: '马工' },
  bank: null,
};
const complete: ContractContent = {
  title: '联合开发',
  contractNumber: null,
  type: 'technology_development',
  subtype: 'joint_development',
  exclusivity: null,
  totalAmountCny: 800_000,
  technicalAmountCny: 700_000,
  signedOn: '2026-11-20',
  startsOn: '2026-11-20',
  endsOn: '2027-09-30',
  paymentMode: 'instalments',
  technologyField: '206',
  contractField: '04',
  industry: '14',
  socioeconomicGoal: '10',
  planSource: 'none',
  iprKinds: ['invention'],
  buyer: side,
  seller: side,
  rewardPercent: null,
  inventorShares: [],
};
const today = '2026-11-23';

function refusal(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const pointers = (faults: readonly { pointer: string }[]) => faults.map((fault) => fault.pointer);

describe('the life of a contract', () => {
  /** Written out, so that a change of the table has to be made twice. */
  const leads: Record<ContractStep, Partial<Record<ContractStatus, ContractStatus>>> = {
    submit: { draft: 'submitted', returned: 'submitted' },
    approve: { submitted: 'submitted' },
    register: { submitted: 'registered' },
    return: { submitted: 'returned' },
    withdraw: { draft: 'withdrawn', returned: 'withdrawn' },
    revoke: { registered: 'revoked' },
  };

  test('leads from every state by every step as written, or is refused with the state', () => {
    for (const step of Object.keys(contractTransitions) as ContractStep[]) {
      for (const state of contractStatuses) {
        const to = leads[step][state];
        if (to !== undefined)
          expect([step, state, nextState(contractTransitions, step, state)]).toEqual([step, state, to]);
        else expect(refusal(() => nextState(contractTransitions, step, state)).details.state).toBe(state);
      }
    }
  });

  test('lets its sides write while it is with them', () => {
    const writable = contractStatuses.filter((status) => {
      try {
        requireWritable(status);
        return true;
      } catch {
        return false;
      }
    });
    expect(writable).toEqual(['draft', 'returned']);
  });
});

describe('approvals', () => {
  test('are two from 5,000,000 CNY of either amount on, else one', () => {
    const amount = fc.option(fc.integer({ min: 0, max: 1_000_000_000_000 }), { nil: null });
    fc.assert(
      fc.property(amount, amount, (totalAmountCny, technicalAmountCny) => {
        const large = (totalAmountCny ?? 0) >= 5_000_000 || (technicalAmountCny ?? 0) >= 5_000_000;
        expect(approvalsRequired({ totalAmountCny, technicalAmountCny })).toBe(large ? 2 : 1);
      }),
    );
    expect(approvalsRequired({ totalAmountCny: 5_000_000, technicalAmountCny: 0 })).toBe(2);
    expect(approvalsRequired({ totalAmountCny: 4_999_999, technicalAmountCny: 4_999_999 })).toBe(1);
  });

  test('are never one person’s twice; the last that is needed registers', () => {
    expect(approvalStep(1, [], 'bob')).toBe('register');
    expect(approvalStep(2, [], 'bob')).toBe('approve');
    expect(approvalStep(2, ['bob'], 'dora')).toBe('register');
    expect(refusal(() => approvalStep(2, ['bob'], 'bob')).code).toBe('CONFLICT');
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        (required, people) => {
          const approvedBy: string[] = [];
          let isRegistered = false;
          for (const person of people) {
            if (isRegistered) break;
            try {
              isRegistered = approvalStep(required, approvedBy, person) === 'register';
              approvedBy.push(person);
            } catch {
              expect(approvedBy).toContain(person);
            }
          }
          expect(new Set(approvedBy).size).toBe(approvedBy.length);
          expect(isRegistered).toBe(new Set(people).size >= required);
        },
      ),
    );
  });
});

describe('the form', () => {
  test('that is complete has no fault, nothing missing and no warning', () => {
    expect(contentFaults(complete)).toEqual([]);
    expect(missingFields(complete)).toEqual([]);
    expect(submissionFaults(complete, today)).toEqual([]);
    expect(contractWarnings(complete)).toEqual([]);
  });

  test('has a technical amount of at most the total, whatever the amounts', () => {
    const amount = fc.option(fc.integer({ min: 0, max: 1_000_000_000_000 }), { nil: null });
    fc.assert(
      fc.property(amount, amount, (totalAmountCny, technicalAmountCny) => {
        const faults = contentFaults({ ...complete, totalAmountCny, technicalAmountCny });
        const isLarger = totalAmountCny !== null && technicalAmountCny !== null && technicalAmountCny > totalAmountCny;
        expect(pointers(faults)).toEqual(isLarger ? ['/technicalAmountCny'] : []);
      }),
    );
  });

  test('has shares of at most 100 percent while it is written, and of exactly 100 or none when it is submitted', () => {
    const share = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: null });
    fc.assert(
      fc.property(fc.array(share, { maxLength: 8 }), (hundredths) => {
        const inventorShares = hundredths.map((each, at) => ({
          name: `完成人${at}`,
          share: each === null ? null : each / 100,
        }));
        const content = { ...complete, inventorShares };
        const sum = hundredths.reduce<number>((total, each) => total + (each ?? 0), 0);
        expect(pointers(contentFaults(content))).toEqual(sum > 10_000 ? ['/inventorShares'] : []);
        const isOpen = hundredths.every((each) => each === null);
        const isWhole = sum === 10_000 && hundredths.every((each) => each !== null);
        expect(pointers(submissionFaults(content, today))).toEqual(isOpen || isWhole ? [] : ['/inventorShares']);
      }),
    );
  });

  test('split in three thirds is whole to two decimals', () => {
    const thirds = [33.33, 33.33, 33.34].map((share, at) => ({ name: `完成人${at}`, share }));
    expect(submissionFaults({ ...complete, inventorShares: thirds }, today)).toEqual([]);
  });

  test('has dates in order, one exclusivity of a licence, and no person twice', () => {
    expect(pointers(contentFaults({ ...complete, endsOn: '2026-11-19', startsOn: null }))).toEqual(['/endsOn']);
    expect(pointers(contentFaults({ ...complete, startsOn: '2027-10-01' }))).toEqual(['/endsOn']);
    expect(pointers(contentFaults({ ...complete, exclusivity: 'sole' }))).toEqual(['/exclusivity']);
    const twice = [
      { name: '李教授', share: 10 },
      { name: ' 李教授', share: 10 },
    ];
    expect(pointers(contentFaults({ ...complete, inventorShares: twice }))).toEqual(['/inventorShares/1/name']);
  });

  test('names what it lacks, in the order of the form; a licence also its exclusivity', () => {
    const empty = withChanges(complete, {
      type: 'licence',
      technicalAmountCny: null,
      iprKinds: [],
      seller: { creditCode: null, contact: null },
    });
    expect(missingFields(empty)).toEqual([
      '/subtype',
      '/exclusivity',
      '/technicalAmountCny',
      '/iprKinds',
      '/seller/creditCode',
      '/seller/contact',
    ]);
  });

  test('is not signed tomorrow, and is about some money', () => {
    expect(pointers(submissionFaults({ ...complete, signedOn: '2026-11-24' }, today))).toEqual(['/signedOn']);
    expect(submissionFaults({ ...complete, signedOn: today }, today)).toEqual([]);
    const free = { ...complete, totalAmountCny: 0, technicalAmountCny: 0 };
    expect(pointers(submissionFaults(free, today))).toEqual(['/totalAmountCny']);
  });

  test('warns of a reward below half where a result is transferred or licensed, and stops nobody', () => {
    const codes = (changes: Partial<ContractContent>) =>
      contractWarnings({ ...complete, type: 'licence', ...changes }).map((warning) => warning.code);
    const inventorShares = [{ name: '李教授', share: 100 }];
    expect(codes({})).toEqual(['reward_unstated', 'inventor_shares_unstated']);
    expect(codes({ rewardPercent: 49.99, inventorShares })).toEqual(['reward_below_half']);
    expect(codes({ rewardPercent: 50, inventorShares, type: 'transfer' })).toEqual([]);
    expect(codes({ type: 'service' })).toEqual([]);
  });
});

describe('a change of the form', () => {
  test('leaves what it does not name, clears what it names null, and reaches into a side', () => {
    const changed = withChanges(complete, { planSource: null, buyer: { contact: null } });
    expect(changed).toEqual({ ...complete, planSource: null, buyer: { ...side, contact: null } });
  });

  test('of the type drops the sub-type and the exclusivity that hung on it', () => {
    const licence = withChanges(complete, { type: 'licence', exclusivity: 'sole' });
    expect([licence.subtype, licence.exclusivity]).toEqual([null, 'sole']);
    const service = withChanges(licence, { type: 'service', subtype: 'service_general' });
    expect([service.subtype, service.exclusivity]).toEqual(['service_general', null]);
  });

  test('that tells the day of signing tells when the term begins, unless that was told', () => {
    const open = { ...complete, signedOn: null, startsOn: null };
    expect(withChanges(open, { signedOn: '2026-11-01' }).startsOn).toBe('2026-11-01');
    expect(withChanges({ ...open, startsOn: '2026-12-01' }, { signedOn: '2026-11-01' }).startsOn).toBe('2026-12-01');
    expect(withChanges(complete, { startsOn: null }).startsOn).toBeNull();
  });
});

describe('a unified social credit code', () => {
  test('has the check character of GB 32100-2015', () => {
    expect(isCreditCode('91350100M000100Y43')).toBe(true);
    expect(isCreditCode('91350100M000100Y44')).toBe(false);
    expect(isCreditCode('91350100M000100Y4')).toBe(false);
    expect(isCreditCode('91350100M0O0100Y43')).toBe(false);
  });

  test('is found wrong when one character of it is another', () => {
    const digits = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    const code = '91350100M000100Y43';
    for (let at = 0; at < code.length; at += 1) {
      for (const digit of digits)
        expect(isCreditCode(code.slice(0, at) + digit + code.slice(at + 1))).toBe(digit === code[at]);
    }
  });
});

test('numbers tell the year in China, the region and the serial', () => {
  const newYear = new Date('2026-12-31T16:30:00.000Z');
  expect(registrationNumber(newYear, '640300', 1)).toBe('2027640300000001');
  expect(registrationNumber(new Date('2026-12-31T15:30:00.000Z'), '000000', 999_999)).toBe('2026000000999999');
  expect(contractCode(newYear, '640302', 12)).toBe('C2027-640302-000012');
});

test('ownership that passes, and a licence for one alone, take a result off the market', () => {
  expect(isExclusive({ type: 'transfer', exclusivity: null })).toBe(true);
  expect(isExclusive({ type: 'licence', exclusivity: 'exclusive' })).toBe(true);
  expect(isExclusive({ type: 'licence', exclusivity: 'sole' })).toBe(true);
  expect(isExclusive({ type: 'licence', exclusivity: 'non_exclusive' })).toBe(false);
  expect(isExclusive({ type: 'technology_development', exclusivity: null })).toBe(false);
});
