import { analyse, type HanRun, pairTerm, stemWord, type Token } from './analysis.ts';
import { findChineseWords, segmentChinese } from './chinese-words.ts';
import { normalizeWord } from './normalize.ts';
import type { StringTable } from './packed-table.ts';
import { parameters } from './parameters.ts';
import { type Speller, type Spelling, spelledStretches } from './transliteration.ts';

/** A Chinese word and what it is called in English, best first. */
export type DictionaryEntry = { zh: string; en: readonly string[] };

/** One way to say a word in the other language: all of its index terms must occur. The usual one weighs 1, others less. */
export type Rendering = { terms: string[]; phrase: string | undefined; weight: number };

/** A word or phrase of a text that the dictionary knows, and its renderings in the other language. */
export type Translatable = {
  key: string;
  /** The index terms of the word as written. */
  terms: string[];
  /** It stands inside a longer word that the dictionary knows, too. */
  inner: boolean;
  start: number;
  end: number;
  renderings: Rendering[];
};

export type Dictionary = {
  size: number;
  /** The Chinese words of a run, each followed by the words inside it. */
  translateHan(run: HanRun): Translatable[];
  /** English words and phrases of up to three words, longest first, each phrase followed by its words. */
  translateWords(tokens: readonly Token[]): Translatable[];
  /**
   * Stretches of a run that look like foreign names and are no words, at most so many. Their renderings are guesses weighted by how
   * likely they are: only those that the collection holds mean anything.
   */
  spellNames(run: HanRun, limit: number): Translatable[];
};

export const glossSeparator = '|';
const maxGlossWords = 4;
const maxPhraseWords = 3;
const maxRenderings = 24;
/** English has fewer words for a thing than this dictionary has Chinese ones. */
const maxChineseRenderings = 48;

/**
 * Reads entries once into two tables. Entries that come first are preferred, so put the technical vocabulary before
 * the general dictionary. The table from English is built on first use: a Chinese-only market never pays for it.
 */
export function createDictionary(entries: Iterable<DictionaryEntry>, speller?: Speller): Dictionary {
  const glossesByWord = toTheEnd(readEntries(entries));
  let wordsByPhrase: Map<string, string[]> | undefined;
  return dictionaryOf(
    glossesByWord,
    () => {
      wordsByPhrase ??= toTheEnd(invert(glossesByWord));
      return wordsByPhrase;
    },
    speller,
  );
}

/** Both tables, of strings that hold what is said of a key: glosses with separators between them, and Chinese words. */
export function dictionaryTables(entries: Iterable<DictionaryEntry>): {
  glossesByWord: Map<string, string>;
  wordsByPhrase: Map<string, string[]>;
} {
  const glossesByWord = toTheEnd(readEntries(entries));
  return { glossesByWord, wordsByPhrase: toTheEnd(invert(glossesByWord)) };
}

const entriesPerStep = 200;

function toTheEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return step.value;
    }
  }
}

export function dictionaryOf(
  glossesByWord: StringTable,
  phrases: () => { get(phrase: string): readonly string[] | undefined },
  speller: Speller | undefined,
): Dictionary {
  const fromChinese = new Map<string, Pick<Translatable, 'terms' | 'renderings'>>();
  const fromEnglish = new Map<string, Rendering[]>();

  function readChinese(word: string): Pick<Translatable, 'terms' | 'renderings'> {
    return remember(fromChinese, word, () => ({
      terms: termsOf(word),
      renderings: englishRenderings(glossesByWord.get(word) ?? ''),
    }));
  }

  function readEnglish(phrase: string): Rendering[] | undefined {
    const words = phrases().get(phrase);
    return words === undefined ? undefined : remember(fromEnglish, phrase, () => chineseRenderings(words));
  }

  return {
    size: glossesByWord.size,
    translateHan: (run) =>
      findChineseWords(run, glossesByWord)
        .map((word) => ({ ...word, ...readChinese(word.key) }))
        .filter(({ renderings }) => renderings.length > 0),
    translateWords: (tokens) => findPhrases(tokens, readEnglish),
    spellNames: (run, limit) => (speller === undefined ? [] : spellNames(run, glossesByWord, speller, limit)),
  };
}

const maxRemembered = 50_000;

/** Reading a word's translations costs as much as reading a sentence; the same words are asked for again and again. */
function remember<T>(known: Map<string, T>, key: string, read: () => T): T {
  let value = known.get(key);
  if (value === undefined) {
    value = read();
    if (known.size >= maxRemembered) {
      known.clear();
    }
    known.set(key, value);
  }
  return value;
}

function* readEntries(entries: Iterable<DictionaryEntry>): Generator<void, Map<string, string>> {
  const glossesByWord = new Map<string, string>();
  let count = 0;
  for (const { zh, en } of entries) {
    if (++count % entriesPerStep === 0) {
      yield;
    }
    const word = normalizeWord(zh);
    const known = glossesByWord.get(word);
    const added = en.join(glossSeparator);
    glossesByWord.set(word, known === undefined ? added : `${known}${glossSeparator}${added}`);
  }
  return glossesByWord;
}

