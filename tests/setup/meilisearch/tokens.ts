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
  return text.replaceAll(/[$()*+.?[\\\]^{|}/&\-!#%,:;<=>@`~]/gu, '\\$&');
}

const patterns = new WeakMap<Settings, RegExp>();

/** Words of the dictionary first, then runs of CJK, then runs of letters and digits. */
function patternOf(settings: Settings): RegExp {
  const known = patterns.get(settings);
  if (known !== undefined) return known;
  const longestFirst = (a: string, b: string) => b.length - a.length;
  const dictionary = settings.dictionary.toSorted(longestFirst).map(escaped);
  const letters = ['[[\\p{L}\\p{N}\\p{M}]--[', cjk, ']]'].join('');
  const joined = [letters, ...settings.nonSeparatorTokens.toSorted(longestFirst).map(escaped)].join('|');
  const pattern = new RegExp([...dictionary, `[${cjk}]+`, `(?:${joined})+`].join('|'), 'gvi');
  patterns.set(settings, pattern);
  return pattern;
}

/** Width, case and accents do not count. */
export function normalizedWord(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
}

function pieces(run: string, start: number, dictionary: readonly string[]): { text: string; start: number }[] {
  if (!isCjk.test(run) || dictionary.includes(run)) return [{ text: run, start }];
  return [...segmenter.segment(run)].map((piece) => ({ text: piece.segment, start: start + piece.index }));
}

export function tokenize(text: string, settings: Settings): Token[] {
  let source = text;
  for (const separator of settings.separatorTokens) source = source.replaceAll(separator, ' '.repeat(separator.length));
  const tokens: Token[] = [];
  let position = -1;
  let lastEnd = 0;
  for (const found of source.matchAll(patternOf(settings))) {
    for (const piece of pieces(found[0], found.index, settings.dictionary)) {
      const word = normalizedWord(piece.text);
      if (word === '') continue;
      position += 1;
      if (tokens.length > 0 && hardGap.test(source.slice(lastEnd, piece.start))) position += hardGapWords;
      lastEnd = piece.start + piece.text.length;
      tokens.push({ text: word, start: piece.start, end: lastEnd, position });
    }
  }
  return tokens;
}
