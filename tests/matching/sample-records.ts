import { readdirSync, readFileSync } from 'node:fs';
import { bandOf, type MoneyRange } from '../../src/core/money.ts';
import type { MatchDemand, MatchResult } from '../../src/matching/types.ts';

export type KnownPair = { demand: string; result: string; crossLanguage: boolean };

type SampleDemand = Partial<MatchDemand> & SampleRecord & { budget?: Partial<MoneyRange> };
type SampleResult = Partial<MatchResult> & SampleRecord & { price?: Partial<MoneyRange>; ipr?: unknown[] };
type SampleRecord = Pick<
  MatchDemand,
  'title' | 'summary' | 'keywords' | 'technologyFields' | 'cooperationModes' | 'regionCode' | 'language'
> & { key: string; organization: string };

type SampleFile = { demands: SampleDemand[]; results: SampleResult[]; pairs: KnownPair[] };

const folder = new URL('../../db/seed/demo/', import.meta.url);

/** The sample data as the pipeline sees published records: public fields only, money as its band. */
export function loadSample(): { demands: MatchDemand[]; results: MatchResult[]; pairs: KnownPair[] } {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Partial<SampleFile>);
  return {
    demands: files.flatMap(({ demands = [] }) => demands.map(toDemand)),
    results: files.flatMap(({ results = [] }) => results.map(toResult)),
    pairs: files.flatMap(({ pairs = [] }) => pairs),
  };
}

function toDemand({ key, organization, budget, ...fields }: SampleDemand): MatchDemand {
  return {
    problem: null,
    keyTechnology: null,
    expectedOutcome: null,
    indicators: [],
    alreadyTried: null,
    notAcceptable: null,
    industry: null,
    targetTrl: null,
    exclusivity: null,
    anonymous: false,
    ...fields,
    ...published(key, organization),
    budgetBand: bandOf(rangeOf(budget)),
    budgetNegotiable: budget?.negotiable ?? true,
  };
}

function toResult({ key, organization, price, ipr = [], ...fields }: SampleResult): MatchResult {
  return {
    description: null,
    advantages: null,
    indicators: [],
    applicationIndustries: [],
    trl: null,
    stage: null,
    exclusivity: null,
    ...fields,
    ...published(key, organization),
    iprCount: ipr.length,
    priceBand: bandOf(rangeOf(price)),
    priceNegotiable: price?.negotiable ?? true,
  };
}

function published(key: string, organization: string) {
  return { id: key, version: 1, organizationId: organization, validUntil: null, publishedAt: null };
}

function rangeOf(range: Partial<MoneyRange> | undefined): MoneyRange | null {
  return range === undefined
    ? null
    : { minCny: range.minCny ?? null, maxCny: range.maxCny ?? null, negotiable: range.negotiable ?? true };
}
