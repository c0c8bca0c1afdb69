import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import {
  allocate,
  annualReviews,
  changedParts,
  checkInstitution,
  fundingFaults,
  type MilestoneStatus,
  type Party,
  requireDifference,
  requireItems,
  requireUpToDate,
  type Standing,
  type StatedChange,
  type Terms,
  termsAfter,
  yearsLater,
} from '../../../src/projects/rules.ts';

function faultsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return (error.details.faults ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

function stateOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error.details.state;
    throw error;
  }
  return undefined;
}

const party = { responsibleUserId: null, workShare: 50, benefitShare: 50, contributions: [] };
const parties: Party[] = [
  { ...party, organizationId: 'e', role: 'lead' },
  { ...party, organizationId: 'u', role: 'partner' },
];

/** Milestones a, b, c … with these shares of 1,000,000. */
function standing(shares: number[], statuses: MilestoneStatus[] = []): Standing {
  const amounts = allocate(1_000_000, shares);
  const milestones = shares.map((paymentShare, at) => ({
    id: String.fromCharCode(97 + at),
    title: `第 ${at + 1} 段`,
    startsOn: null,
    dueOn: `2027-0${at + 3}-01`,
    acceptanceCriteria: '合格',
    paymentShare,
    amountCny: amounts[at] ?? 0,
  }));
  return {
    terms: { budgetCny: 1_000_000, budgetItems: [], parties, milestones },
    fundingMode: 'lump_sum',
    statuses: new Map(milestones.map(({ id }, at) => [id, statuses[at] ?? 'planned'])),
  };
}

function termsWith(from: Standing, change: StatedChange, next = from.terms.parties): Terms {
  let made = 0;
  return termsAfter(from, change, next, () => `new ${++made}`);
}

const one = { title: '补充试验', dueOn: '2027-08-01', acceptanceCriteria: '合格' };
const brief = ({ milestones }: Terms) =>
  milestones.map(({ id, paymentShare, amountCny }) => [id, paymentShare, amountCny]);

describe('shares in whole yuan', () => {
  test('make up the whole, what rounding leaves going to the largest remainders', () => {
    expect(allocate(100, [33.3333, 33.3333, 33.3333])).toEqual([34, 33, 33]);
    expect(allocate(10, [55, 25, 20])).toEqual([6, 2, 2]);
    expect(allocate(1_000_000_000_000, [33.33, 33.33, 33.34]).reduce((sum, part) => sum + part)).toBe(
      1_000_000_000_000,
    );
    expect(allocate(5, [0, 0])).toEqual([0, 0]);
    expect(allocate(0, [40, 60])).toEqual([0, 0]);
  });
});

describe('funding', () => {
  const items = [
    { category: 'equipment', amountCny: 600 },
    { category: 'labour', amountCny: 400 },
  ];

  test('that is itemised has items that add to the budget, each once; a lump sum has none', () => {
    expect(fundingFaults({ budgetCny: 1_000, fundingMode: 'itemised', budgetItems: items })).toEqual([]);
    const faults = (budgetCny: number, fundingMode: 'itemised' | 'lump_sum', budgetItems = items) =>
      fundingFaults({ budgetCny, fundingMode, budgetItems }).map(({ pointer, code }) => `${pointer} ${code}`);
    expect(faults(1_001, 'itemised')).toEqual(['/budgetItems sum']);
    expect(faults(1_000, 'lump_sum')).toEqual(['/budgetItems funding-mode']);
    expect(faults(1_600, 'itemised', [...items, items[0] as (typeof items)[0]])).toEqual([
      '/budgetItems/2/category unique',
    ]);
  });

  test('that is itemised needs its items before the start', () => {
    expect(stateOf(() => requireItems('forming', { fundingMode: 'itemised', budgetItems: [] }))).toBe('forming');
    expect(stateOf(() => requireItems('forming', { fundingMode: 'itemised', budgetItems: items }))).toBeUndefined();
    expect(stateOf(() => requireItems('forming', { fundingMode: 'lump_sum', budgetItems: [] }))).toBeUndefined();
  });
});

describe('an institution', () => {
  test('belongs to a platform or an institute, and to no joint project', () => {
    expect(faultsOf(() => checkInstitution('joint_project', {}))).toEqual(['/institution kind']);
    expect(faultsOf(() => checkInstitution('institute', undefined))).toEqual(['/institution required']);
    expect(faultsOf(() => checkInstitution('platform', {}))).toEqual([]);
    expect(faultsOf(() => checkInstitution('joint_project', undefined))).toEqual([]);
  });

  test('is reviewed each year of its term, on the day of its foundation', () => {
    const reviews = annualReviews({ foundedOn: '2028-02-29', termYears: 3 }, '年度考核合格');
    expect(reviews.map(({ dueOn }) => dueOn)).toEqual(['2029-02-28', '2030-02-28', '2031-02-28']);
    expect(yearsLater('2028-02-29', 4)).toBe('2032-02-29');
    expect(reviews.reduce((sum, { paymentShare }) => sum + paymentShare, 0)).toBeCloseTo(100, 6);
  });
});

