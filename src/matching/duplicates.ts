import { stemmer } from 'stemmer';
import { normalizeText } from './engine/normalize.ts';

/** A record as it is compared: its text in lines, and its keywords. */
export interface ComparedRecord {
  text: string;
  keywords: readonly string[];
}

/** A clause of one text, and the clause of the other that says the same. */
export interface AlikePassage {
  text: string;
  other: string;
}

/** From this likeness on, two records are shown as one need told twice (docs/adr/0027 says how it was measured). */
export const duplicateLikeness = 0.485;

/** What of a clause must stand in the other text for it to count as copied. */
const copiedShare = 0.8;
/** Copied clauses count, together with nothing else, as this part of the text: a house's standing phrases are no evidence. */
const copiedWeight = 0.15;
/** What of a passage must be shared for it to be shown. */
const shownShare = 0.4;
const weights = { told: 0.38, retold: 0.36, keywords: 0.17, numbers: 0.09 };

/** Texts are kept taken apart up to so many characters in all. */
const maxRecentLength = 100_000;

type Features = ReadonlySet<string>;

/** Features with how rare each is, and all of that together. */
interface Weighed {
  features: readonly string[];
  weights: Float64Array;
  mass: number;
}

/** A record taken apart, which costs more than the comparison. */
interface Parsed {
  features: Features;
  clauses: readonly Weighed[];
  keywords: Weighed;
  numbers: Weighed;
}

/**
 * Judges whether two records tell of the same need or result. Features are pairs of Chinese characters, stems of words
 * and numbers (Chinese ones, too), each by how rare it is.
 */
export class DuplicateJudge {
  /** How rare the features of the background are, and how rare any other is. */
  readonly #weights: ReadonlyMap<string, number>;
  readonly #weightOfUnknown: number;
  /** One record is held against many. */
  readonly #parsed = new WeakMap<ComparedRecord, Parsed>();
  /** And what waits for a market is held against one after the other. The one that was asked for longest ago comes first. */
  readonly #recent = new Map<string, Parsed>();
  #recentLength = 0;

  /** @param background texts of the trade, which say how common a feature is */
  constructor(background: readonly string[]) {
    const frequencies = new Map<string, number>();
    for (const text of background)
      for (const feature of featuresOf(text)) frequencies.set(feature, (frequencies.get(feature) ?? 0) + 1);
    const weightOf = (frequency: number) => Math.log(1 + background.length / (1 + frequency));
    this.#weights = new Map(Array.from(frequencies, ([feature, frequency]) => [feature, weightOf(frequency)]));
    this.#weightOfUnknown = weightOf(0);
  }

  /** 0 to 1; the same for identical texts, whatever they say. */
  likeness(asked: ComparedRecord, stored: ComparedRecord): number {
    const a = this.#parse(asked);
    const b = this.#parse(stored);
    // Of a text without numbers nothing follows from numbers.
    const sameNumbers = b.numbers.features.length === 0 ? 0.5 : share(b.numbers, a.features);
    return (
      weights.told * told(a, b.features) +
      weights.retold * told(b, a.features) +
      weights.keywords * share(b.keywords, a.features) +
      weights.numbers * sameNumbers
    );
  }

  /** The clauses that say most of what the other text says, in the order of the first text. */
  passages(asked: string, stored: string, most: number): AlikePassage[] {
    const others = clausesOf(stored).map((text) => ({ text, features: featuresOf(text) }));
    const found = clausesOf(asked).flatMap((text, at) => {
      const own = this.#weigh(featuresOf(text));
      const shares = others.map((other) => ({ other, share: share(own, other.features) }));
      const best = shares.reduce((one, two) => (two.share > one.share ? two : one), {
        other: { text: '' },
        share: 0,
      });
      return best.share >= shownShare ? [{ at, text, other: best.other.text, mass: best.share * own.mass }] : [];
    });
    const shown = found.toSorted((a, b) => b.mass - a.mass).slice(0, most);
    return shown.toSorted((a, b) => a.at - b.at).map(({ text, other }) => ({ text, other }));
  }

  /** How rare a feature is. */
  weight(feature: string): number {
    return this.#weights.get(feature) ?? this.#weightOfUnknown;
  }

