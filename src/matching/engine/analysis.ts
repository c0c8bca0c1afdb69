import { stemmer } from 'stemmer';
import { type NormalizedText, normalizeText, originalSpan } from './normalize.ts';
import { type ScanSink, scanText } from './scan.ts';
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

const plainEnglishPattern = /^[a-z]+$/;
const maxWordLength = 64;

/** A text as far as it is read, ready for `scanText`. */
export function readableText(original: string): NormalizedText {
  return normalizeText(original.slice(0, maxAnalysedLength));
}

/** Splits a text into terms: the same for documents and queries, in any mixture of scripts. */
export function analyse(original: string): Analysis {
  const normalized = readableText(original);
  const collector = new Collector(normalized.text);
  scanText(normalized.text, collector);
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

/** The term of a number with a unit. */
export function quantityTerm(text: string, start: number, numberEnd: number, end: number): string | undefined {
  return stemWord(text.slice(start, numberEnd) + text.slice(numberEnd, end).trimStart());
}

class Collector implements ScanSink {
  readonly tokens: Token[] = [];
  readonly pairs: Token[] = [];
  readonly hanRuns: HanRun[] = [];
  private readonly text: string;
  private previous: Token | undefined;

  constructor(text: string) {
    this.text = text;
  }

  run(start: number, end: number): void {
    const { text, tokens } = this;
    this.previous = undefined;
    this.hanRuns.push({ text: text.slice(start, end), start });
    eachBigram(text, start, end, (from, to) => tokens.push({ term: text.slice(from, to), start: from, end: to }));
  }

  word(start: number, end: number): void {
    this.add(stemWord(this.text.slice(start, end)), start, end);
  }

  quantity(start: number, numberEnd: number, end: number): void {
    this.add(quantityTerm(this.text, start, numberEnd, end), start, end);
  }

  private add(term: string | undefined, start: number, end: number): void {
    if (term === undefined) {
      return;
    }
    const token = { term, start, end };
    this.tokens.push(token);
    if (this.previous !== undefined) {
      this.pairs.push({ term: pairTerm(this.previous.term, term), start: this.previous.start, end });
    }
    this.previous = token;
  }
}

/** The overlapping bigrams of a run of characters; a character that stands alone. */
export function eachBigram(text: string, start: number, end: number, take: (from: number, to: number) => void): void {
  let from = start;
  let middle = start + widthAt(text, start);
  if (middle >= end) {
    take(start, end);
  }
  while (middle < end) {
    const to = middle + widthAt(text, middle);
    take(from, to);
    from = middle;
    middle = to;
  }
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
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
