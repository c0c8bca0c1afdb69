import { createRequire } from 'node:module';
import type * as MathJs from 'mathjs';

/** A quantity whose unit is understood: `kind` says which table converts it. */
export type Unit =
  | { kind: 'plain'; symbol: string; key: string }
  | { kind: 'fraction'; symbol: string; scale: number }
  | { kind: 'physical'; symbol: string; expression: string };

/** Dimensionless shares, as parts of one. Mass per mass is one of them. */
const fractionScales: Record<string, number> = {
  '%': 1e-2,
  percent: 1e-2,
  'wt%': 1e-2,
  '‰': 1e-3,
  ppm: 1e-6,
  ppb: 1e-9,
  'g/kg': 1e-3,
  'mg/kg': 1e-6,
  'mg/g': 1e-3,
  'μg/kg': 1e-9,
  'kg/t': 1e-3,
  'g/t': 1e-6,
};

/** Unit words of Chinese texts, longest first when replaced. */
const chineseUnits: Record<string, string> = {
  吉帕: 'GPa',
  兆帕: 'MPa',
  千帕: 'kPa',
  帕: 'Pa',
  千米: 'km',
  公里: 'km',
  厘米: 'cm',
  毫米: 'mm',
  微米: 'um',
  纳米: 'nm',
  平方米: 'm^2',
  立方米: 'm^3',
  平方厘米: 'cm^2',
  公顷: 'hectare',
  亩: 'mu',
  米: 'm',
  千克: 'kg',
  公斤: 'kg',
  毫克: 'mg',
  微克: 'ug',
  克: 'g',
  万吨: 'wantonne',
  吨: 'tonne',
  毫升: 'mL',
  升: 'L',
  毫秒: 'ms',
  微秒: 'us',
  分钟: 'minute',
  小时: 'hour',
  秒: 's',
  天: 'day',
  日: 'day',
  周: 'week',
  个月: 'month',
  月: 'month',
  年: 'year',
  千瓦时: 'kWh',
  度电: 'kWh',
  兆瓦时: 'MWh',
  千瓦: 'kW',
  兆瓦: 'MW',
  瓦: 'W',
  千伏: 'kV',
  毫伏: 'mV',
  伏: 'V',
  毫安时: '(mA hour)',
  毫安: 'mA',
  安: 'A',
  千赫: 'kHz',
  兆赫: 'MHz',
  赫兹: 'Hz',
  赫: 'Hz',
  千牛: 'kN',
  牛: 'N',
  千焦: 'kJ',
  兆焦: 'MJ',
  焦: 'J',
  摄氏度: 'degC',
  开尔文: 'K',
  亿元: 'yiCNY',
  千万元: 'qianwanCNY',
  百万元: 'baiwanCNY',
  万元: 'wanCNY',
  元: 'CNY',
  转: 'cycle',
};

/** Symbols that mathjs spells otherwise. */
const symbolNames: Record<string, string> = {
  t: 'tonne',
  a: 'year',
  yr: 'year',
  d: 'day',
  h: 'hour',
  min: 'minute',
  '℃': 'degC',
  '°c': 'degC',
  '°C': 'degC',
  '°f': 'degF',
  '°F': 'degF',
  '°': 'deg',
  mah: '(mA hour)',
  mAh: '(mA hour)',
  Ah: '(A hour)',
  Nm3: 'm^3',
  ha: 'hectare',
  mbar: 'hPa',
  Ω: 'ohm',
  mΩ: 'mohm',
  kΩ: 'kohm',
  MΩ: 'Mohm',
  cP: 'mPa s',
  r: 'cycle',
  rpm: '(cycle / minute)',
  RMB: 'CNY',
  '¥': 'CNY',
};

const chinesePattern = new RegExp(
  Object.keys(chineseUnits)
    .toSorted((a, b) => b.length - a.length)
    .join('|'),
  'gu',
);

/** Reads a unit as people write it; what no table knows stays comparable with itself only. */
export function parseUnit(written: string | null | undefined): Unit {
  const trimmed = (written ?? '').trim();
  const symbol = trimmed === '1' ? '' : trimmed;
  const canonical = symbol
    .replace(/[\u00b5\u03bc]/g, 'μ')
    .replace(/[／]/g, '/')
    .replace(/％/g, '%')
    .replace(/\s+/g, ' ');
  const scale = fractionScales[canonical] ?? fractionScales[canonical.toLowerCase()];
  if (scale !== undefined) {
    return { kind: 'fraction', symbol, scale };
  }
  const expression = unitExpression(canonical);
  return expressionPattern.test(expression)
    ? { kind: 'physical', symbol, expression }
    : { kind: 'plain', symbol, key: canonical.normalize('NFKC').toLowerCase().replace(/\s/g, '') };
}

