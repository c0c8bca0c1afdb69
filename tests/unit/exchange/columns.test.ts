import { describe, expect, it } from 'vitest';
import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import {
  amount,
  day,
  demandIndicators,
  level,
  patents,
  resultIndicators,
  yesNo,
} from '../../../src/exchange/columns/readers.ts';
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
});
