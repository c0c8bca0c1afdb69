import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/matching/engine/engine.ts';
import { checkIndicators } from '../../../src/matching/indicators.ts';
import type { DemandIndicator, ResultIndicator } from '../../../src/matching/types.ts';
import { convert, parseUnit } from '../../../src/matching/units.ts';
import { smallDictionary } from './records.ts';

const { nameSimilarity } = createEngine({ dictionary: smallDictionary });

function check(wanted: Omit<DemandIndicator, 'name'>, offered: Omit<ResultIndicator, 'name'>, name = '指标') {
  const [outcome] = checkIndicators([{ name, ...wanted }], [{ name, ...offered }], nameSimilarity);
  return outcome;
}

describe('unit conversion', () => {
  it.each([
    [0.4, 'GPa', 'MPa', 400],
    [520, '兆帕', 'MPa', 520],
    [1000, '毫米', 'm', 1],
    [1, 'mm', 'μm', 1000],
    [1, 'µm', 'nm', 1000],
    [2.5, '千克', 'g', 2500],
    [1, '小时', 'min', 60],
    [48, 'h', '天', 2],
    [1, '年', '月', 12],
    [25, '℃', 'K', 298.15],
    [298.15, 'K', '°C', 25],
    [2, '万元', '元', 20_000],
    [0.5, '亿元', '万元', 5000],
    [1, '元/吨', '元/kg', 0.001],
    [1000, '吨/年', 't/a', 1000],
    [2, '万吨/年', 't/a', 20_000],
    [1, 'g/L', 'mg/L', 1000],
    [1, '%', 'ppm', 10_000],
    [14.3, '%', 'g/kg', 143],
    [500, 'ppb', 'ppm', 0.5],
    [1, 'kWh', 'MJ', 3.6],
    [30, 'mbar', 'kPa', 3],
    [1, '亩/h', 'm2/h', 666.666666667],
    [5, 'W/(m·K)', 'W/(m·K)', 5],
    [1, 'mg/m3', 'μg/m³', 1000],
    [10, 'r/min', 'rpm', 10],
    [1, 'mAh/g', 'Ah/kg', 1],
    [1, 'A/dm2', 'A/m2', 100],
    [3, '次', '次', 3],
  ])('%d %s in %s is %d', (value, from, to, expected) => {
    expect(convert(value, parseUnit(from), parseUnit(to))).toBeCloseTo(expected, 6);
  });

  it.each([
    ['MPa', 'mm'],
    ['%', 'MPa'],
    ['次', '个'],
    ['', 'MPa'],
    ['mg/L', 'ppm'],
  ])('does not convert %s to %s', (from, to) => {
    expect(convert(1, parseUnit(from), parseUnit(to))).toBeNull();
  });

  it('treats a unit it does not know as comparable with itself only, however it is written', () => {
    expect(convert(7, parseUnit('%FS/℃'), parseUnit('%fs/°C'))).toBe(7);
    expect(parseUnit('constructor')).toMatchObject({ symbol: 'constructor' });
    expect(() => convert(1, parseUnit('((('), parseUnit('m^^2'))).not.toThrow();
  });
});

