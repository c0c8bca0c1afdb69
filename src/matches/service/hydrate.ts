import { moneyBandIn } from '../../core/money.ts';
import type { DemandRow } from '../../demands/service.ts';
import type { MatchDemand, MatchResult } from '../../matching/types.ts';
import type { ResultRow } from '../../results/service.ts';

type SharedColumns =
  | 'id'
  | 'version'
  | 'contentVersion'
  | 'organizationId'
  | 'title'
  | 'summary'
  | 'keywords'
  | 'technologyFields'
  | 'cooperationModes'
  | 'regionCode'
  | 'validUntil'
  | 'publishedAt'
  | 'language';

/** The columns that matching sees: public ones only, so that no score or sentence is an oracle for the others. */
export type DemandColumns = Pick<
  DemandRow,
  | SharedColumns
  | 'indicators'
  | 'problem'
  | 'keyTechnology'
  | 'expectedOutcome'
  | 'alreadyTried'
  | 'notAcceptable'
  | 'industry'
  | 'budgetBand'
  | 'budgetNegotiable'
  | 'targetTrl'
  | 'exclusivity'
  | 'anonymous'
>;
export type ResultColumns = Pick<
  ResultRow,
  | SharedColumns
  | 'indicators'
  | 'description'
  | 'advantages'
  | 'applicationIndustries'
  | 'trl'
  | 'stage'
  | 'ipr'
  | 'priceBand'
  | 'priceNegotiable'
  | 'exclusivity'
>;

export function toMatchDemand(row: DemandColumns): MatchDemand {
  return {
    ...sharedOf(row),
    problem: row.problem,
    keyTechnology: row.keyTechnology,
    expectedOutcome: row.expectedOutcome,
    indicators: row.indicators,
    alreadyTried: row.alreadyTried,
    notAcceptable: row.notAcceptable,
    industry: row.industry,
    budgetBand: moneyBandIn(row.budgetBand),
    budgetNegotiable: row.budgetNegotiable,
    targetTrl: row.targetTrl,
    exclusivity: row.exclusivity,
    anonymous: row.anonymous,
  };
}

export function toMatchResult(row: ResultColumns): MatchResult {
  return {
    ...sharedOf(row),
    description: row.description,
    advantages: row.advantages,
    indicators: row.indicators,
    applicationIndustries: row.applicationIndustries,
    trl: row.trl,
    stage: row.stage,
    iprCount: row.ipr.length,
    priceBand: moneyBandIn(row.priceBand),
    priceNegotiable: row.priceNegotiable,
    exclusivity: row.exclusivity,
  };
}

function sharedOf(row: Pick<DemandRow, SharedColumns>) {
  return {
    id: row.id,
    revision: row.version,
    version: row.contentVersion,
    organizationId: row.organizationId,
    title: row.title,
    summary: row.summary,
    keywords: row.keywords,
    technologyFields: row.technologyFields,
    cooperationModes: row.cooperationModes,
    regionCode: row.regionCode,
    validUntil: row.validUntil,
    publishedAt: row.publishedAt,
    language: row.language,
  };
}
