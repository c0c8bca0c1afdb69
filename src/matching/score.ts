import { conditionFeatures, type FeatureInputs } from './condition-features.ts';
import type { Relevance } from './engine/types.ts';
import type { TextMatch } from './text-match.ts';
import type { Contribution, Feature } from './types.ts';
import type { ConditionFeature, TextFeature, WeightSet } from './weights.ts';

export type Score = {
  /** 0–100, exactly the sum of the contributions' points. */
  score: number;
  contributions: Contribution[];
};

/** What counts for a feature of which the records say nothing: neither for nor against. */
const neutralValue = 0.5;

/**
 * Relevance at which a text feature is worth half. A long demand is never met word for word: a body that shares a sixth of the
 * demand's term weight is about its subject.
 */
const halfWay = { title: 0.3, body: 0.2, crossLanguage: 0.3 };

/**
 * The text decides, the conditions refine: a condition's weight is scaled by how well the text fits, so that a near and
 * cheap offer about something else stays below an offer about the matter.
 */
export function scorePair(inputs: FeatureInputs, text: TextMatch, weights: WeightSet): Score {
  return scoreWith((feature) => conditionFeatures[feature](inputs), text.relevance, text.keywordOverlap(), weights);
}

/**
 * What a pair cannot score more than, whatever its conditions are. Rounding never turns the larger of two numbers into the
 * smaller one, so what `scorePair` would say with the best of everything holds to the hundredth.
 * @param keywordOverlap the best there is where it has not been looked at
 */
export function bestScore(relevance: Relevance, keywordOverlap: number | null, weights: WeightSet): number {
  return scoreWith(() => 1, relevance, keywordOverlap, weights).score;
}

function scoreWith(
  valueFor: (condition: ConditionFeature) => number | null,
  relevance: Relevance,
  keywordOverlap: number | null,
  weights: WeightSet,
): Score {
  const textual = textContributions(relevance, keywordOverlap, weights);
  const reached = textual.reduce((sum, { points }) => sum + points, 0);
  const reachable = textual.reduce((sum, { weight }) => sum + weight, 0);
  const fit = reachable > 0 ? reached / reachable : 0;
  const conditions = Object.entries(weights.conditions).map(([feature, weight]) =>
    contribution(feature as ConditionFeature, valueFor(feature as ConditionFeature), weight * fit),
  );
  const contributions = [...textual, ...conditions];
  return { score: sumOfPoints(contributions), contributions };
}

/** Adds in hundredths, so that the shown score is exactly the sum of the shown points. */
export function sumOfPoints(contributions: readonly Contribution[]): number {
  return contributions.reduce((sum, { points }) => sum + Math.round(points * 100), 0) / 100;
}

function textContributions(relevance: Relevance, keywordOverlap: number | null, { text }: WeightSet): Contribution[] {
  const gap = relevance.languageGap;
  const values: Record<TextFeature, { value: number | null; weight: number }> = {
    titleRelevance: { value: saturate(relevance.title, halfWay.title), weight: text.titleRelevance * (1 - gap) },
    bodyRelevance: { value: saturate(relevance.body, halfWay.body), weight: text.bodyRelevance * (1 - gap) },
    crossLanguageRelevance: {
      value: saturate(relevance.crossLanguage ** 2, halfWay.crossLanguage ** 2),
      weight: text.crossLanguageRelevance * gap,
    },
    keywordOverlap: { value: keywordOverlap ?? 0, weight: text.keywordOverlap },
  };
  return Object.entries(values).map(([feature, { value, weight }]) =>
    contribution(feature as TextFeature, value, weight),
  );
}

/**
 * Rises fast, then ever slower; 0 at 0 and 1 at 1. Through a dictionary unrelated texts meet in many general words, so there the
 * square goes in: on the sample, pairs that belong together and pairs that do not then have about the same values in both cases.
 */
function saturate(relevance: number, half: number): number {
  return Math.min(1, (relevance * (1 + half)) / (relevance + half));
}

function contribution(feature: Feature, value: number | null, weight: number): Contribution {
  const shownValue = roundTo(value ?? neutralValue, 4);
  const shownWeight = roundTo(weight, 4);
  return {
    feature,
    value: shownValue,
    weight: shownWeight,
    points: roundTo(shownValue * shownWeight, 2),
    stated: value !== null,
  };
}

function roundTo(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
