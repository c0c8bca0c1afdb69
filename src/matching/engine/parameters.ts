import type { FieldName } from './types.ts';

/** One configuration for every kind of text. BM25F after Robertson & Zaragoza (2009), "The Probabilistic Relevance Framework". */
export const parameters = {
  k1: 1.4,
  /** Repetition in the query saturates late: long demands repeat their subject. */
  k3: 100,
  fields: {
    title: { weight: 3, lengthNormalization: 0.75, queryWeight: 1.5 },
    keywords: { weight: 2, lengthNormalization: 0.5, queryWeight: 1.5 },
    body: { weight: 1, lengthNormalization: 0.75, queryWeight: 1 },
  } satisfies Record<FieldName, { weight: number; lengthNormalization: number; queryWeight: number }>,
  /**
   * Adjacent-word terms, relative to single words. In a short query they only break ties; in a long one a single word says little
   * about the subject and they come to weigh as much. Between the two numbers of different words the weight rises evenly.
   */
  pairWeight: { short: 0.2, long: 1, shortWords: 20, longWords: 120 },
  /**
   * What a query says first is its subject: the n-th word of a field counts 1 / (1 + n / halfAt), but never less than the least.
   */
  earliness: { halfAt: 50, least: 0.6 },
  /**
   * Negative feedback from so many best documents: a word that all of them hold loses the share `discount` of its weight, because
   * it does not tell them apart. Only where words that any of them holds are held, by weight, by at least `leastShare` of them:
   * below that they are not about one thing. At most 31 documents. So many candidates, or as many as are asked for, are then ranked anew.
   */
  feedback: { documents: 20, discount: 0.35, leastShare: 0.2, candidates: 100 },
  /**
   * The more words a query has, the more of them a long document meets by chance, so long queries want more length normalization
   * (Zhai & Lafferty 2004, "A study of smoothing methods for language models"). From `shortWords` to `longWords` different words,
   * scores come to be divided by (body length / mean)^exponent; that ratio is kept between 1 / maxRatio and maxRatio. So many
   * candidates are looked at, or twice the limit.
   */
  verbose: { shortWords: 40, longWords: 120, exponent: 0.2, maxRatio: 4, candidates: 200 },
  /**
   * Translated words, relative to words as written: a text in the query's own language repeats its very words, one in the other language
   * says some of them otherwise, and both must be able to come first. In a Chinese query, what both languages write alike weighs as much.
   */
  translatedWeight: 1.5,
  /** Words inside a longer word; characters that stand alone; a phrase's words found apart, relative to the phrase. */
  innerWordWeight: 0.6,
  loneCharacterWeight: 0.6,
  scatteredPhraseWeight: 0.5,
  /** Dictionaries name the usual translation first: each further one counts this much of the one before. */
  nextTranslationWeight: 0.7,
  /** From English: a Chinese word that means this second counts this much of one that means it first. */
  nextMeaningWeight: 0.85,
  /** Names that no dictionary holds: how many of a query are spelled, how likely a spelling must be, a short one more so. */
  names: { maxPerQuery: 6, maxSpellings: 4, minLikelihood: 0.1, minShortLikelihood: 0.2, shortLetters: 5 },
};
