import type { Settings } from './settings.ts';

/** One word of a text: `start` and `end` count UTF-16 units of the text, `position` counts words. */
export interface Token {
  text: string;
  start: number;
  end: number;
  position: number;
}

/**
 * Approximate: the server cuts Chinese by its own dictionary, this double by that of Node's ICU. Tests may rely on a
 * word of a text being found by itself, and on nothing finer.
 */
const cjk = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
const isCjk = new RegExp(`[${cjk}]`, 'u');
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Words on either side of a full stop or a comma are further apart than neighbours. */
const hardGap = /[.。,，、!！?？;；:：\n]/u;
const hardGapWords = 7;

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}/]/gu, '\\$&');
}

interface Cutting {
  /** A word of the dictionary, a run of CJK, or a run of letters and digits. */
  pieces: RegExp;
  /** Words of the dictionary, to cut a run of CJK at; null without any. */
  dictionary: RegExp | null;
}

const cuttings = new WeakMap<Settings, Cutting>();

function cuttingOf(settings: Settings): Cutting {
  const known = cuttings.get(settings);
  if (known !== undefined) return known;
  const longestFirst = (a: string, b: string) => b.length - a.length;
  const dictionary = settings.dictionary.toSorted(longestFirst).map(escaped);
  const letters = ['[[\\p{L}\\p{N}\\p{M}]--[', cjk, ']]'].join('');
  const joined = [letters, ...settings.nonSeparatorTokens.toSorted(longestFirst).map(escaped)].join('|');
  const cutting = {
    pieces: new RegExp([...dictionary, `[${cjk}]+`, `(?:${joined})+`].join('|'), 'giv'),
    dictionary: dictionary.length === 0 ? null : new RegExp(`(${dictionary.join('|')})`, 'iu'),
  };
  cuttings.set(settings, cutting);
  return cutting;
}

/** Width, case and accents do not count. */
export function normalizedWord(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
}

function segmented(run: string): string[] {
  return [...segmenter.segment(run)].map((piece) => piece.segment);
}

function wordsOf(run: string, dictionary: RegExp | null): string[] {
  if (!isCjk.test(run)) return [run];
  if (dictionary === null) return segmented(run);
  // What stands between the words of the dictionary, and every second the word itself.
  return run.split(dictionary).flatMap((part, at) => (at % 2 === 1 ? [part] : segmented(part)));
}

export function tokenize(text: string, settings: Settings): Token[] {
  let source = text;
  for (const separator of settings.separatorTokens) source = source.replaceAll(separator, ' '.repeat(separator.length));
  const tokens: Token[] = [];
  let position = -1;
  let lastEnd = 0;
  const { pieces, dictionary } = cuttingOf(settings);
  for (const found of source.matchAll(pieces)) {
    let start = found.index;
    for (const word of wordsOf(found[0], dictionary)) {
      const end = start + word.length;
      const normalized = normalizedWord(word);
      if (normalized !== '') {
        position += 1;
        if (tokens.length > 0 && hardGap.test(source.slice(lastEnd, start))) position += hardGapWords;
        lastEnd = end;
        tokens.push({ text: normalized, start, end, position });
      }
      start = end;
    }
  }
  return tokens;
}
