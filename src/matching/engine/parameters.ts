import type { FieldName } from './types.ts';

/** One configuration for every kind of text. BM25F after Robertson & Zaragoza (2009), "The Probabilistic Relevance Framework". */
export const parameters = {
  k1: 1.2,
  /** Repetition in the query saturates too: long demands repeat their subject. */
  k3: 8,
  fields: {
    title: { weight: 3, lengthNormalization: 0.75, queryWeight: 1.5 },
    keywords: { weight: 2, lengthNormalization: 0.5, queryWeight: 1.5 },
    body: { weight: 1, lengthNormalization: 0.75, queryWeight: 1 },
  } satisfies Record<FieldName, { weight: number; lengthNormalization: number; queryWeight: number }>,
  /** Adjacent-word terms, relative to single words. */
  pairWeight: 0.2,
  /** Translated words, relative to words as written; a phrase's words found apart, relative to the phrase. */
  translatedWeight: 1,
  scatteredPhraseWeight: 0.5,
};
