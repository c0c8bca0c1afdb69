import { moneyBandIn } from '../../core/money.ts';
import type { DemandRow } from '../../demands/service.ts';
import type { Exclusivity, MatchDemand, MatchResult } from '../../matching/types.ts';
import type { ResultRow } from '../../results/service.ts';

/** A demand as matching sees it: public fields only, so that no score or sentence is an oracle for the others. */
export function toMatchDemand(row: DemandRow): MatchDemand {
  return {
    id: row.id,
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
    anonymous: row.anonymous,
  };
}

export function toMatchResult(row: ResultRow): MatchResult {
  return {
    id: row.id,
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
    description: row.description,
    advantages: row.advantages,
    indicators: row.indicators,
    applicationIndustries: row.applicationIndustries,
    trl: row.trl,
    stage: row.stage,
    iprCount: row.ipr.length,
    priceBand: moneyBandIn(row.priceBand),
    priceNegotiable: row.priceNegotiable,
    exclusivity: exclusivities.find((known) => known === row.exclusivity) ?? null,
  };
}

const exclusivities: readonly Exclusivity[] = ['exclusive', 'sole', 'non_exclusive', 'any'];
