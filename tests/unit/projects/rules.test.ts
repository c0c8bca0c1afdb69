import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import {
  addsToWhole,
  checkMilestones,
  composeParties,
  milestoneTransitions,
  type Party,
  projectCode,
  requireAllAccepted,
  requireProjectState,
  requireStatedShares,
} from '../../../src/projects/rules.ts';

const lead: Party = {
  organizationId: 'e',
  role: 'lead',
  responsibleUserId: 'eve',
  workShare: null,
  benefitShare: null,
  contributions: [],
};
const partner: Party = { ...lead, organizationId: 'u', role: 'partner', responsibleUserId: 'una' };

function refusal(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function pointersOf(act: () => unknown): string[] {
  return (refusal(act).details.faults ?? []).map((fault) => fault.pointer);
}

function dueOnce(...shares: number[]) {
  return shares.map((paymentShare) => ({ dueOn: '2027-03-31', paymentShare }));
}

describe('shares in percent', () => {
  test('are a whole to two decimals', () => {
    expect(addsToWhole([33.33, 33.33, 33.34])).toBe(true);
    expect(addsToWhole([33.3333, 33.3333, 33.3333])).toBe(true);
    expect(addsToWhole([0.1, 0.2, 99.7])).toBe(true);
    expect(addsToWhole([33.33, 33.33, 33.33])).toBe(false);
    expect(addsToWhole([60, 41])).toBe(false);
    expect(addsToWhole([])).toBe(false);
  });

  test('of payment are refused at /milestones when they do not add up', () => {
    expect(pointersOf(() => checkMilestones(dueOnce(40, 50)))).toEqual(['/milestones']);
    expect(() => checkMilestones(dueOnce(40, 60))).not.toThrow();
  });
});

describe('the parties of a project', () => {
  test('are the two of the introduction when nobody else is named', () => {
    expect(composeParties([lead, partner], [])).toEqual([lead, partner]);
  });

  test('keep their role and their member when their shares are stated', () => {
    const parties = composeParties(
      [lead, partner],
      [
        { organizationId: 'u', role: 'partner', workShare: 50, benefitShare: 30 },
        { organizationId: 'e', role: 'lead', workShare: 20, benefitShare: 60 },
        { organizationId: 'x', role: 'partner', workShare: 30, benefitShare: 10 },
      ],
    );
    expect(parties).toEqual([
      { ...lead, workShare: 20, benefitShare: 60 },
      { ...partner, workShare: 50, benefitShare: 30 },
      { ...lead, organizationId: 'x', role: 'partner', responsibleUserId: null, workShare: 30, benefitShare: 10 },
    ]);
  });

  test('lose former shares that a new list does not state', () => {
    const [first] = composeParties([{ ...lead, workShare: 100, benefitShare: 100 }, partner], []);
    expect(first).toEqual(lead);
  });

  test('cannot be listed twice, lead besides the demand side, or change a fixed role', () => {
    const faults = pointersOf(() =>
      composeParties(
        [lead, partner],
        [
          { organizationId: 'x', role: 'funder' },
          { organizationId: 'x', role: 'funder' },
          { organizationId: 'y', role: 'lead' },
          { organizationId: 'e', role: 'funder' },
        ],
      ),
    );
    expect(faults).toEqual(['/parties/1/organizationId', '/parties/2/role', '/parties/3/role']);
  });

  test('state shares of work and of benefit that each add to 100', () => {
    const faults = pointersOf(() =>
      composeParties(
        [lead, partner],
        [
          { organizationId: 'e', role: 'lead', workShare: 40, benefitShare: 60 },
          { organizationId: 'u', role: 'partner', workShare: 50, benefitShare: 50 },
        ],
      ),
    );
    expect(faults).toEqual(['/parties', '/parties']);
  });

  test('must all have stated both shares before the start, a funder excepted', () => {
    const stated = [
      { ...lead, workShare: 40, benefitShare: 60 },
      { ...partner, workShare: 60, benefitShare: 40 },
    ];
    const funder: Party = { ...lead, organizationId: 'f', role: 'funder' };
    expect(() => requireStatedShares('forming', [...stated, funder])).not.toThrow();
    expect(refusal(() => requireStatedShares('forming', [lead, partner])).details.state).toBe('forming');
  });
});

describe('milestones', () => {
  test('are paid from accepted and from nothing else', () => {
    expect(milestoneTransitions.pay).toEqual({ from: ['accepted'], to: 'paid' });
  });

  test('move while the project is active; a payment also after its end, whichever it is', () => {
    for (const step of ['submit', 'accept', 'rework', 'pay'] as const) {
      expect(() => requireProjectState(step, 'active')).not.toThrow();
      for (const status of ['forming', 'suspended'] as const)
        expect(refusal(() => requireProjectState(step, status)).details.state).toBe(status);
    }
    for (const status of ['completed', 'terminated'] as const) {
      expect(() => requireProjectState('pay', status)).not.toThrow();
      expect(refusal(() => requireProjectState('submit', status)).details.state).toBe(status);
    }
  });

  test('are all accepted or paid before a project is complete', () => {
    const done = [
      { status: 'accepted', title: '小试' },
      { status: 'paid', title: '中试' },
    ] as const;
    expect(() => requireAllAccepted('active', done)).not.toThrow();
    const error = refusal(() => requireAllAccepted('active', [...done, { status: 'rework', title: '量产' }]));
    expect(error.details.state).toBe('active');
    expect(error.text.zh).toContain('量产');
  });
});

test('a code names the year in China, the region and a number', () => {
  expect(projectCode(new Date('2026-12-31T16:30:00.000Z'), '640300', 1)).toBe('P2027-640300-000001');
  expect(projectCode(new Date('2026-12-31T15:30:00.000Z'), '640300', 1_234_567)).toBe('P2026-640300-1234567');
});