  /**
   * Terms by which to look for records that may be alike, the best first: by turns the rarest of those that the background
   * has, and one that it does not have. These may tell most, or be no words at all, which nobody else has either.
   */
  tellingTerms(terms: Iterable<string>): string[] {
    const [known, unknown]: [string[], string[]] = [[], []];
    for (const term of new Set(terms)) (this.#weights.has(term) ? known : unknown).push(term);
    known.sort((a, b) => this.weight(b) - this.weight(a));
    return Array.from({ length: Math.max(known.length, unknown.length) }, (_, at) => [known[at], unknown[at]])
      .flat()
      .filter((term) => term !== undefined);
  }

  #parse(record: ComparedRecord): Parsed {
    let parsed = this.#parsed.get(record);
    if (parsed === undefined) {
      parsed = this.#parseText(record);
      this.#parsed.set(record, parsed);
    }
    return parsed;
  }

  #parseText(record: ComparedRecord): Parsed {
    const key = `${record.text}\0${record.keywords.join('\n')}`;
    const parsed = this.#recent.get(key) ?? this.#takeApart(record);
    if (!this.#recent.delete(key)) this.#recentLength += key.length;
    this.#recent.set(key, parsed);
    for (const oldest of this.#recent.keys()) {
      if (this.#recentLength <= maxRecentLength) break;
      this.#recent.delete(oldest);
      this.#recentLength -= oldest.length;
    }
    return parsed;
  }

  #takeApart(record: ComparedRecord): Parsed {
    const features = featuresOf(record.text);
    return {
      features,
      clauses: clausesOf(record.text).map((clause) => this.#weigh(featuresOf(clause))),
      keywords: this.#weigh(featuresOf(record.keywords.join('\n'))),
      numbers: this.#weigh([...features].filter(isNumber)),
    };
  }

  #weigh(given: Iterable<string>): Weighed {
    const features = [...given];
    const weights = Float64Array.from(features, (feature) => this.weight(feature));
    return { features, weights, mass: weights.reduce((sum, weight) => sum + weight, 0) };
  }
}

function share({ features, weights, mass }: Weighed, within: Features): number {
  if (mass === 0) return 0;
  let shared = 0;
  for (let at = 0; at < features.length; at += 1) {
    if (within.has(features[at] as string)) shared += weights[at] as number;
  }
  return shared / mass;
}

/** How much of a text another one tells in words of its own. */
function told({ clauses }: Parsed, within: Features): number {
  let total = 0;
  let mass = 0;
  let shared = 0;
  for (const clause of clauses) {
    total += clause.mass;
    const part = share(clause, within);
    if (part >= copiedShare) continue;
    mass += clause.mass;
    shared += clause.mass * part;
  }
  return total === 0 ? 0 : (shared + copiedWeight * total) / (mass + copiedWeight * total);
}

function clausesOf(text: string): string[] {
  return text
    .split(/[，。；;,.!?！？\n:：、（）()]+/)
    .map((clause) => clause.trim())
    .filter((clause) => clause.length >= 4);
}

function isNumber(feature: string): boolean {
  return feature.startsWith('#');
}

/** The features of a text, each once. */
export function featuresOf(original: string): Set<string> {
  const { text } = normalizeText(original);
  const features = new Set<string>();
  for (const [digits] of text.matchAll(/\d+(?:\.\d+)?/g)) if (digits.length > 1) features.add(`#${Number(digits)}`);
  for (const [numerals] of text.matchAll(/[零〇一二两三四五六七八九十百千万亿]{2,}/g)) {
    const value = amountOf(numerals);
    if (value > 9) features.add(`#${value}`);
  }
  for (const [word] of text.matchAll(/[a-z]{2,}/g)) features.add(stemmer(word));
  for (const [run] of text.matchAll(/\p{Script=Han}+/gu))
    for (let at = 0; at + 2 <= run.length; at += 1) features.add(run.slice(at, at + 2));
  return features;
}

const digits = '零一二三四五六七八九';
const units: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1_000 };
const groups: Readonly<Record<string, number>> = { 万: 10_000, 亿: 100_000_000 };

/** 一百六十 -> 160. */
function amountOf(numerals: string): number {
  let total = 0;
  let section = 0;
  let digit = 0;
  for (const numeral of numerals.replaceAll('两', '二').replaceAll('〇', '零')) {
    if (numeral in units) {
      section += (digit || 1) * (units[numeral] ?? 0);
      digit = 0;
    } else if (numeral in groups) {
      total += (section + digit) * (groups[numeral] ?? 0);
      section = 0;
      digit = 0;
    } else digit = digits.indexOf(numeral);
  }
  return total + section + digit;
}
