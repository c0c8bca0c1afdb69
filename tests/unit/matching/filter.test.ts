import { describe, expect, it } from 'vitest';
import { filterPair } from '../../../src/matching/filter.ts';
import { checkIndicators } from '../../../src/matching/indicators.ts';
import { type MatchFacts, noFacts, pairKey } from '../../../src/matching/types.ts';
import { demandOf, now, resultOf } from './records.ts';

function run(demand = demandOf(), result = resultOf(), facts: Partial<MatchFacts> = {}) {
  const indicators = checkIndicators(demand.indicators, result.indicators, (a, b) => (a === b ? 1 : 0));
  return filterPair(demand, result, { ...noFacts, ...facts }, indicators, now);
}

function failedGates(outcome: ReturnType<typeof run>): string[] {
  return outcome.gates.filter(({ passed }) => !passed).map(({ gate }) => gate);
}

describe('hard gates', () => {
  it('lets an ordinary pair through all gates, and reports each but the confidential one', () => {
    const outcome = run();
    expect(outcome.verdict).toBe('match');
    expect(outcome.gates).toHaveLength(9);
    expect(failedGates(outcome)).toEqual([]);
  });

  it.each(['enterprise-1', 'university-1'])('keeps out a pair while %s is under a credit restriction', (id) => {
    const outcome = run(demandOf(), resultOf(), { creditRestrictedOrganizationIds: new Set([id]) });
    expect(outcome.verdict).toBe('out');
    expect(failedGates(outcome)).toEqual(['CREDIT_RESTRICTED']);
  });

  it('keeps out a record at the moment its validity ends, and not before', () => {
    expect(failedGates(run(demandOf({ validUntil: now })))).toEqual(['EXPIRED']);
    expect(failedGates(run(demandOf(), resultOf({ validUntil: now })))).toEqual(['EXPIRED']);
    expect(failedGates(run(demandOf({ validUntil: new Date(now.getTime() + 1) })))).toEqual([]);
  });

  it('keeps out two records of one organization', () => {
    expect(failedGates(run(demandOf({ organizationId: 'same' }), resultOf({ organizationId: 'same' })))).toEqual([
      'SAME_ORGANIZATION',
    ]);
  });

  it('keeps out a dismissed pair, and only that pair', () => {
    const dismissedPairs = new Set([pairKey('d-1', 'r-1')]);
    expect(failedGates(run(demandOf(), resultOf(), { dismissedPairs }))).toEqual(['DISMISSED']);
    expect(failedGates(run(demandOf(), resultOf({ id: 'r-2' }), { dismissedPairs }))).toEqual([]);
  });

  it('keeps out an organization that the demand excludes, for that demand only, and says so in no report', () => {
    const excludedOrganizationIds = new Map([['d-1', new Set(['university-1'])]]);
    const excluded = run(demandOf(), resultOf(), { excludedOrganizationIds });
    expect(excluded).toMatchObject({ verdict: 'out', nearMiss: null });
    expect(JSON.stringify(excluded)).not.toContain('EXCLUDED');
    expect(run(demandOf({ id: 'd-2' }), resultOf(), { excludedOrganizationIds }).verdict).toBe('match');
  });
});

describe('soft gates', () => {
  const strength = { name: '抗拉强度', comparator: '>=', value: 450, unit: 'MPa', mustHave: true } as const;

  it.each([
    [
      'COOPERATION_MODE_DISJOINT',
      demandOf({ cooperationModes: ['transfer'] }),
      resultOf({ cooperationModes: ['licence'] }),
      'accept licence',
    ],
    [
      'EXCLUSIVITY_CONFLICT',
      demandOf({ exclusivity: 'exclusive' }),
      resultOf({ exclusivity: 'non_exclusive' }),
      'accept a non-exclusive licence',
    ],
    ['TRL_TOO_LOW', demandOf({ targetTrl: 6 }), resultOf({ trl: 4 }), 'TRL 4 offered, 6 wanted'],
    [
      'PRICE_ABOVE_BUDGET',
      demandOf({ budgetBand: '500k_1m' }),
      resultOf({ priceBand: '1m_5m' }),
      'raise the budget to CNY 1 to 5 million',
    ],
    [
      'MUST_HAVE_UNMET',
      demandOf({ indicators: [strength] }),
      resultOf({ indicators: [{ name: '抗拉强度', value: 0.4, unit: 'GPa' }] }),
      'relax 抗拉强度 to 0.4 GPa',
    ],
  ])('%s alone makes a near miss that names the change', (gate, demand, result, change) => {
    const outcome = run(demand, result);
    expect(outcome.verdict).toBe('near_miss');
    expect(outcome.nearMiss?.gate).toBe(gate);
    expect(outcome.nearMiss?.change.en).toContain(change);
    expect(outcome.nearMiss?.change.zh).toMatch(/\p{Script=Han}/u);
    expect(outcome.gates.find((report) => report.gate === gate)?.detail?.zh).toMatch(/\p{Script=Han}/u);
  });

  it('ends a pair that fails two soft gates', () => {
    const outcome = run(demandOf({ targetTrl: 9, cooperationModes: ['transfer'] }), resultOf({ trl: 3 }));
    expect(outcome.verdict).toBe('out');
    expect(outcome.nearMiss).toBeNull();
  });

  it('makes no near miss of a pair that the demand excludes', () => {
    const excludedOrganizationIds = new Map([['d-1', new Set(['university-1'])]]);
    const outcome = run(demandOf({ targetTrl: 9 }), resultOf({ trl: 3 }), { excludedOrganizationIds });
    expect(outcome).toMatchObject({ verdict: 'out', nearMiss: null });
  });

  it('makes no near miss of a pair that a hard gate keeps out', () => {
    const demand = demandOf({ targetTrl: 9, organizationId: 'university-1' });
    expect(run(demand)).toMatchObject({ verdict: 'out', nearMiss: null });
  });

  it.each([
    ['one readiness level below the wish', demandOf({ targetTrl: 6 }), resultOf({ trl: 5 })],
    ['a readiness level that is not stated', demandOf({ targetTrl: 9 }), resultOf({ trl: null })],
    ['a price above a negotiable budget', demandOf({ budgetBand: 'under_100k', budgetNegotiable: true }), resultOf()],
    [
      'a negotiable price above the budget',
      demandOf({ budgetBand: 'under_100k' }),
      resultOf({ priceNegotiable: true }),
    ],
    ['a price that is not stated', demandOf({ budgetBand: 'under_100k' }), resultOf({ priceBand: null })],
    ['a must-have that the result does not state', demandOf({ indicators: [strength] }), resultOf()],
    [
      'a wish that is not a must',
      demandOf({ indicators: [{ ...strength, mustHave: false }] }),
      resultOf({ indicators: [{ name: '抗拉强度', value: 1, unit: 'MPa' }] }),
    ],
    ['an exclusivity that the demand does not mention', demandOf(), resultOf({ exclusivity: 'exclusive' })],
    ['a result open to any licence', demandOf({ exclusivity: 'exclusive' }), resultOf({ exclusivity: 'any' })],
  ])('lets through %s', (_name, demand, result) => {
    expect(failedGates(run(demand, result))).toEqual([]);
  });
});
