import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import { demandIndicators, resultIndicators } from '../../../src/exchange/columns/indicators.ts';
import { amount, day, level, list, patents, shares, yesNo } from '../../../src/exchange/columns/readers.ts';
import type { Terms } from '../../../src/exchange/columns/terms.ts';
import { HeaderFinder } from '../../../src/exchange/header.ts';
import { importedKinds } from '../../../src/exchange/kinds.ts';
import { type Cell, TableFault } from '../../../src/exchange/reading/table.ts';

const headers = loadImportHeaders();
const finder = new HeaderFinder(importedKinds.demand.columns, headers.demands ?? {});

function headerOf(...cells: Cell[]): unknown {
  try {
    const header = finder.find({ number: 2, cells });
    return header?.columns.map(({ column, unitCny }) => [column?.name, unitCny]) ?? null;
  } catch (error) {
    if (error instanceof TableFault) return `${error.code} ${error.detail}`;
    throw error;
  }
}

describe('a header', () => {
  it('is recognised by any of the names of its columns, however they are written', () => {
    expect(headerOf('*需 求 名 称（必填）', '预算上限(万元)', '拟投入资金：', 'Summary', '备注')).toBe(
      'same_header 预算上限(万元)、拟投入资金：',
    );
    expect(headerOf('*需 求 名 称（必填）', '预算上限(万元)', 'Budget min (CNY)', 'Summary', '备注', null)).toEqual([
      ['title', null],
      ['budgetMax', 10_000],
      ['budgetMin', 1],
      ['summary', null],
      [undefined, null],
    ]);
  });

  it('is none without what must be there, and refused where it is merged', () => {
    expect(headerOf('技术需求征集表', null)).toBeNull();
    expect(headerOf('需求简介', '关键词')).toBeNull();
    expect(headerOf('需求名称', '联系人', { refused: 'merged' })).toBe('merged_header C2');
  });

  it('of every kind has its names, and no name stands for two columns', () => {
    for (const { plural, columns } of Object.values(importedKinds)) {
      const names = headers[plural] ?? {};
      expect(Object.keys(names).sort()).toEqual(columns.map(({ name }) => name).sort());
      const all = Object.values(names).flat();
      const twice = all.filter((name, at) => all.indexOf(name) !== at);
      expect(twice).toEqual([]);
    }
  });
});

const around = { terms: {} as Terms, unitCny: 10_000, from1904: false };

