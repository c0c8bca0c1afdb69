import { inUnit, type Quantity, readQuantity, writeQuantity } from './quantities.ts';
import type { DemandIndicator, IndicatorCheck, ResultIndicator } from './types.ts';

/** 0–1: how far two indicator names mean the same, in one language or across two. */
export type NameSimilarity = (a: string, b: string) => number;

const minNameSimilarity = 0.6;
const comparatorSigns = { '>=': '≥', '<=': '≤', '=': '=', between: '' } as const;
/** A target hit by a hair is hit: conversions and two-digit reports are no finer. */
const relativeTolerance = 1e-9;
const equalityTolerance = 0.01;

/** Checks each indicator a demand asks for against what the result states, in the demand's unit. */
export function checkIndicators(
  wanted: readonly DemandIndicator[],
  offered: readonly ResultIndicator[],
  nameSimilarity: NameSimilarity,
): IndicatorCheck[] {
  return wanted.map((indicator) => {
    const counterpart = findCounterpart(indicator, offered, nameSimilarity);
    return checkOne(indicator, counterpart);
  });
}

/** The same name first; among equal names the one whose unit can be compared. */
function findCounterpart(
  wanted: DemandIndicator,
  offered: readonly ResultIndicator[],
  nameSimilarity: NameSimilarity,
): ResultIndicator | undefined {
  const target = wantedRange(wanted);
  let best: { indicator: ResultIndicator; fit: number } | undefined;
  for (const indicator of offered) {
    const similarity = nameSimilarity(wanted.name, indicator.name);
    if (similarity >= minNameSimilarity) {
      const quantity = readQuantity(indicator.name, indicator);
      const comparable = target !== null && quantity !== null && inUnit(quantity, target.unit) !== null;
      const fit = similarity + (comparable ? 1 : 0);
      if (best === undefined || fit > best.fit) {
        best = { indicator, fit };
      }
    }
  }
  return best?.indicator;
}

function checkOne(wanted: DemandIndicator, counterpart: ResultIndicator | undefined): IndicatorCheck {
  const target = wantedRange(wanted);
  const check: IndicatorCheck = {
    name: wanted.name,
    mustHave: wanted.mustHave ?? false,
    outcome: 'not_stated',
    wanted: target === null ? '' : writeWanted(wanted, target),
    offered: null,
    shortBy: null,
    satisfaction: null,
  };
  const offered = counterpart === undefined ? null : readQuantity(counterpart.name, counterpart);
  if (offered === null) {
    return check;
  }
  const stated: IndicatorCheck = { ...check, offered: writeQuantity(offered), outcome: 'not_comparable' };
  const converted = target === null ? null : inUnit(offered, target.unit);
  if (target === null || converted === null) {
    return stated;
  }
  const gap = shortfall(wanted.comparator, target, converted);
  if (gap === 0) {
    return { ...stated, outcome: 'met', satisfaction: 1 };
  }
  if (!Number.isFinite(gap)) {
    return stated;
  }
  const shortBy = { value: Number(gap.toPrecision(9)), unit: target.unit.symbol };
  return { ...stated, outcome: 'short', shortBy, satisfaction: nearness(gap, target) };
}

function wantedRange(wanted: DemandIndicator): Quantity | null {
  return readQuantity(wanted.name, wanted);
}

function writeWanted({ comparator }: DemandIndicator, target: Quantity): string {
  const sign = comparatorSigns[comparator];
  return target.min === target.max && sign !== '' ? `${sign} ${writeQuantity(target)}` : writeQuantity(target);
}

/**
 * By how much the offer misses, 0 if it meets. Of an offered range the end that can be relied on counts: the lower one against
 * a minimum, the upper one against a maximum. An offered "at least" or "up to" has one end only.
 */
function shortfall(
  comparator: DemandIndicator['comparator'],
  target: { min: number; max: number },
  offered: { min: number; max: number },
): number {
  if (comparator === '>=') {
    const minimum = Number.isFinite(target.min) ? target.min : target.max;
    return positive(minimum - (Number.isFinite(offered.min) ? offered.min : Number.NEGATIVE_INFINITY), minimum);
  }
  if (comparator === '<=') {
    const maximum = Number.isFinite(target.max) ? target.max : target.min;
    return positive((Number.isFinite(offered.max) ? offered.max : Number.POSITIVE_INFINITY) - maximum, maximum);
  }
  const slack = comparator === '=' ? equalityTolerance * Math.max(Math.abs(target.min), Math.abs(target.max)) : 0;
  const covers = offered.min <= target.min && offered.max >= target.max;
  if (covers) {
    return 0;
  }
  const below = positive(target.min - slack - offered.min, target.min);
  const above = positive(offered.max - slack - target.max, target.max);
  return Math.max(below, above);
}

function positive(gap: number, reference: number): number {
  return gap <= relativeTolerance * Math.abs(reference) ? 0 : gap;
}

/** Halfway to worthless at a tenth short, worthless at a fifth or more. */
function nearness(gap: number, target: { min: number; max: number }): number {
  const ends = [target.min, target.max].filter((end) => Number.isFinite(end)).map(Math.abs);
  const reference = Math.max(...ends);
  return reference > 0 ? Math.max(0, 1 - (gap / reference) * 5) : 0;
}
