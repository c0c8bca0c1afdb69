import type { MoneyBand } from '../core/money.ts';
import type { Text } from '../core/text.ts';

export type Exclusivity = 'exclusive' | 'sole' | 'non_exclusive' | 'any';

/** A number, or a number written as text ("6N", "≥ 99.9999"). */
export type IndicatorValue = number | string;

export type DemandIndicator = {
  name: string;
  comparator: '>=' | '<=' | '=' | 'between';
  value?: IndicatorValue | null | undefined;
  min?: number | null | undefined;
  max?: number | null | undefined;
  unit?: string | null | undefined;
  mustHave?: boolean | undefined;
};

export type ResultIndicator = {
  name: string;
  value?: IndicatorValue | null | undefined;
  min?: number | null | undefined;
  max?: number | null | undefined;
  unit?: string | null | undefined;
};

/** Says which state of a record is meant. */
export type RecordKey = { id: string; revision: number };

type MatchRecord = {
  id: string;
  /** Another one after every change to the record, whatever of it. Without one nothing is remembered of it. */
  revision?: number;
  /** The content version the match is fenced by. */
  version: number;
  organizationId: string;
  title: string;
  summary: string;
  keywords: readonly string[];
  technologyFields: readonly string[];
  cooperationModes: readonly string[];
  regionCode: string;
  validUntil: Date | null;
  publishedAt: Date | null;
  language: string;
};

/** A demand's public fields, and no other. */
export type MatchDemand = MatchRecord & {
  problem: string | null;
  keyTechnology: string | null;
  expectedOutcome: string | null;
  indicators: readonly DemandIndicator[];
  alreadyTried: string | null;
  notAcceptable: string | null;
  industry: string | null;
  /** Bands are the only form of money that matching ever sees. */
  budgetBand: MoneyBand | null;
  budgetNegotiable: boolean;
  targetTrl: number | null;
  /** The licence the enterprise wants, where it says so. */
  exclusivity: Exclusivity | null;
  anonymous: boolean;
};

/** A result's public fields, and no other. */
export type MatchResult = MatchRecord & {
  description: string | null;
  advantages: string | null;
  indicators: readonly ResultIndicator[];
  applicationIndustries: readonly string[];
  trl: number | null;
  stage: string | null;
  iprCount: number;
  priceBand: MoneyBand | null;
  priceNegotiable: boolean;
  exclusivity: Exclusivity | null;
};

/** How an organization has answered introductions: how many it was asked, how many it answered in time. */
export type AnswerRecord = { asked: number; answered: number };

/** What is known besides the two records, looked up in bulk by the caller. */
export type MatchFacts = {
  creditRestrictedOrganizationIds: ReadonlySet<string>;
  /** Keys made by `pairKey`. */
  dismissedPairs: ReadonlySet<string>;
  /** Confidential: organizations that a demand does not want to hear from, by demand id. */
  excludedOrganizationIds: ReadonlyMap<string, ReadonlySet<string>>;
  answerRecords: ReadonlyMap<string, AnswerRecord>;
};

export const hardGates = [
  'CREDIT_RESTRICTED',
  'EXPIRED',
  'SAME_ORGANIZATION',
  'DISMISSED',
  'EXCLUDED_BY_DEMAND',
] as const;
/** Whose outcome is nobody's business but the demand's: they close, and stand in no report. See docs/adr/0009. */
export const confidentialGates: readonly HardGate[] = ['EXCLUDED_BY_DEMAND'];
export const softGates = [
  'COOPERATION_MODE_DISJOINT',
  'EXCLUSIVITY_CONFLICT',
  'TRL_TOO_LOW',
  'PRICE_ABOVE_BUDGET',
  'MUST_HAVE_UNMET',
] as const;

export type HardGate = (typeof hardGates)[number];
export type SoftGate = (typeof softGates)[number];

export type GateReport = { gate: HardGate | SoftGate; passed: boolean; detail?: Text };

/** The one condition in the way, and the change that would remove it. */
export type NearMiss = { gate: SoftGate; change: Text };

export type IndicatorCheck = {
  name: string;
  mustHave: boolean;
  outcome: 'met' | 'short' | 'not_stated' | 'not_comparable';
  /** As the demand and the result put it, for reading: "≥ 450 MPa", "0.4 GPa". */
  wanted: string;
  offered: string | null;
  /** Only when short: by how much, in the demand's unit. */
  shortBy: { value: number; unit: string } | null;
  /** 0–1 where both are stated and comparable, else null. */
  satisfaction: number | null;
};

export const features = [
  'titleRelevance',
  'bodyRelevance',
  'crossLanguageRelevance',
  'keywordOverlap',
  'technologyField',
  'industry',
  'indicators',
  'trl',
  'cooperation',
  'price',
  'region',
  'freshness',
  'completeness',
  'answerRecord',
] as const;

export type Feature = (typeof features)[number];

export type Contribution = {
  feature: Feature;
  /** 0–1, or 0.5 when not stated. */
  value: number;
  /** The most points this feature can give this pair. */
  weight: number;
  /** value × weight, rounded to hundredths; the score is the sum of these. */
  points: number;
  /** False when the records say nothing about it, so that it counts neither way. */
  stated: boolean;
};

/** A stretch of a record's text. `item` is the position in a list: a keyword, or an indicator (its name). */
export type RecordPlace = { field: string; item?: number; start: number; end: number };

export type ExplainedTerm = {
  kind: 'same' | 'translated';
  demandText: string;
  resultText: string;
  demandPlaces: RecordPlace[];
  resultPlaces: RecordPlace[];
};

export type Explanation = { zh: string[]; en: string[]; terms: ExplainedTerm[] };

export type RankedPair = {
  demandId: string;
  resultId: string;
  demandVersion: number;
  resultVersion: number;
  modelVersion: string;
  /** 0–100. */
  score: number;
  gates: GateReport[];
  contributions: Contribution[];
  indicators: IndicatorCheck[];
  explanation: Explanation;
  /** Set when exactly one soft gate failed. */
  nearMiss: NearMiss | null;
};

export function pairKey(demandId: string, resultId: string): string {
  return `${demandId}:${resultId}`;
}

export const noFacts: MatchFacts = {
  creditRestrictedOrganizationIds: new Set(),
  dismissedPairs: new Set(),
  excludedOrganizationIds: new Map(),
  answerRecords: new Map(),
};