describe('a cell', () => {
  const cases: [string, (typeof amount)['read'], string | number, unknown][] = [
    ['an amount in the header’s unit', amount.read, 50, 500_000],
    ['an amount with its own unit', amount.read, '¥1,200 元', 1_200],
    ['an amount in hundreds of millions', amount.read, '1.5亿', 150_000_000],
    ['no amount', amount.read, '面议', 'amount'],
    ['a day as text', day.read, '2027.3.1', '2027-03-01'],
    ['a day as a number', day.read, 46_348, '2026-11-22'],
    ['no day', day.read, '2027-13-01', 'date'],
    ['no day at all', day.read, 0, 'date'],
    ['a level', level.read, 'TRL 7', 7],
    ['a level as the drop-down has it', level.read, '7 系统样机在使用环境中验证', 7],
    ['no level', level.read, '10', 'level'],
    ['yes', yesNo.read, '√', true],
    ['neither yes nor no', yesNo.read, '也许', 'boolean'],
    [
      'an indicator',
      demandIndicators.read,
      '压降≤-0.5 kPa',
      [{ name: '压降', comparator: '<=', value: -0.5, unit: 'kPa' }],
    ],
    [
      'indicators of a result',
      resultIndicators.read,
      '铟纯度 99.9999 %；厚度：1~3 mm；',
      [
        { name: '铟纯度', value: 99.9999, unit: '%' },
        { name: '厚度', min: 1, max: 3, unit: 'mm' },
      ],
    ],
    [
      'an indicator that must be met, with numbers in its name and its own brackets kept',
      demandIndicators.read,
      '★比例 1:3（80 ℃）下收率 不低于 85 %；"甲；乙 ≥ 3 m²"',
      [
        { name: '比例 1:3（80 ℃）下收率', comparator: '>=', value: 85, unit: '%', mustHave: true },
        { name: '甲；乙', comparator: '>=', value: 3, unit: 'm²' },
      ],
    ],
    ['an indicator longer than any', demandIndicators.read, `甲${' 1'.repeat(200_000)}甲`, 'indicator'],
    ['a list whose parts hold what parts them', list.read, '"Ni,Co；""合金"""；铟、镓', ['Ni,Co；"合金"', '铟', '镓']],
    ['no indicator', demandIndicators.read, '越高越好', 'indicator'],
  ];
  it.each(cases)('holds %s', (_, read, cell, expected) => {
    const reading = read(cell, around);
    expect('value' in reading ? reading.value : reading.fault.code).toEqual(expected);
  });

  it('with an amount and no unit anywhere is asked for one', () => {
    expect(amount.read(50, { ...around, unitCny: null })).toMatchObject({ fault: { code: 'unit' } });
  });

  it('with patents reads kind, number and state', () => {
    const terms = {
      find: (_: string, name: string) => (name === '发明专利' ? { code: 'invention' } : null),
    } as unknown as Terms;
    expect(patents.read('发明 ZL1.2 已 授权', { ...around, terms })).toEqual({
      value: [{ kind: 'invention', number: 'ZL1.2', status: '已 授权' }],
    });
  });

  it('with a patent whose number is written in groups, and one that has none yet', () => {
    const terms = { find: () => ({ code: 'invention' }) } as unknown as Terms;
    expect(patents.read('发明 ZL 2024 1 0000000.1 granted；发明 - 已受理', { ...around, terms })).toEqual({
      value: [
        { kind: 'invention', number: 'ZL 2024 1 0000000.1', status: 'granted' },
        { kind: 'invention', status: '已受理' },
      ],
    });
  });
});

describe('what is written into a cell', () => {
  /** Words that a person might write, with all that parts a cell in them. */
  const word = fc
    .string({ unit: fc.constantFrom(...'铟纯度aB（）()"，,；;、|：:=≥%1 '), minLength: 1, maxLength: 12 })
    .map((text) => text.replaceAll(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  const named = word.filter((text) => !/[=:：≥]|\d/.test(text));
  const number = fc
    .tuple(fc.integer(), fc.integer({ min: -30, max: 30 }))
    .map(([digits, power]) => Number(`${digits}e${power}`) + 0);
  const unit = fc.constantFrom('%', 'mm', 'm²', 'MPa（表压）', '');
  const cases = {
    'a list': { form: list, values: word },
    'an indicator of a demand': {
      form: demandIndicators,
      values: fc
        .record({ name: named, comparator: fc.constantFrom('>=', '<=', '='), value: number, unit, must: fc.boolean() })
        .map(({ must, ...one }) => ({ ...one, ...(must ? { mustHave: true } : {}) })),
    },
    'a range': {
      form: demandIndicators,
      values: fc.record({ name: named, comparator: fc.constant('between'), min: number, max: number, unit }),
    },
    'an indicator of a result': { form: resultIndicators, values: fc.record({ name: named, value: number, unit }) },
    'a share': {
      form: shares,
      values: fc.record({ name: named, share: fc.integer({ min: 0, max: 10 ** 9 }).map((part) => part / 10 ** 7) }),
    },
  };

  it.each(Object.entries(cases))('is read as it was: %s', (_, { form, values }) => {
    fc.assert(
      fc.property(fc.array(values as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 4 }), (value) => {
        const cell = form.write(value, around);
        expect(form.read(cell ?? '', around)).toEqual({ value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});
