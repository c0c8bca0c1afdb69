import type { IndicatorValue } from './types.ts';
import { convert, parseUnit, roundNoise, type Unit } from './units.ts';

/** An amount with its unit; a single number has min equal to max, an open end is infinite. */
export type Quantity = { min: number; max: number; unit: Unit };

type Stated = {
  value?: IndicatorValue | null | undefined;
  min?: number | null | undefined;
  max?: number | null | undefined;
  unit?: string | null | undefined;
};

const percent = parseUnit('%');
const numberPattern =
  /([<>≤≥＜＞]=?)?\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*(?:[-~～–—至到]\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?))?\s*(.*)$/iu;
const purityName = /纯度|纯净|含量|puri|assay/iu;
const ninesPattern = /^n$|^个9$|^nines?$/iu;

/** Reads what an indicator states; null when it states no amount. "6N" of a purity is 99.9999 %. */
export function readQuantity(name: string, { value, min, max, unit }: Stated): Quantity | null {
  if (typeof value === 'string') {
    return readWritten(name, value, unit);
  }
  const low = value ?? min ?? Number.NEGATIVE_INFINITY;
  const high = value ?? max ?? Number.POSITIVE_INFINITY;
  const stated = Number.isFinite(low) || Number.isFinite(high);
  return stated && !Number.isNaN(low) && !Number.isNaN(high) ? withUnit(name, low, high, unit) : null;
}

/** The quantity in another unit; null where the two do not measure the same thing. */
export function inUnit({ min, max, unit }: Quantity, target: Unit): { min: number; max: number } | null {
  const [low, high] = [convertEnd(min, unit, target), convertEnd(max, unit, target)];
  return low === null || high === null ? null : { min: Math.min(low, high), max: Math.max(low, high) };
}

/** "450–520 MPa", "≥ 5 %": for reading. */
export function writeQuantity({ min, max, unit }: Quantity): string {
  const symbol = unit.symbol === '' ? '' : ` ${unit.symbol}`;
  if (min === max) {
    return `${writeNumber(min)}${symbol}`;
  }
  if (!Number.isFinite(max)) {
    return `≥ ${writeNumber(min)}${symbol}`;
  }
  return Number.isFinite(min) ? `${writeNumber(min)}–${writeNumber(max)}${symbol}` : `≤ ${writeNumber(max)}${symbol}`;
}

export function writeNumber(value: number): string {
  return String(roundNoise(value));
}

function readWritten(name: string, written: string, unit: string | null | undefined): Quantity | null {
  const folded = written
    .normalize('NFKC')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .trim();
  const match = numberPattern.exec(folded);
  if (match === null) {
    return null;
  }
  const [, comparator = '', first = '', second, rest = ''] = match;
  const low = Number(first);
  const high = second === undefined ? low : Number(second);
  const symbol = rest.trim() === '' ? unit : rest.trim();
  if (comparator.startsWith('<') || comparator.startsWith('≤')) {
    return withUnit(name, Number.NEGATIVE_INFINITY, high, symbol);
  }
  if (comparator.startsWith('>') || comparator.startsWith('≥')) {
    return withUnit(name, low, Number.POSITIVE_INFINITY, symbol);
  }
  return withUnit(name, low, high, symbol);
}

function withUnit(name: string, min: number, max: number, written: string | null | undefined): Quantity {
  const symbol = (written ?? '').trim();
  if (ninesPattern.test(symbol) && (purityName.test(name) || symbol.toLowerCase() !== 'n')) {
    return { min: percentOfNines(min), max: percentOfNines(max), unit: percent };
  }
  return { min, max, unit: parseUnit(symbol) };
}

/** Purity written as a count of nines: 4N is 99.99 %, 4N5 is entered as 4.5 and read as 99.995 %. */
function percentOfNines(nines: number): number {
  if (!Number.isFinite(nines)) {
    return nines < 0 ? 0 : 100;
  }
  const whole = Math.trunc(nines);
  const half = nines > whole ? 5 * 10 ** (1 - whole) : 0;
  return roundNoise(100 - 10 ** (2 - whole) + half);
}

function convertEnd(end: number, from: Unit, to: Unit): number | null {
  if (Number.isFinite(end)) {
    return convert(end, from, to);
  }
  return convert(1, from, to) === null ? null : end;
}
