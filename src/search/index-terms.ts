/** Splits a text into terms and says where each stands (UTF-16 units, end exclusive). Given by whoever composes the adapter. */
export type AnalyseText = (text: string) => { tokens: readonly Token[] };
type Token = { term: string; start: number; end: number };

/** One term of a question. A single Chinese character finds every word that has it. */
export interface QueryTerm {
  term: string;
  anywhere: boolean;
}

/** Of one question: whole texts are compared by the matching engine, not here. */
const maxQueryTerms = 32;

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const cjkPair = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー〇]{2}$/u;
const cjkSingle = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}〇]$/u;

/** Text that PostgreSQL can keep: without NUL and without halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.replaceAll('\0', ' ').replace(loneSurrogates, '\ufffd');
}

/** The distinct terms of a question, in its order. */
export function queryTerms(analyse: AnalyseText, q: string): QueryTerm[] {
  const terms = [...new Set(analyse(q).tokens.map(({ term }) => term))].slice(0, maxQueryTerms);
  return terms.map((term) => ({ term, anywhere: cjkSingle.test(term) }));
}

/**
 * The terms, and the last character of each run of Chinese by itself: every character then starts some term,
 * and a prefix search for one character finds it wherever it stands.
 */
export function documentTerms(tokens: readonly Token[]): string[] {
  const terms: string[] = [];
  tokens.forEach(({ term, end }, at) => {
    terms.push(term);
    const next = tokens[at + 1];
    if ((next === undefined || next.start >= end) && cjkPair.test(term)) terms.push(Array.from(term).at(-1) ?? '');
  });
  return terms;
}
