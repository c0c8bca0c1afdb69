import { describe, expect, test } from 'vitest';
import { kindOf, type PrefillSources, prefill } from '../../../src/contracts/rules.ts';

const organization = {
  name: '某公司',
  kind: 'enterprise',
  creditCode: null,
  regionCode: '640302',
  industry: '13',
  contact: { name: '总机' },
};
const demand = {
  cooperationModes: ['joint_development', 'commissioned_development'],
  technologyFields: ['206', '207'],
  industry: null,
  exclusivity: null,
  contact: { name: '马工' },
};
const result = {
  cooperationModes: ['joint_development', 'licence'],
  technologyFields: ['207'],
  applicationIndustries: ['14'],
  exclusivity: 'any',
  ipr: [{ kind: 'invention' }, { kind: 'other' }, { kind: 'invention' }],
  inventors: [{ name: '李教授' }, { name: '王博士' }, { name: '李教授' }],
  contact: null,
};
const sources: PrefillSources = {
  project: { title: '联合开发', budgetCny: 800_000, milestones: [{ dueOn: '2027-09-30' }, { dueOn: '2027-03-31' }] },
  buyer: organization,
  seller: { ...organization, name: '某大学', kind: 'university' },
  demand,
  result,
  crosswalk: new Map([
    ['206', '04'],
    ['207', '09'],
  ]),
  industryOfField: new Map([['207', 'A']]),
};

describe('a form is filled in', () => {
  test('with the type that both sides offer, the field that both name, and its contract field', () => {
    expect(prefill(sources)).toMatchObject({
      type: 'technology_development',
      subtype: 'joint_development',
      technologyField: '207',
      contractField: '09',
    });
  });

  test('with the last due day, and with instalments where there is more than one milestone', () => {
    expect(prefill(sources)).toMatchObject({ endsOn: '2027-09-30', paymentMode: 'instalments' });
    const one = { ...sources, project: { ...sources.project, milestones: [{ dueOn: '2027-03-31' }] } };
    expect(prefill(one)).toMatchObject({ endsOn: '2027-03-31', paymentMode: 'lump_sum' });
  });

  test("with the record's contact, else the organization's; the demand's industry, else the buyer's, the result's, or the field's", () => {
    const form = prefill(sources);
    expect([form.buyer.contact, form.seller.contact]).toEqual([{ name: '马工' }, { name: '总机' }]);
    expect(form.industry).toBe('13');
    expect(prefill({ ...sources, demand: { ...demand, industry: '15' } }).industry).toBe('15');
    const unnamed = { ...sources, buyer: { ...organization, industry: null } };
    expect(prefill(unnamed).industry).toBe('14');
    expect(prefill({ ...unnamed, result: { ...result, applicationIndustries: [] } }).industry).toBe('A');
    expect(prefill({ ...unnamed, demand: null, result: null }).industry).toBeNull();
  });

  test('with each kind of right and each inventor once, and no share that nobody has agreed', () => {
    const form = prefill(sources);
    expect(form.iprKinds).toEqual(['invention']);
    expect(form.inventorShares).toEqual([
      { name: '李教授', share: null },
      { name: '王博士', share: null },
    ]);
  });

  test('and leaves open what has two answers or none', () => {
    const vague = { ...demand, cooperationModes: ['licence', 'joint_development', 'equity'] };
    const form = prefill({ ...sources, demand: vague });
    expect([form.type, form.subtype]).toEqual([null, null]);
    expect(kindOf({ ...sources, demand: { ...demand, cooperationModes: ['equity'] } })).toEqual({
      type: null,
      subtype: null,
    });
    const unknown = prefill({ ...sources, demand: null, result: null });
    expect(unknown).toMatchObject({ type: null, technologyField: null, contractField: null, iprKinds: [] });
  });
});

describe('the type that the drafter names', () => {
  test('gets the sub-type that follows from the modes, or from the one kind of right', () => {
    const rights = (...kinds: string[]) => ({
      ...sources,
      result: { ...result, ipr: kinds.map((kind) => ({ kind })) },
    });
    expect(kindOf(sources, 'technology_development').subtype).toBe('joint_development');
    expect(kindOf(rights('invention', 'utility_model'), 'licence').subtype).toBe('licence_patent');
    expect(kindOf(rights('trade_secret'), 'transfer').subtype).toBe('transfer_technical_secret');
    expect(kindOf(rights('trade_secret', 'invention'), 'transfer').subtype).toBeNull();
    expect(kindOf(rights(), 'transfer').subtype).toBeNull();
    expect(kindOf(sources, 'service')).toEqual({ type: 'service', subtype: null });
  });

  test('as a licence takes the exclusivity that one side states and the other does not contradict', () => {
    const exclusivity = (of: { demand: string | null; result: string | null }) =>
      prefill(
        {
          ...sources,
          demand: { ...demand, exclusivity: of.demand },
          result: { ...result, exclusivity: of.result },
        },
        'licence',
      ).exclusivity;
    expect(exclusivity({ demand: null, result: 'non_exclusive' })).toBe('non_exclusive');
    expect(exclusivity({ demand: 'sole', result: 'any' })).toBe('sole');
    expect(exclusivity({ demand: 'exclusive', result: 'sole' })).toBeNull();
    expect(exclusivity({ demand: null, result: null })).toBeNull();
  });
});