const expressionPattern = /^[A-Za-z(][\w\s^()/-]{0,59}$/;

/** Converts between units; null where they do not measure the same thing. */
export function convert(value: number, from: Unit, to: Unit): number | null {
  if (from.kind === 'fraction' && to.kind === 'fraction') {
    return from.scale === to.scale ? value : (value * from.scale) / to.scale;
  }
  if (from.kind === 'plain' && to.kind === 'plain') {
    return from.key === to.key ? value : null;
  }
  if (from.kind !== 'physical' || to.kind !== 'physical') {
    return null;
  }
  if (from.expression === to.expression) {
    return value;
  }
  if (!isUnitExpression(from.expression) || !isUnitExpression(to.expression)) {
    return null;
  }
  const math = loadMath();
  const source = math.unit(value, from.expression);
  const target = math.unit(to.expression);
  return source.equalBase(target) ? roundNoise(source.toNumber(to.expression)) : null;
}

/** Removes the last digits that binary conversion leaves ("449.99999999999994"). */
export function roundNoise(value: number): number {
  return Number(value.toPrecision(12));
}

function unitExpression(canonical: string): string {
  return canonical
    .normalize('NFKC')
    .replace(chinesePattern, (word) => ` ${chineseUnits[word] ?? word} `)
    .replace(/每/g, '/')
    .replace(/[·⋅*×•]/g, ' ')
    .replace(/μ/g, 'u')
    .replace(/(°[cCfF]?|[A-Za-zΩ¥℃]+\d?)(\^?-?\d+)?/g, expandSymbol)
    .replace(/\s+/g, ' ')
    .trim();
}

/** "m3" is a cube, "Nm3" a gas volume, "MPa" itself. */
function expandSymbol(whole: string): string {
  const named = symbolNames[whole];
  if (named !== undefined) {
    return named;
  }
  const parts = /^(°[cCfF]?|[A-Za-zΩ¥℃]+)(?:\^?(-?\d+))?$/.exec(whole);
  const symbol = parts?.[1] ?? whole;
  const power = parts?.[2];
  const base = symbolNames[symbol] ?? symbol;
  return power === undefined ? base : `${base}^${power}`;
}

const unitCheckCache = new Map<string, boolean>();
const maxCachedUnits = 10_000;

function isUnitExpression(expression: string): boolean {
  let known = unitCheckCache.get(expression);
  if (known === undefined) {
    known = parses(expression);
    if (unitCheckCache.size >= maxCachedUnits) {
      unitCheckCache.clear();
    }
    unitCheckCache.set(expression, known);
  }
  return known;
}

function parses(expression: string): boolean {
  try {
    loadMath().unit(expression);
    return true;
  } catch {
    // mathjs signals an unknown unit only by throwing; such a unit is compared by its name.
    return false;
  }
}

const ownUnits: readonly [name: string, definition: string][] = [
  ['mu', '666.6666666666666 m^2'],
  ['wantonne', '10000 tonne'],
  ['wanCNY', '10000 CNY'],
  ['baiwanCNY', '1000000 CNY'],
  ['qianwanCNY', '10000000 CNY'],
  ['yiCNY', '100000000 CNY'],
];

type UnitMath = Pick<MathJs.MathJsInstance, 'unit'>;

let loadedMath: UnitMath | undefined;

/**
 * mathjs takes 0.4–0.5 s and 70 MB to load (measured, Node 20), so it is loaded by the first pair of indicators
 * whose units differ, or earlier by whoever calls this when there is time.
 */
export function loadMath(): UnitMath {
  if (loadedMath === undefined) {
    const mathjs = createRequire(import.meta.url)('mathjs') as typeof MathJs;
    const math = mathjs.create({ ...mathjs.unitDependencies, ...mathjs.createUnitDependencies });
    math.createUnit('CNY');
    for (const [name, definition] of ownUnits) {
      math.createUnit(name, definition);
    }
    loadedMath = math;
  }
  return loadedMath;
}
