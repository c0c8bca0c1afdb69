import { analyse, type HanRun, type Token } from './analysis.ts';
import { normalizeWord } from './normalize.ts';
import type { StringTable } from './packed-table.ts';
import { parameters } from './parameters.ts';

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
  /** The longest Chinese words of a run, each followed by the words inside it. */
  translateHan(run: HanRun): Translatable[];
  /** English words and phrases of up to three words, longest first. */
  translateWords(tokens: readonly Token[]): Translatable[];
};

export const glossSeparator = '|';
const maxChineseWordLength = 10;
const maxGlossWords = 4;
const maxPhraseWords = 3;
const maxRenderings = 24;

/**
 * Reads entries once into two tables. Entries that come first are preferred, so put the technical vocabulary before
 * the general dictionary. The table from English is built on first use: a Chinese-only market never pays for it.
 */
export function createDictionary(entries: Iterable<DictionaryEntry>): Dictionary {
  const glossesByWord = toTheEnd(readEntries(entries));
  let wordsByPhrase: Map<string, string[]> | undefined;
  return dictionaryOf(glossesByWord, () => {
    wordsByPhrase ??= toTheEnd(invert(glossesByWord));
    return wordsByPhrase;
  });
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
): Dictionary {
  const fromChinese = new Map<string, Pick<Translatable, 'terms' | 'renderings'>>();

  function readChinese(word: string): Pick<Translatable, 'terms' | 'renderings'> {
    let read = fromChinese.get(word);
    if (read === undefined) {
      read = { terms: termsOf(word), renderings: englishRenderings(glossesByWord.get(word) ?? '') };
      fromChinese.set(word, read);
    }
    return read;
  }

  return {
    size: glossesByWord.size,
    translateHan: (run) =>
      findWords(run, glossesByWord)
        .map((word) => ({ ...word, ...readChinese(word.key) }))
        .filter(({ renderings }) => renderings.length > 0),
    translateWords: (tokens) => findPhrases(tokens, phrases()),
  };
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
      seen.set(phrase, { terms, phrase: terms.length === 2 ? phrase : undefined, weight });
    }
  }
  return [...seen.values()];
}

type FoundWord = Pick<Translatable, 'key' | 'inner' | 'start' | 'end'>;

/** Longest known words at each position and the words inside them; single characters only where nothing else covers. */
function findWords(run: HanRun, words: StringTable): FoundWord[] {
  const found: FoundWord[] = [];
  let coveredTo = 0;
  for (let at = 0; at < run.text.length; at++) {
    const shortest = at < coveredTo ? 2 : 1;
    for (let length = Math.min(maxChineseWordLength, run.text.length - at); length >= shortest; length--) {
      const key = run.text.slice(at, at + length);
      if (at + length > coveredTo && words.has(key)) {
        found.push({ key, inner: false, start: run.start + at, end: run.start + at + length });
        addInnerWords(found, key, run.start + at, words);
        coveredTo = at + length;
        break;
      }
    }
  }
  return found;
}

function addInnerWords(found: FoundWord[], outer: string, start: number, words: StringTable): void {
  for (let length = outer.length - 1; length >= 2; length--) {
    for (let at = 0; at + length <= outer.length; at++) {
      const key = outer.slice(at, at + length);
      if (words.has(key)) {
        found.push({ key, inner: true, start: start + at, end: start + at + length });
      }
    }
  }
}

function findPhrases(
  tokens: readonly Token[],
  wordsByPhrase: { get(phrase: string): readonly string[] | undefined },
): Translatable[] {
  const found: Translatable[] = [];
  for (let at = 0; at < tokens.length; ) {
    let taken = 1;
    for (let count = Math.min(maxPhraseWords, tokens.length - at); count >= 1; count--) {
      const slice = tokens.slice(at, at + count);
      const terms = slice.map(({ term }) => term);
      const key = terms.join(' ');
      const words = wordsByPhrase.get(key);
      const [first, last] = [slice[0], slice[count - 1]];
      if (words !== undefined && first !== undefined && last !== undefined) {
        const renderings = words.map(chineseRendering);
        found.push({ key, terms, inner: false, start: first.start, end: last.end, renderings });
        taken = count;
        break;
      }
    }
    at += taken;
  }
  return found;
}

/** A Chinese word of three or more characters is there when all of its bigrams are. */
function chineseRendering(word: string): Rendering {
  return { terms: termsOf(word), phrase: undefined, weight: 1 };
}

function termsOf(text: string): string[] {
  return analyse(text).tokens.map(({ term }) => term);
}

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
    for (const gloss of glosses.split(glossSeparator)) {
      let phrase = phraseOfGloss.get(gloss);
      if (phrase === undefined) {
        const terms = termsOf(gloss);
        phrase = terms.length <= maxPhraseWords ? terms.join(' ') : '';
        phraseOfGloss.set(gloss, phrase);
      }
      if (phrase !== '') {
        const words = wordsByPhrase.get(phrase) ?? [];
        wordsByPhrase.set(phrase, words);
        if (words.length < maxRenderings && !words.includes(word)) {
          words.push(word);
        }
      }
    }
  }
  return wordsByPhrase;
}