describe('the terms after a change', () => {
  test('of the budget alone: what was handed in keeps its amount, the rest is shared as before', () => {
    const from = standing([40, 30, 30], ['accepted', 'planned', 'rework']);
    expect(brief(termsWith(from, { budgetCny: 1_600_000 }))).toEqual([
      ['a', 25, 400_000],
      ['b', 37.5, 600_000],
      ['c', 37.5, 600_000],
    ]);
  });

  test('of milestones: the shares stated are of the whole and make up what the others leave', () => {
    const from = standing([40, 30, 30], ['paid', 'planned', 'planned']);
    const [, b] = from.terms.milestones;
    const milestones = [
      { ...one, paymentShare: 20 },
      { ...one, id: 'b', title: b?.title ?? '', paymentShare: 40 },
    ];
    expect(brief(termsWith(from, { milestones }))).toEqual([
      ['a', 40, 400_000],
      ['new 1', 20, 200_000],
      ['b', 40, 400_000],
    ]);
    expect(faultsOf(() => termsWith(from, { milestones: [{ ...one, paymentShare: 50 }] }))).toEqual([
      '/milestones sum',
    ]);
  });

  test('keep to what was handed in', () => {
    const from = standing([40, 30, 30], ['submitted', 'rework', 'planned']);
    expect(faultsOf(() => termsWith(from, { budgetCny: 399_999 }))[0]).toBe('/budgetCny minimum');
    expect(faultsOf(() => termsWith(from, { milestones: [{ ...one, id: 'a', paymentShare: 60 }] }))).toEqual([
      '/milestones/0/id milestone',
      '/milestones rework',
    ]);
    const twice = { ...one, id: 'b', paymentShare: 30 };
    expect(faultsOf(() => termsWith(from, { milestones: [twice, twice] }))).toEqual(['/milestones/1/id unique']);
    const late = { ...one, id: 'b', paymentShare: 60, startsOn: '2027-08-02' };
    expect(faultsOf(() => termsWith(from, { milestones: [late] }))).toEqual(['/milestones/0/startsOn order']);
    const done = standing([100], ['accepted']);
    expect(faultsOf(() => termsWith(done, { budgetCny: 1_000_001 }))).toContain('/budgetCny milestones');
  });

  test('have parties with shares and, itemised, items of the new budget', () => {
    const from = standing([100]);
    const silent = parties.map((each) => ({ ...each, workShare: null }));
    expect(faultsOf(() => termsWith(from, {}, silent))).toEqual(['/parties shares']);
    const itemised: Standing = {
      ...from,
      fundingMode: 'itemised',
      terms: { ...from.terms, budgetItems: [{ category: 'labour', amountCny: 1_000_000 }] },
    };
    expect(faultsOf(() => termsWith(itemised, { budgetCny: 900_000 }))).toEqual(['/budgetItems sum']);
    expect(faultsOf(() => termsWith(itemised, { budgetItems: [] }))).toEqual(['/budgetItems required']);
  });

  test('differ in something, and say in what', () => {
    const from = standing([40, 60]);
    expect(faultsOf(() => requireDifference(from.terms, termsWith(from, {})))).toEqual([' unchanged']);
    expect(changedParts(from.terms, termsWith(from, { budgetCny: 1_200_000 }))).toEqual(['budgetCny', 'milestones']);
    const turned = { ...from.terms, parties: parties.map(({ role, ...rest }) => ({ ...rest, role })) };
    expect(changedParts(from.terms, turned)).toEqual([]);
  });
});

describe('a change that waits for answers', () => {
  const from = standing([40, 30, 30], ['accepted', 'planned', 'planned']);
  const next = termsWith(from, { budgetCny: 1_200_000 });
  const judged = (id: string, status: MilestoneStatus) => new Map(from.statuses).set(id, status);

  test('still fits when nothing has moved, or only what it leaves as it is', () => {
    expect(stateOf(() => requireUpToDate(from.terms, next, from.terms, from.statuses))).toBeUndefined();
    expect(stateOf(() => requireUpToDate(from.terms, next, from.terms, judged('a', 'paid')))).toBeUndefined();
    expect(stateOf(() => requireUpToDate(from.terms, next, from.terms, judged('b', 'rework')))).toBeUndefined();
  });

  test('is overtaken by a hand-in of what it changes, by a history of what it drops, and by other terms', () => {
    expect(stateOf(() => requireUpToDate(from.terms, next, from.terms, judged('b', 'submitted')))).toBe('proposed');
    const dropping = { ...next, milestones: next.milestones.filter(({ id }) => id !== 'c') };
    expect(stateOf(() => requireUpToDate(from.terms, dropping, from.terms, judged('c', 'rework')))).toBe('proposed');
    const moved = { ...from.terms, budgetCny: 1_000_001 };
    expect(stateOf(() => requireUpToDate(from.terms, next, moved, from.statuses))).toBe('proposed');
  });
});
