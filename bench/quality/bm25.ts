import { stemmer } from 'stemmer';
import type { BenchText } from './files.ts';
import type { Ranker } from './measures.ts';

const k1 = 1.2;
const b = 0.75;
const lucenesStopWords = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

/**
 * The baseline: BM25 over title and text as one field, shares no code with the engine. English lower-cased, Lucene's stop
 * words, Porter stems; Chinese as character bigrams. Equal scores by id.
 */
export function createBm25(documents: readonly BenchText[], limit: number): Ranker {
  const postings = new Map<string, { documents: number[]; counts: number[] }>();
  const lengths = documents.map((document, at) => {
    const terms = termsOf(`${document.title} ${document.text}`);
    for (const [term, count] of countEach(terms)) {
      const list = postings.get(term) ?? { documents: [], counts: [] };
      postings.set(term, list);
      list.documents.push(at);
      list.counts.push(count);
    }
    return terms.length;
  });
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;

  return ({ title, text }) => {
    const scores = new Float64Array(documents.length);
    for (const [term, queryCount] of countEach(termsOf(`${title} ${text}`))) {
      const list = postings.get(term);
      if (list === undefined) {
        continue;
      }
      const found = list.documents.length;
      const idf = Math.log(1 + (documents.length - found + 0.5) / (found + 0.5));
      list.documents.forEach((document, at) => {
        const count = list.counts[at] ?? 0;
        const norm = k1 * (1 - b + (b * (lengths[document] ?? 0)) / meanLength);
        scores[document] = (scores[document] ?? 0) + (queryCount * idf * count * (k1 + 1)) / (count + norm);
      });
    }
    return documents
      .map(({ id }, at) => ({ id, score: scores[at] ?? 0 }))
      .filter(({ score }) => score > 0)
      .toSorted((x, y) => y.score - x.score || (x.id < y.id ? -1 : 1))
      .slice(0, limit)
      .map(({ id }) => id);
  };
}

const wordPattern = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu;
const hanPattern = /^\p{Script=Han}/u;

function termsOf(text: string): string[] {
  return [...text.toLowerCase().matchAll(wordPattern)].flatMap(([word]) => {
    if (hanPattern.test(word)) {
      const characters = [...word];
      return characters.length === 1 ? characters : characters.slice(1).map((next, at) => `${characters[at]}${next}`);
    }
    return lucenesStopWords.has(word) ? [] : [stemmer(word)];
  });
}

function countEach(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) {
    counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return counts;
}
