import { bandsAbove } from './bands.ts';
import type { IndicatorCheck, MatchDemand, MatchFacts, MatchResult } from './types.ts';
import type { ConditionFeature } from './weights.ts';

export type FeatureInputs = {
  demand: MatchDemand;
  result: MatchResult;
  indicators: readonly IndicatorCheck[];
  facts: MatchFacts;
  now: Date;
};

/** Each feature from 0 to 1, or null where the records do not say. */
export const conditionFeatures: Record<ConditionFeature, (inputs: FeatureInputs) => number | null> = {
  technologyField: ({ demand, result }) => closestField(demand.technologyFields, result.technologyFields),
  industry: ({ demand, result }) => closestIndustry(demand.industry, result.applicationIndustries),
  indicators: ({ indicators }) => meanOf(indicators.map(({ satisfaction }) => satisfaction)),
  trl: ({ demand, result }) => trlFit(demand.targetTrl, result.trl),
  cooperation: ({ demand, result }) => sharedModes(demand.cooperationModes, result.cooperationModes),
  price: ({ demand, result }) => priceFit(demand, result),
  region: ({ demand, result }) => regionNearness(demand.regionCode, result.regionCode),
  freshness: ({ demand, result, now }) =>
    meanOf([freshness(demand.publishedAt, now), freshness(result.publishedAt, now)]),
  completeness: ({ demand, result }) => meanOf([demandCompleteness(demand), resultCompleteness(result)]),
  answerRecord: ({ demand, result, facts }) => answerRecord(demand, result, facts),
};

/** Two levels: the first digit is the field (4 新材料), the rest the branch (402 无机非金属材料). */
function closestField(wanted: readonly string[], offered: readonly string[]): number | null {
  return closest(wanted, offered, (a, b) => {
    if (a === b) {
      return 1;
    }
    return a.charAt(0) === b.charAt(0) ? 0.6 : 0;
  });
}

/** GB/T 4754: sections are ranges of divisions, so neighbours in one section are related. First division of each section A–T. */
const sectionStarts = [1, 6, 13, 44, 47, 51, 53, 61, 63, 66, 70, 71, 73, 76, 80, 83, 84, 86, 91, 97];

function closestIndustry(wanted: string | null, offered: readonly string[]): number | null {
  return closest(wanted === null ? [] : [wanted], offered, (a, b) => {
    const [divisionA, divisionB] = [a.replace(/^[A-Z]/, '').slice(0, 2), b.replace(/^[A-Z]/, '').slice(0, 2)];
    if (divisionA !== '' && divisionA === divisionB) {
      return 1;
    }
    return sectionOf(a) === sectionOf(b) ? 0.4 : 0;
  });
}

function sectionOf(code: string): number {
  if (/^[A-Z]/.test(code)) {
    return code.charCodeAt(0) - 'A'.charCodeAt(0);
  }
  const division = Number(code.slice(0, 2));
  return sectionStarts.findLastIndex((start) => start <= division);
}

function closest(
  wanted: readonly string[],
  offered: readonly string[],
  nearness: (a: string, b: string) => number,
): number | null {
  if (wanted.length === 0 || offered.length === 0) {
    return null;
  }
  return Math.max(...wanted.flatMap((a) => offered.map((b) => nearness(a, b))));
}

function trlFit(targetTrl: number | null, trl: number | null): number | null {
  return targetTrl === null || trl === null ? null : Math.max(0, 1 - Math.max(0, targetTrl - trl) / 3);
}

function sharedModes(wanted: readonly string[], offered: readonly string[]): number | null {
  if (wanted.length === 0 || offered.length === 0) {
    return null;
  }
  const shared = wanted.filter((mode) => offered.includes(mode)).length;
  return shared === 0 ? 0 : 0.5 + (0.5 * shared) / Math.min(wanted.length, offered.length);
}

function priceFit(demand: MatchDemand, result: MatchResult): number | null {
  const above = bandsAbove(result.priceBand, demand.budgetBand);
  if (above === null) {
    return null;
  }
  const talkable = demand.budgetNegotiable || result.priceNegotiable;
  return above <= 0 ? 1 : Math.max(0, (talkable ? 0.7 : 0.3) - 0.3 * (above - 1));
}

/** GB/T 2260: two digits each for province, city and county. */
function regionNearness(a: string, b: string): number {
  if (a === b) {
    return 1;
  }
  if (a.slice(0, 4) === b.slice(0, 4)) {
    return 0.8;
  }
  return a.slice(0, 2) === b.slice(0, 2) ? 0.6 : 0.2;
}

const freshnessHalfLifeDays = 365;
const msPerDay = 86_400_000;

function freshness(publishedAt: Date | null, now: Date): number | null {
  if (publishedAt === null) {
    return null;
  }
  const ageDays = Math.max(0, now.getTime() - publishedAt.getTime()) / msPerDay;
  return 0.5 ** (ageDays / freshnessHalfLifeDays);
}

function demandCompleteness(demand: MatchDemand): number {
  return shareTrue([
    demand.problem,
    demand.keyTechnology,
    demand.expectedOutcome,
    demand.indicators.length > 0,
    demand.alreadyTried,
    demand.targetTrl,
    demand.budgetBand,
    demand.keywords.length >= 3,
  ]);
}

function resultCompleteness(result: MatchResult): number {
  return shareTrue([
    result.description,
    result.advantages,
    result.indicators.length > 0,
    result.trl,
    result.stage,
    result.iprCount > 0,
    result.priceBand,
    result.exclusivity,
    result.keywords.length >= 3,
  ]);
}

function shareTrue(stated: readonly unknown[]): number {
  return stated.filter(Boolean).length / stated.length;
}

/**
 * Rounded to quarters, so that it says little about any one answer. An anonymous demand's owner does not count: its record would
 * tell who it is.
 */
function answerRecord(demand: MatchDemand, result: MatchResult, { answerRecords }: MatchFacts): number | null {
  const owners = demand.anonymous ? [result.organizationId] : [demand.organizationId, result.organizationId];
  const rates = owners.map((id) => {
    const record = answerRecords.get(id);
    return record === undefined || record.asked === 0 ? null : (record.answered + 1) / (record.asked + 2);
  });
  const mean = meanOf(rates);
  return mean === null ? null : Math.round(mean * 4) / 4;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const stated = values.filter((value) => value !== null);
  return stated.length === 0 ? null : stated.reduce((sum, value) => sum + value, 0) / stated.length;
}
