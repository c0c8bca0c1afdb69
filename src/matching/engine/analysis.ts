import { stemmer } from 'stemmer';
import { type NormalizedText, normalizeText, originalSpan } from './normalize.ts';
import { englishStopWords } from './stop-words.ts';

/** One indexed term and where its surface stands in the original text (UTF-16 units, end exclusive). */
export type Token = { term: string; start: number; end: number };

/** A run of Han characters as it stands in the normalized text; the dictionary reads words out of it. */
export type HanRun = { text: string; start: number };

export type Analysis = {
  /** Words, Chinese bigrams and numbers with units, in reading order. */
  tokens: Token[];
  /** Adjacent-word terms: two stems joined by a blank. Chinese has none: bigrams overlap already, and trigrams only cost. */
  pairs: Token[];
  hanRuns: HanRun[];
  normalized: NormalizedText;
  originalLength: number;
};

/** Characters read from one field; beyond it a text is not a description any more but an attempt to stall the scanner. */
const maxAnalysedLength = 200_000;

const unitNames =
  'n|nm|um|µm|μm|mm|cm|dm|km|m|m2|m3|pa|kpa|mpa|gpa|bar|mg|ug|μg|kg|g|t|ml|l|w|kw|mw|gw|wh|kwh|mwh|gwh|v|mv|kv|a|ma|ah|mah|hz|khz|mhz|ghz|thz|' +
  'k|°c|°f|%|‰|ppm|ppb|h|min|s|ms|us|ns|db|kn|j|kj|mj|mol|mmol|rpm|mb|gb|tb|gbps|mbps|ev|kev|lm|lx|dpi|mas|ha|cfu|iu|kda|bp|mpa·s|kcal';
const scanPattern = new RegExp(
  `(?<han>[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー〇]+)|` +
    `(?<number>\\d+(?:[.,]\\d+)*)(?:\\s?(?<unit>${unitNames})(?![\\p{L}\\p{N}]))|` +
    `(?<word>(?:(?!\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana}|\\p{Script=Hangul})[\\p{L}\\p{N}\\p{M}])+(?:[.,](?=\\d)\\d+)*)`,
  'gu',
);
const plainEnglishPattern = /^[a-z]+$/;
const maxWordLength = 64;

/** Splits a text into terms: the same for documents and queries, in any mixture of scripts. */
export function analyse(original: string): Analysis {
  const normalized = normalizeText(original.slice(0, maxAnalysedLength));
  const collector: Collector = { tokens: [], pairs: [], hanRuns: [], normalized, previous: undefined };
  for (const match of normalized.text.matchAll(scanPattern)) {
    const { han, number, unit, word } = match.groups ?? {};
    if (han !== undefined) {
      addHanRun(collector, han, match.index);
    } else if (number !== undefined) {
      addWord(collector, `${number}${unit}`, match.index, match.index + match[0].length);
    } else if (word !== undefined) {
      addWord(collector, word, match.index, match.index + word.length);
    }
  }
  const { tokens, pairs, hanRuns } = collector;
  const analysis = { tokens, pairs, hanRuns, normalized, originalLength: original.length };
  if (normalized.origin !== undefined) {
    for (const token of [...tokens, ...pairs]) {
      Object.assign(token, originalSpan(normalized, token.start, token.end, original.length));
    }
  }
  return analysis;
}

/** The term a single English word is indexed under; undefined for a stop word. */
export function stemWord(word: string): string | undefined {
  if (englishStopWords.has(word) || word.length > maxWordLength) {
    return undefined;
  }
  return plainEnglishPattern.test(word) && word.length > 2 ? stemCached(word) : word;
}

type Collector = {
  tokens: Token[];
  pairs: Token[];
  hanRuns: HanRun[];
  normalized: NormalizedText;
  previous: Token | undefined;
};

function addHanRun(collector: Collector, run: string, start: number): void {
  collector.previous = undefined;
  const characters = Array.from(run);
  collector.hanRuns.push({ text: run, start });
  if (characters.length === 1) {
    collector.tokens.push({ term: run, start, end: start + run.length });
    return;
  }
  let at = start;
  for (let i = 0; i + 1 < characters.length; i++) {
    const term = `${characters[i]}${characters[i + 1]}`;
    collector.tokens.push({ term, start: at, end: at + term.length });
    at += characters[i]?.length ?? 1;
  }
}

function addWord(collector: Collector, word: string, start: number, end: number): void {
  const term = stemWord(word);
  if (term === undefined) {
    return;
  }
  const token = { term, start, end };
  collector.tokens.push(token);
  if (collector.previous !== undefined) {
    collector.pairs.push({ term: pairTerm(collector.previous.term, term), start: collector.previous.start, end });
  }
  collector.previous = token;
}

/** The term of two neighbouring words, whichever comes first: "p53 regulation" is "regulation of p53". */
export function pairTerm(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

const stems = new Map<string, string>();
const maxCachedStems = 100_000;

function stemCached(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) {
    return known;
  }
  if (stems.size >= maxCachedStems) {
    stems.clear();
  }
  const stem = stemmer(word);
  stems.set(word, stem);
  return stem;
}
