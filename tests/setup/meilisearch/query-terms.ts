import type { Settings } from './settings.ts';
import { normalizedWord, type Token, tokenize } from './tokens.ts';

/** What one place of the question asks for. */
export interface QueryTerm {
  /** More than one: a phrase, in this order without gaps. */
  words: string[];
  /** In quotes: no typing mistakes, and never left out. */
  isPhrase: boolean;
  /** The last word, perhaps unfinished. */
  isPrefix: boolean;
  /** Words or phrases that do as well. */
  synonyms: string[][];
}

export interface ParsedQuery {
  terms: QueryTerm[];
  /** Words or phrases that must not occur. */
  excluded: string[][];
}

/** Words of a question beyond these are not read. */
const maxTerms = 10;

function words(text: string, settings: Settings): string[] {
  return tokenize(text, settings).map((token) => token.text);
}

const synonymsOf = new WeakMap<Settings, Map<string, string[][]>>();

/** By their words: what else may stand for them. They work one way, from the key to what is listed. */
function synonymsIn(settings: Settings): Map<string, string[][]> {
  const known = synonymsOf.get(settings);
  if (known !== undefined) return known;
  const synonyms = new Map(
    Object.entries(settings.synonyms).map(([from, to]) => [
      words(from, settings).join(' '),
      to.map((one) => words(one, settings)).filter((one) => one.length > 0),
    ]),
  );
  synonymsOf.set(settings, synonyms);
  return synonyms;
}

export function parseQuery(q: string, settings: Settings): ParsedQuery {
  const stopWords = new Set(settings.stopWords.map(normalizedWord));
  const synonyms = synonymsIn(settings);
  const terms: QueryTerm[] = [];
  const excluded: string[][] = [];
  for (const found of q.matchAll(/(-?)"([^"]*)"?|(\S+?)(?=\s|"|$)/gu)) {
    const [all, minus, phrase, plain = ''] = found;
    if (phrase !== undefined) {
      const asked = words(phrase, settings);
      if (asked.length === 0) continue;
      if (minus === '-') excluded.push(asked);
      else terms.push({ words: asked, isPhrase: true, isPrefix: false, synonyms: [] });
      continue;
    }
    if (plain.startsWith('-') && plain.length > 1) {
      excluded.push(...words(plain, settings).map((word) => [word]));
      continue;
    }
    const isLastChunk = found.index + all.length === q.length;
    const tokens = tokenize(plain, settings);
    for (const [index, token] of tokens.entries()) {
      if (stopWords.has(token.text)) continue;
      const isUnfinished = isLastChunk && index === tokens.length - 1 && token.end === plain.length;
      terms.push({
        words: [token.text],
        isPhrase: false,
        isPrefix: isUnfinished && settings.prefixSearch === 'indexingTime',
        synonyms: synonyms.get(token.text) ?? [],
      });
    }
  }
  addLongSynonyms(terms, synonyms);
  return { terms: terms.slice(0, maxTerms), excluded };
}

const maxSynonymWords = 3;

/** Of two or three words together: what stands for all of them stands for each. */
function addLongSynonyms(terms: QueryTerm[], synonyms: ReadonlyMap<string, string[][]>): void {
  for (let length = 2; length <= maxSynonymWords; length += 1)
    for (let at = 0; at + length <= terms.length; at += 1) {
      const together = terms.slice(at, at + length);
      if (together.some((term) => term.isPhrase)) continue;
      const others = synonyms.get(together.map((term) => term.words[0]).join(' ')) ?? [];
      for (const term of together) term.synonyms = [...term.synonyms, ...others];
    }
}

/** Typing mistakes that a word of this length may have. */
export function allowedTypos(word: string, settings: Settings): number {
  const { enabled, minWordSizeForTypos, disableOnWords, disableOnNumbers } = settings.typoTolerance;
  if (!enabled || disableOnWords.some((one) => normalizedWord(one) === word)) return 0;
  if (disableOnNumbers && /^\p{N}+$/u.test(word)) return 0;
  const length = [...word].length;
  if (length >= minWordSizeForTypos.twoTypos) return 2;
  return length >= minWordSizeForTypos.oneTypo ? 1 : 0;
}

/**
 * Letters wrong, missing, added or swapped with their neighbour; a wrong first letter counts twice. Of a prefix: to
 * the nearest beginning of the word.
 */
function typosBetween(term: string, word: string, isPrefix: boolean): number {
  const a = [...term];
  const b = [...word];
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  const distance = isPrefix ? Math.min(...row) : (row[b.length] as number);
  return distance + (distance > 0 && a[0] !== b[0] ? 1 : 0);
}

/** Typing mistakes between a term of one word and a word of a text; null when it is another word. */
export function typosOf(term: QueryTerm, word: string, settings: Settings): number | null {
  const [asked = ''] = term.words;
  if (asked === word || (term.isPrefix && word.startsWith(asked))) return 0;
  if (term.isPhrase) return null;
  const allowed = allowedTypos(asked, settings);
  if (
    allowed === 0 ||
    Math.abs([...word].length - [...asked].length) > (term.isPrefix ? Number.POSITIVE_INFINITY : allowed)
  )
    return null;
  const typos = typosBetween(asked, word, term.isPrefix);
  return typos <= allowed ? typos : null;
}

/** A stretch of a text that a term matches; indexes into its tokens. */
export interface TermMatch {
  from: number;
  to: number;
  typos: number;
}

const compared = new WeakMap<QueryTerm, Map<string, number | null>>();

function knownTypos(term: QueryTerm, word: string, settings: Settings): number | null {
  const known = compared.get(term) ?? new Map<string, number | null>();
  compared.set(term, known);
  const before = known.get(word);
  if (before !== undefined) return before;
  const typos = typosOf(term, word, settings);
  known.set(word, typos);
  return typos;
}

export function matchesOf(term: QueryTerm, tokens: readonly Token[], settings: Settings): TermMatch[] {
  const matches: TermMatch[] = [];
  const phrases = term.words.length > 1 ? [term.words] : term.synonyms;
  for (const [at, first] of tokens.entries()) {
    const typos = term.words.length === 1 ? knownTypos(term, first.text, settings) : null;
    if (typos !== null) matches.push({ from: at, to: at + 1, typos });
    for (const phrase of phrases) {
      const stands = phrase.every((word, offset) => {
        const token = tokens[at + offset];
        return token?.text === word && token.position === first.position + offset;
      });
      if (stands) matches.push({ from: at, to: at + phrase.length, typos: 0 });
    }
  }
  return matches;
}