function englishRenderings(glosses: string): Rendering[] {
  const seen = new Map<string, Rendering>();
  for (const gloss of glosses.split(glossSeparator)) {
    const terms = termsOf(gloss);
    const phrase = terms.join(' ');
    if (terms.length > 0 && terms.length <= maxGlossWords && !seen.has(phrase) && seen.size < maxRenderings) {
      const weight = parameters.nextTranslationWeight ** seen.size;
      seen.set(phrase, { terms, phrase: pairOf(terms), weight });
    }
  }
  return [...seen.values()];
}

function pairOf(terms: readonly string[]): string | undefined {
  const [first, second] = terms;
  return terms.length === 2 && first !== undefined && second !== undefined ? pairTerm(first, second) : undefined;
}

function spellNames(run: HanRun, words: StringTable, speller: Speller, limit: number): Translatable[] {
  const isName = (word: string) => capitalPattern.test(words.get(word) ?? '');
  return spelledStretches(segmentChinese(run.text, words), isName, speller)
    .slice(0, limit)
    .map(({ key, start }) => ({
      key,
      terms: termsOf(key),
      inner: false,
      start: run.start + start,
      end: run.start + start + key.length,
      renderings: nameRenderings(speller.spellings(key)),
    }));
}

const capitalPattern = /^\p{Lu}/u;

const plainLetters = /^[a-z]+$/;

/** Spellings with one stem are one term, as likely as the likeliest of them. Hundreds of single words: no text needs to be read. */
function nameRenderings(spellings: readonly Spelling[]): Rendering[] {
  const best = new Map<string, number>();
  for (const { word, likelihood } of spellings) {
    const term = plainLetters.test(word) ? stemWord(word) : termsOf(word)[0];
    if (term !== undefined) {
      best.set(term, Math.max(best.get(term) ?? 0, likelihood));
    }
  }
  return [...best].map(([term, weight]) => ({ terms: [term], phrase: undefined, weight }));
}

function findPhrases(
  tokens: readonly Token[],
  renderingsOf: (phrase: string) => Rendering[] | undefined,
): Translatable[] {
  const found: Translatable[] = [];

  function take(at: number, count: number, inner: boolean): boolean {
    const slice = tokens.slice(at, at + count);
    const terms = slice.map(({ term }) => term);
    const key = terms.join(' ');
    const renderings = renderingsOf(key);
    const [first, last] = [slice[0], slice[count - 1]];
    if (renderings === undefined || first === undefined || last === undefined) {
      return false;
    }
    found.push({ key, terms, inner, start: first.start, end: last.end, renderings });
    return true;
  }

  for (let at = 0; at < tokens.length; ) {
    let count = Math.min(maxPhraseWords, tokens.length - at);
    while (count > 0 && !take(at, count, false)) {
      count--;
    }
    for (let inside = 0; count > 1 && inside < count; inside++) {
      take(at + inside, 1, true);
    }
    at += Math.max(1, count);
  }
  return found;
}

/** A Chinese word of three or more characters is there when all of its bigrams are. */
function chineseRenderings(words: readonly string[]): Rendering[] {
  return words
    .map((ranked) => ({ word: ranked.slice(1), rank: ranked.charCodeAt(0) - firstDigit }))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, maxChineseRenderings)
    .map(({ word, rank }) => ({
      terms: termsOf(word),
      phrase: undefined,
      weight: parameters.nextMeaningWeight ** rank,
    }));
}

const firstDigit = '0'.charCodeAt(0);

function termsOf(text: string): string[] {
  return analyse(text).tokens.map(({ term }) => term);
}

/** English phrase -> Chinese words, each behind one digit: as which of its meanings the word means this, from 0 on. */
function* invert(glossesByWord: ReadonlyMap<string, string>): Generator<void, Map<string, string[]>> {
  const wordsByPhrase = new Map<string, string[]>();
  const phraseOfGloss = new Map<string, string>();
  let count = 0;
  for (const [word, glosses] of glossesByWord) {
    if (++count % entriesPerStep === 0) {
      yield;
    }
    if (word.length < 2) {
      continue;
    }
    for (const [rank, gloss] of glosses.split(glossSeparator).entries()) {
      let phrase = phraseOfGloss.get(gloss);
      if (phrase === undefined) {
        const terms = termsOf(gloss);
        phrase = terms.length <= maxPhraseWords ? terms.join(' ') : '';
        phraseOfGloss.set(gloss, phrase);
      }
      if (phrase !== '') {
        const words = wordsByPhrase.get(phrase) ?? [];
        wordsByPhrase.set(phrase, words);
        if (words.at(-1)?.slice(1) !== word) {
          words.push(`${Math.min(rank, 9)}${word}`);
        }
      }
    }
  }
  return wordsByPhrase;
}