describe('the indicator check', () => {
  it('is met by 520 MPa where at least 450 MPa are wanted', () => {
    expect(check({ comparator: '>=', value: 450, unit: 'MPa' }, { value: 520, unit: 'MPa' })).toMatchObject({
      outcome: 'met',
      shortBy: null,
      wanted: '≥ 450 MPa',
      offered: '520 MPa',
    });
  });

  it('is short by 50 MPa with 0.4 GPa where at least 450 MPa are wanted', () => {
    expect(check({ comparator: '>=', value: 450, unit: 'MPa' }, { value: 0.4, unit: 'GPa' })).toMatchObject({
      outcome: 'short',
      shortBy: { value: 50, unit: 'MPa' },
    });
  });

  it.each([
    ['6N meets 99.9999 %', { comparator: '>=', value: 99.9999, unit: '%' }, { value: '6N' }, 'met', null],
    ['5N misses 6N by 0.0009 %', { comparator: '>=', value: '6N' }, { value: 5, unit: 'N' }, 'short', 0.0009],
    ['"≥ 99.9999 %" as text meets 5N', { comparator: '>=', value: '5N' }, { value: '≥ 99.9999 %' }, 'met', null],
    ['4N5 is 99.995 %', { comparator: '=', value: 99.995, unit: '%' }, { value: 4.5, unit: 'N' }, 'met', null],
  ] as const)('reads purity: %s', (_name, wanted, offered, outcome, gap) => {
    const checked = check(wanted, offered, '纯度');
    expect(checked?.outcome).toBe(outcome);
    expect(checked?.shortBy?.value ?? null).toBe(gap);
  });

  it.each([
    ['a range counts by its lower end against a minimum', '>=', { value: 0.5 }, { min: 0.45, max: 0.6 }, 'short'],
    ['a range counts by its upper end against a maximum', '<=', { value: 0.5 }, { min: 0.1, max: 0.5 }, 'met'],
    ['a range inside the wanted one meets it', 'between', { min: 0.1, max: 0.4 }, { min: 0.2, max: 0.3 }, 'met'],
    ['a range that covers the wanted one meets it', 'between', { min: 0.2, max: 0.3 }, { min: 0.1, max: 0.4 }, 'met'],
    [
      'a range that leaves the wanted one misses it',
      'between',
      { min: 0.2, max: 0.3 },
      { min: 0.25, max: 0.4 },
      'short',
    ],
    ['a hundredth off is still equal', '=', { value: 100 }, { value: 100.9 }, 'met'],
    ['a tenth off is not equal', '=', { value: 100 }, { value: 110 }, 'short'],
  ] as const)('%s', (_name, comparator, wanted, offered, outcome) => {
    expect(check({ comparator, unit: 'mm', ...wanted }, { unit: 'mm', ...offered })?.outcome).toBe(outcome);
  });

  it('cannot compare an "up to" with a minimum, nor lengths with pressures', () => {
    expect(check({ comparator: '>=', value: 1, unit: 'mm' }, { max: 5, unit: 'mm' })?.outcome).toBe('not_comparable');
    expect(check({ comparator: '>=', value: 1, unit: 'mm' }, { value: 5, unit: 'MPa' })?.outcome).toBe(
      'not_comparable',
    );
  });

  it('calls an indicator that the result leaves out, or names without an amount, not stated', () => {
    expect(checkIndicators([{ name: '纯度', comparator: '>=', value: 1 }], [], nameSimilarity)[0]?.outcome).toBe(
      'not_stated',
    );
    expect(check({ comparator: '>=', value: 1 }, { value: '良好' })?.outcome).toBe('not_stated');
  });

  it('finds the counterpart across languages and not a different strength', () => {
    const wanted: DemandIndicator[] = [{ name: '抗拉强度', comparator: '>=', value: 450, unit: 'MPa' }];
    const offered = [
      { name: 'Yield strength', value: 900, unit: 'MPa' },
      { name: 'Tensile strength', value: 0.4, unit: 'GPa' },
    ];
    expect(checkIndicators(wanted, offered, nameSimilarity)[0]).toMatchObject({ outcome: 'short', offered: '0.4 GPa' });
    expect(checkIndicators(wanted, offered.slice(0, 1), nameSimilarity)[0]?.outcome).toBe('not_stated');
  });

  it('counts money in its own units', () => {
    expect(check({ comparator: '<=', value: 3, unit: '万元' }, { value: 28_000, unit: '元' })?.outcome).toBe('met');
  });

  it('says that a temperature is short in degrees, not in Kelvin offsets', () => {
    expect(check({ comparator: '>=', value: 150, unit: '℃' }, { value: 413.15, unit: 'K' })?.shortBy).toEqual({
      value: 10,
      unit: '℃',
    });
  });
});
