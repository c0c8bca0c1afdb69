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

/** A record taken apart, which costs more than the comparison. */
interface Parsed {
  features: Features;
  clauses: readonly { features: Features; mass: number }[];
  keywords: Features;
  numbers: Features;
}

/**
 * Judges whether two records tell of the same need or result. Features are pairs of Chinese characters, stems of words
 * and numbers (Chinese ones, too), each by how rare it is.
 */
export class DuplicateJudge {
  readonly #documents: number;
  readonly #frequencies = new Map<string, number>();
  /** One record is held against many. */
  readonly #parsed = new WeakMap<ComparedRecord, Parsed>();
  /** And what waits for a market is held against one after the other. The one that was asked for longest ago comes first. */
  readonly #recent = new Map<string, Parsed>();
  #recentLength = 0;

  /** @param background texts of the trade, which say how common a feature is */
  constructor(background: readonly string[]) {
    this.#documents = background.length;
    for (const text of background)
      for (const feature of featuresOf(text)) this.#frequencies.set(feature, (this.#frequencies.get(feature) ?? 0) + 1);
  }

  /** 0 to 1; the same for identical texts, whatever they say. */
  likeness(asked: ComparedRecord, stored: ComparedRecord): number {
    const a = this.#parse(asked);
    const b = this.#parse(stored);
    // Of a text without numbers nothing follows from numbers.
    const sameNumbers = b.numbers.size === 0 ? 0.5 : this.#share(b.numbers, a.features);
    return (
      weights.told * this.#told(a, b.features) +
      weights.retold * this.#told(b, a.features) +
      weights.keywords * this.#share(b.keywords, a.features) +
      weights.numbers * sameNumbers
    );
  }

  /** The clauses that say most of what the other text says, in the order of the first text. */
  passages(asked: string, stored: string, most: number): AlikePassage[] {
    const others = clausesOf(stored).map((text) => ({ text, features: featuresOf(text) }));
    const found = clausesOf(asked).flatMap((text, at) => {
      const features = featuresOf(text);
      const shares = others.map((other) => ({ other, share: this.#share(features, other.features) }));
      const best = shares.reduce((one, two) => (two.share > one.share ? two : one), {
        other: { text: '' },
        share: 0,
      });
      return best.share >= shownShare
        ? [{ at, text, other: best.other.text, mass: best.share * this.#mass(features) }]
        : [];
    });
    const shown = found.toSorted((a, b) => b.mass - a.mass).slice(0, most);
    return shown.toSorted((a, b) => a.at - b.at).map(({ text, other }) => ({ text, other }));
  }

  /** How rare a feature is. */
  weight(feature: string): number {
    return Math.log(1 + this.#documents / (1 + (this.#frequencies.get(feature) ?? 0)));
  }

  /**
   * Terms by which to look for records that may be alike, the best first: by turns the rarest of those that the background
   * has, and one that it does not have. These may tell most, or be no words at all, which nobody else has either.
   */
  tellingTerms(terms: Iterable<string>): string[] {
    const [known, unknown]: [string[], string[]] = [[], []];
    for (const term of new Set(terms)) (this.#frequencies.has(term) ? known : unknown).push(term);
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
      clauses: clausesOf(record.text).map((clause) => {
        const own = featuresOf(clause);
        return { features: own, mass: this.#mass(own) };
      }),
      keywords: featuresOf(record.keywords.join('\n')),
      numbers: new Set([...features].filter(isNumber)),
    };
  }

  #mass(features: Features): number {
    let mass = 0;
    for (const feature of features) mass += this.weight(feature);
    return mass;
  }

  #share(features: Features, within: Features): number {
    let shared = 0;
    let mass = 0;
    for (const feature of features) {
      const weight = this.weight(feature);
      mass += weight;
      if (within.has(feature)) shared += weight;
    }
    return mass === 0 ? 0 : shared / mass;
  }

  /** How much of a text another one tells in words of its own. */
  #told({ clauses }: Parsed, within: Features): number {
    let total = 0;
    let mass = 0;
    let shared = 0;
    for (const { features, mass: weight } of clauses) {
      total += weight;
      const share = this.#share(features, within);
      if (share >= copiedShare) continue;
      mass += weight;
      shared += weight * share;
    }
    return total === 0 ? 0 : (shared + copiedWeight * total) / (mass + copiedWeight * total);
  }
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
