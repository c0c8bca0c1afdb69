import { type AnalyseText, type QueryTerm, queryTerms, storableText } from '../index-terms.ts';
import { withoutMarks } from './marks.ts';
import { charactersAttribute, textAttributes } from './settings.ts';

/** One search of the words of a question, or of some of them. */
export interface Asked {
  q: string;
  attributes: readonly string[];
  /** `all`: every word must be there. `frequency`: the commonest may be missing. */
  matching: 'all' | 'frequency';
}

export type Question =
  | { by: 'everything' }
  /** Nothing in it can be searched for. */
  | { by: 'nothing' }
  | {
      by: 'words';
      /** Everything that was asked; null when it is more than the server reads at once. */
      whole: Asked | null;
      /** Stretches that the server reads to their end. */
      stretches: readonly Asked[];
      /** Its terms one by one. */
      parts: readonly Asked[];
      terms: readonly QueryTerm[];
    };

const maxLength = 500;
/** The server reads ten words, and counts some of ours as two. */
const wordsPerStretch = 8;
const maxStretches = 6;
const maxParts = 12;

const words = new Intl.Segmenter('zh', { granularity: 'word' });
const chinese = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}〇]/u;

/** Plans how to ask for a question of any length: the server reads only its first words, and cuts Chinese by a dictionary. */
export function planQuestion(analyse: AnalyseText, q: string): Question {
  const text = asText(q);
  if (storableText(q).trim() === '') return { by: 'everything' };
  if (!/[\p{L}\p{N}]/u.test(text)) return { by: 'nothing' };
  const terms = queryTerms(analyse, text);
  const [only] = terms;
  if (terms.length === 1 && only?.anywhere === true) {
    const whole = { q: only.term, attributes: [charactersAttribute], matching: 'all' } as const;
    return { by: 'words', whole, stretches: [], parts: [], terms };
  }
  const stretches = stretchesOf(text);
  const parts = partsOf(analyse, text);
  const isShort = stretches.length === 1;
  return {
    by: 'words',
    whole: isShort ? { q: text, attributes: textAttributes, matching: 'all' } : null,
    stretches: stretches.map((stretch) => ({
      q: stretch,
      attributes: textAttributes,
      matching: 'frequency',
    })),
    // Of a single foreign word there are no parts.
    parts: parts.length > 1 || chinese.test(text) ? parts : [],
    terms,
  };
}

/** The languages to read a text in. */
export function localesOf(text: string): string[] {
  const locales = [...(chinese.test(text) ? ['cmn'] : []), ...(/\p{Script=Latin}/u.test(text) ? ['eng'] : [])];
  return locales.length > 0 ? locales : ['eng'];
}

/** Without what the server reads as an operator: quotes make a phrase, and a hyphen before a word excludes it. */
export function asText(q: string): string {
  return withoutMarks(storableText(q))
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/["＂]/g, ' ')
    .replace(/(^|[\s(（,，])[-－﹣‐–—]+/gu, '$1 ')
    .trim();
}

function stretchesOf(text: string): string[] {
  const stretches: string[] = [];
  let from = 0;
  let count = 0;
  for (const { index, segment, isWordLike } of words.segment(text)) {
    if (!isWordLike) continue;
    if (count === wordsPerStretch) {
      stretches.push(text.slice(from, index));
      if (stretches.length === maxStretches) return stretches;
      from = index;
      count = 0;
    }
    count += Math.max(1, Math.ceil(Array.from(segment).length / 8));
    if (count > wordsPerStretch) count = wordsPerStretch;
  }
  return [...stretches, text.slice(from)];
}

/** Chinese pairs as phrases of characters, so that no dictionary stands between; other words as they are. */
function partsOf(analyse: AnalyseText, text: string): Asked[] {
  const parts = new Map<string, Asked>();
  for (const { term, start, end } of analyse(text).tokens) {
    if (parts.has(term)) continue;
    if (parts.size === maxParts) break;
    const isChinese = chinese.test(term);
    parts.set(term, {
      q: isChinese ? `"${Array.from(term).join(' ')}"` : text.slice(start, end),
      attributes: isChinese ? [charactersAttribute] : textAttributes,
      matching: 'all',
    });
  }
  return [...parts.values()];
}
