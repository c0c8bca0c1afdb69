import { parameters } from './parameters.ts';
import { escapedKind, fieldOfKind, kindCount, kindOf, packedOfKind } from './posting-kinds.ts';
import { bodyCount, type FieldLengths, keywordsCount, titleCount } from './term-counts.ts';

/** The mean field lengths that scores are computed with. */
export type LengthNorms = {
  /** Two norms with the same key give the same scores. */
  key: string;
  means: FieldLengths;
};

/** Means are rounded to this many steps per doubling: bounds and kept lists then outlive almost every change of the collection. */
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

/** Field lengths are kept in one byte: exact to this length, then so many steps per doubling, up to 5,700 words. */
const exactLengths = 48;
const lengthStepsPerDoubling = 30;

export function lengthCode(length: number): number {
  if (length <= exactLengths) {
    return length;
  }
  return Math.min(255, exactLengths + Math.round(lengthStepsPerDoubling * Math.log2(length / exactLengths)));
}

const lengthsByCode = Float64Array.from({ length: 256 }, (_, code) =>
  code <= exactLengths ? code : exactLengths * 2 ** ((code - exactLengths) / lengthStepsPerDoubling),
);

/** The length that a code stands for. */
export function codedLength(code: number): number {
  return lengthsByCode[code] as number;
}

/** Saturated frequencies (0–1) are kept as whole numbers: sums of whole numbers are exact, in whatever order they are added. */
export const impactScale = 65_535;

/** What a posting is worth under given mean lengths, from its packed counts and its document's length codes. */
export class Impacts {
  readonly norms: LengthNorms;
  /** The impact of a term that stands `count` times in the body (up to 15) and nowhere else: at count × 256 + length code. */
  readonly bodyOnly = new Uint16Array(16 * 256);
  /** The impact of a posting of a kind (posting-kinds.ts): at kind × 256 + length code of its field. */
  readonly ofKind = new Uint16Array(kindCount * 256);
  private readonly title = new Float64Array(256);
  private readonly keywords = new Float64Array(256);
  private readonly body = new Float64Array(256);
  private readonly k1 = parameters.k1;

  constructor(norms: LengthNorms) {
    this.norms = norms;
    for (let code = 0; code < 256; code++) {
      const length = lengthsByCode[code] as number;
      [this.title[code], this.keywords[code], this.body[code]] = occurrenceWeights([length, length, length], norms);
      for (let count = 1; count < 16; count++) {
        this.bodyOnly[count * 256 + code] = impactOf(this.frequency(count, 0, 0, code));
      }
      for (let kind = 0; kind < kindCount; kind++) {
        this.ofKind[kind * 256 + code] = impactOf(this.frequency(packedOfKind(kind), code, code, code));
      }
    }
  }

  frequency(packed: number, titleCode: number, keywordsCode: number, bodyCode: number): number {
    return (
      (this.title[titleCode] as number) * titleCount(packed) +
      (this.keywords[keywordsCode] as number) * keywordsCount(packed) +
      (this.body[bodyCode] as number) * bodyCount(packed)
    );
  }

  /**
   * The impact of a count in one byte (segment.ts), not an escape, in a document whose length codes stand `stride` apart. Sums
   * as `frequency` does, in the same order.
   */
  ofCode(code: number, lengths: Uint8Array, stride: number, document: number): number {
    const bodyCode = lengths[2 * stride + document] as number;
    if (code < 16) {
      return this.bodyOnly[(code << 8) | bodyCode] as number;
    }
    let frequency = (this.title[lengths[document] as number] as number) * (code >>> 6);
    if ((code & 0x30) !== 0) {
      frequency += (this.keywords[lengths[stride + document] as number] as number) * ((code >>> 4) & 3);
    }
    frequency += (this.body[bodyCode] as number) * (code & 15);
    return Math.max(1, ((impactScale * frequency) / (this.k1 + frequency) + 0.5) | 0);
  }

  /** The impact of packed counts in a document whose length codes stand `stride` apart. */
  impactIn(packed: number, lengths: Uint8Array, stride: number, document: number): number {
    const kind = kindOf(packed);
    if (kind !== escapedKind) {
      return this.ofKind[(kind << 8) | (lengths[fieldOfKind(kind) * stride + document] as number)] as number;
    }
    return impactOf(
      this.frequency(
        packed,
        lengths[document] as number,
        lengths[stride + document] as number,
        lengths[2 * stride + document] as number,
      ),
    );
  }
}

const knownImpacts = new Map<string, Impacts>();
const maxKnownImpacts = 8;

/** Tables take a while to make, and all segments use the same. */
export function impactsUnder(norms: LengthNorms): Impacts {
  let impacts = knownImpacts.get(norms.key);
  if (impacts === undefined) {
    if (knownImpacts.size >= maxKnownImpacts) {
      knownImpacts.clear();
    }
    impacts = new Impacts(norms);
    knownImpacts.set(norms.key, impacts);
  }
  return impacts;
}

/** Never nothing: a document that holds the term is found, however long it is. */
export function impactOf(frequency: number): number {
  return Math.max(1, ((impactScale * frequency) / (parameters.k1 + frequency) + 0.5) | 0);
}

/**
 * The most that frequencies can grow when bounds made under some means are used under others: an occurrence in a very long field
 * gains as much as the mean does. `totals` are the lengths of the documents in question: a field they do not have gains nothing.
 */
export function growthOfFrequencies(from: LengthNorms, to: LengthNorms, totals: Readonly<FieldLengths>): number {
  let growth = 1;
  for (const field of [0, 1, 2] as const) {
    growth = totals[field] > 0 ? Math.max(growth, to.means[field] / from.means[field]) : growth;
  }
  return growth;
}

/** A bound on impacts when frequencies grow by a factor: never below what any posting is then worth. */
export function scaleBound(bound: number, growth: number): number {
  if (growth === 1 || bound >= impactScale) {
    return bound;
  }
  // Half a step more than the bound stands for: impacts were rounded.
  const share = Math.min(1, (bound + 0.5) / impactScale);
  const frequency = (parameters.k1 * share) / (1 - share);
  return share === 1 ? impactScale : Math.min(impactScale, Math.ceil(impactScale * saturate(frequency * growth)) + 1);
}
