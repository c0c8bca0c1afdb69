import type { SearchKind } from '../core/search-index.ts';

/** Splits a text into terms and says where each stands (UTF-16 units, end exclusive). Given by whoever composes the adapter. */
export type AnalyseText = (text: string) => { tokens: readonly Token[] };
type Token = { term: string; start: number; end: number };

/** One term of a question. A single Chinese character finds every word that has it. */
export interface QueryTerm {
  term: string;
  anywhere: boolean;
}

/** Of one document; a text beyond it is no description, and a tsvector may have one megabyte. */
const maxDocumentTerms = 20_000;
/** Of one question: whole texts are compared by the matching engine, not here. */
const maxQueryTerms = 32;

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Letters and digits below the surrogates: nothing to escape, nothing that cannot be stored. */
const plain = /^[0-9A-Za-z\u3041-\u9fff]+$/;
const cjkPair = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー〇]{2}$/u;
const cjkSingle = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}〇]$/u;

/** Text that PostgreSQL can keep: without NUL and without halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.replaceAll('\0', ' ').replace(loneSurrogates, '\ufffd');
}

/**
 * A document as a tsvector literal: each term once, marked A where it stands in the title, B in the keywords, and bare
 * where it stands in the body only, which keeps the vector small. `ts_rank` then is the weighted share of a question's
 * terms that the document has. Every term begins with its kind's letter: each kind has lists of its own in the index,
 * and a search for one does not read through the other.
 */
export function termVector(
  analyse: AnalyseText,
  fields: { kind: SearchKind; title: string; keywords: readonly string[]; body: string },
): string {
  const marks = new Map<string, string>();
  for (const [mark, text] of [
    [':1A', fields.title],
    [':1B', fields.keywords.join('\n')],
    ['', fields.body],
  ] as const) {
    for (const term of documentTerms(analyse(text).tokens)) {
      if (!marks.has(term) && marks.size < maxDocumentTerms) marks.set(term, mark);
    }
  }
  return [...marks].map(([term, mark]) => `${quoted(kindTerm(fields.kind, term))}${mark}`).join(' ');
}

/** The distinct terms of a question, in its order. */
export function queryTerms(analyse: AnalyseText, q: string): QueryTerm[] {
  const terms = [...new Set(analyse(q).tokens.map(({ term }) => term))].slice(0, maxQueryTerms);
  return terms.map((term) => ({ term, anywhere: cjkSingle.test(term) }));
}

/** A tsquery literal. Terms are quoted, so nothing in them is read as an operator. */
export function termQuery(kind: SearchKind, terms: readonly QueryTerm[], operator: '&' | '|'): string {
  return terms
    .map(({ term, anywhere }) => `${quoted(kindTerm(kind, term))}${anywhere ? ':*' : ''}`)
    .join(` ${operator} `);
}

/** A term as the index has it. */
export function kindTerm(kind: SearchKind, term: string): string {
  return `${kind.charAt(0)}${term}`;
}

/**
 * The terms, and the last character of each run of Chinese by itself: every character then starts some term,
 * and a prefix search for one character finds it wherever it stands.
 */
function documentTerms(tokens: readonly Token[]): string[] {
  const terms: string[] = [];
  tokens.forEach(({ term, end }, at) => {
    terms.push(term);
    const next = tokens[at + 1];
    if ((next === undefined || next.start >= end) && cjkPair.test(term)) terms.push(Array.from(term).at(-1) ?? '');
  });
  return terms;
}

function quoted(term: string): string {
  // Most terms by far; the rest of this costs more than their analysis.
  if (plain.test(term)) return `'${term}'`;
  return `'${storableText(term).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
