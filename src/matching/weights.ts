import type { Feature } from './types.ts';

/** A named set of weights. Changing one means a new name: stored matches say which model made them. */
export type WeightSet = {
  modelVersion: string;
  /** Points at most per feature; text and conditions together make 100. */
  text: Record<TextFeature, number>;
  conditions: Record<ConditionFeature, number>;
};

export type TextFeature = Extract<
  Feature,
  'titleRelevance' | 'bodyRelevance' | 'crossLanguageRelevance' | 'keywordOverlap'
>;
export type ConditionFeature = Exclude<Feature, TextFeature>;

/**
 * Set by hand. `crossLanguageRelevance` takes over from title and body as far as the two records are in different languages:
 * the three share one budget (see score.ts), so its own entry is that budget when nothing can be compared directly.
 */
export const defaultWeights: WeightSet = {
  modelVersion: 'hand-set-3',
  text: { titleRelevance: 18, bodyRelevance: 40, crossLanguageRelevance: 58, keywordOverlap: 10 },
  conditions: {
    technologyField: 9,
    industry: 3,
    indicators: 6,
    trl: 3,
    cooperation: 3,
    price: 2,
    region: 2,
    freshness: 1,
    completeness: 2,
    answerRecord: 1,
  },
};
