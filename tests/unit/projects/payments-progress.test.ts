import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import {
  checkPayment,
  type MilestoneStatus,
  type PaymentFacts,
  payeeOf,
  paymentTransitions,
  progressOf,
  requireNothingAwaited,
  settledCny,
  unpaidCny,
} from '../../../src/projects/rules.ts';

function refusalOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return (error.details.faults ?? [])
      .map(({ pointer, code }) => `${pointer} ${code}`)
      .concat(error.details.state ?? []);
  }
  return [];
}

describe('payments', () => {
  const payments: PaymentFacts[] = [
    { status: 'confirmed', amountCny: 100 },
    { status: 'released', amountCny: 20 },
    { status: 'recorded', amountCny: 50 },
    { status: 'disputed', amountCny: 1_000 },
    { status: 'withdrawn', amountCny: 1_000 },
  ];

  test('count once confirmed or released, and hold back what waits for the payee', () => {
    expect(settledCny(payments)).toBe(120);
    expect(unpaidCny(200, payments)).toBe(30);
    expect(refusalOf(() => requireNothingAwaited('accepted', payments))).toEqual(['accepted']);
    expect(refusalOf(() => requireNothingAwaited('accepted', payments.slice(0, 2)))).toEqual([]);
  });

  test.each([
    ['all that is left', { amountCny: 30, paidOn: '2027-04-10' }, []],
    ['a yuan more', { amountCny: 31, paidOn: '2027-04-10' }, ['/amountCny maximum']],
    ['on the day of acceptance', { amountCny: 1, paidOn: '2027-04-01' }, []],
    ['on the day before the acceptance', { amountCny: 1, paidOn: '2027-03-31' }, ['/paidOn order']],
    ['tomorrow', { amountCny: 1, paidOn: '2027-04-11' }, ['/paidOn future']],
  ])('%s', (_what, payment, faults) => {
    const days = { acceptedOn: '2027-04-01', today: '2027-04-10' };
    expect(refusalOf(() => checkPayment(payment, { amountCny: 200 }, payments, days))).toEqual(faults);
  });

  test('go to the partner, or where there are several to the one that is named', () => {
    const [lead, partner, other, funder] = [
      { organizationId: 'e', role: 'lead' },
      { organizationId: 'u', role: 'partner' },
      { organizationId: 'v', role: 'partner' },
      { organizationId: 'f', role: 'funder' },
    ] as const;
    expect(payeeOf([lead, partner, funder], 'e', undefined)).toBe('u');
    expect(payeeOf([lead, partner, funder], 'f', 'e')).toBe('e');
    for (const [payer, stated] of [
      ['e', undefined],
      ['e', 'e'],
      ['e', 'f'],
      ['e', 'x'],
    ] as const)
      expect(refusalOf(() => payeeOf([lead, partner, other, funder], payer, stated))).toEqual([
        '/payeeOrganizationId party',
      ]);
  });

  test('are answered once', () => {
    for (const { from } of Object.values(paymentTransitions)) expect(from).toEqual(['recorded']);
  });
});

describe('progress', () => {
  const milestone = (position: number, status: MilestoneStatus, dueOn: string, paymentShare: number) => ({
    id: `m${position}`,
    position,
    title: `第 ${position} 段`,
    status,
    startsOn: null as string | null,
    dueOn,
    paymentShare,
    submittedOn: null as string | null,
    acceptedOn: null as string | null,
    paidOn: null as string | null,
  });
  const first = { ...milestone(1, 'paid', '2027-03-31', 40), submittedOn: '2027-04-02', acceptedOn: '2027-04-06' };
  const second = { ...milestone(2, 'rework', '2027-05-31', 30), submittedOn: '2027-05-20' };
  const third = milestone(3, 'planned', '2027-09-30', 30);

  test('compares what was planned with what was accepted, at every step and today', () => {
    const { milestones, points, ...whole } = progressOf([first, second, third], '2027-01-01', '2027-06-10');
    expect(whole).toEqual({
      asOf: '2027-06-10',
      startsOn: '2027-01-01',
      endsOn: '2027-09-30',
      plannedShare: 70,
      acceptedShare: 40,
      paidShare: 40,
    });
    expect(points.map(({ on, plannedShare, acceptedShare }) => [on, plannedShare, acceptedShare])).toEqual([
      ['2027-01-01', 0, 0],
      ['2027-03-31', 40, 0],
      ['2027-04-06', 40, 40],
      ['2027-05-31', 70, 40],
      ['2027-06-10', 70, 40],
      ['2027-09-30', 100, null],
    ]);
    expect(milestones.map((row) => [row.plannedStartOn, row.plannedEndOn, row.lateDays])).toEqual([
      ['2027-01-01', '2027-03-31', 2],
      // Given back: the hand-in of May does not count any more.
      ['2027-04-01', '2027-05-31', 10],
      ['2027-06-01', '2027-09-30', 0],
    ]);
  });

  test('a stated start goes before the one that follows, and none lies after the end', () => {
    const early = { ...third, startsOn: '2027-02-01' };
    const overlapping = { ...milestone(4, 'planned', '2027-09-15', 0) };
    const { milestones, startsOn } = progressOf([first, second, early, overlapping], '2027-02-15', '2027-02-20');
    expect(milestones.map((row) => row.plannedStartOn)).toEqual([
      '2027-02-15',
      '2027-04-01',
      '2027-02-01',
      '2027-09-15',
    ]);
    expect(startsOn).toBe('2027-02-01');
  });
});
