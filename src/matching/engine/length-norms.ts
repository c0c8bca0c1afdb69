import { parameters } from './parameters.ts';
import { bodyCount, type FieldLengths, keywordsCount, titleCount } from './term-counts.ts';

/** The mean field lengths that scores are computed with. */
export type LengthNorms = {
  /** Two norms with the same key give the same scores. */
  key: string;
  means: FieldLengths;
};

/** Means are rounded to this many steps per doubling: stored impacts then outlive almost every change of the collection. */
const stepsPerDoubling = 8;

export function lengthNorms(totals: Readonly<FieldLengths>, documents: number): LengthNorms {
  const steps = totals.map((total) =>
    total > 0 ? Math.round(stepsPerDoubling * Math.log2(total / documents)) : undefined,
  );
  const [title = 1, keywords = 1, body = 1] = steps.map((step) =>
    step === undefined ? 1 : 2 ** (step / stepsPerDoubling),
  );
  return { key: steps.join(), means: [title, keywords, body] };
}

/** What one occurrence in a field of this many words counts, for title, keywords and body. */
export function occurrenceWeights(lengths: Readonly<FieldLengths>, { means }: LengthNorms): FieldLengths {
  const { title, keywords, body } = parameters.fields;
  return [
    occurrenceWeight(title, lengths[0] / means[0]),
    occurrenceWeight(keywords, lengths[1] / means[1]),
    occurrenceWeight(body, lengths[2] / means[2]),
  ];
}

function occurrenceWeight(
  { weight, lengthNormalization: b }: { weight: number; lengthNormalization: number },
  relativeLength: number,
): number {
  return weight / (1 - b + b * relativeLength);
}

/** BM25F's weighted, length-normalized frequency of a term from its packed counts. */
export function weightedFrequency(packed: number, [title, keywords, body]: Readonly<FieldLengths>): number {
  return title * titleCount(packed) + keywords * keywordsCount(packed) + body * bodyCount(packed);
}

/** 0–1: each further occurrence counts less. */
export function saturate(frequency: number): number {
  return frequency / (parameters.k1 + frequency);
}
