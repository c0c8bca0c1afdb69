import { analyse } from './analysis.ts';
import { ComparedQuery, isInHeading, isPair, isTranslated } from './compared-query.ts';
import type { Dictionary, Translatable } from './dictionary.ts';
import type { IndexStatistics } from './index-reader.ts';
import { hanShare } from './language.ts';
import { occurrenceWeights, saturate, weightedFrequency } from './length-norms.ts';
import type { PreparedQuery } from './query.ts';
import type { QueryReading } from './query-reading.ts';
import { headingCounts } from './term-counts.ts';
import type { FieldTokens, Relevance } from './types.ts';

/** A document read once, to be compared with many queries: its terms, and how much of it is Chinese. */
export type ComparedDocument = {
  words: readonly [title: FieldTokens, keywords: FieldTokens, body: FieldTokens];
  chinese: number;
};

/** Scores one pair of texts on scales that do not depend on the other candidates. */
export function compareTexts(query: PreparedQuery, document: ComparedDocument, { norms }: IndexStatistics): Relevance {
  const { weights } = query;
  const { compared, chinese } = readyToCompare(query.reading);
  const { words } = document;
  const [title, keywords, body] = words;
  const occurrences = occurrenceWeights([title.terms.length, keywords.terms.length, body.terms.length], norms);
  const reachable = reachableOf(query, compared.marks);
  const reached = { title: 0, body: 0, crossLanguage: 0 };
  const worth = (packed: number) => weightedFrequency(packed, occurrences);
  const worthInHeading = (packed: number) => weightedFrequency(headingCounts(packed), occurrences);
  for (const concept of compared.meet(words)) {
    const marks = compared.marks[concept] as number;
    const weight = weights[concept] as number;
    const gained = weight * saturate(compared.frequency(concept, worth));
    if ((marks & isTranslated) !== 0) {
      reached.crossLanguage += gained;
    } else {
      reached.body += gained;
      reached.title += marks & isInHeading ? weight * saturate(compared.frequency(concept, worthInHeading)) : 0;
    }
  }
  return {
    title: share(reached.title, reachable.title),
    body: share(reached.body, reachable.body),
    crossLanguage: share(reached.crossLanguage, reachable.crossLanguage),
    languageGap: languageGap(chinese, document.chinese),
  };
}

function share(reached: number, reachable: number): number {
  return reachable > 0 ? Math.min(1, reached / reachable) : 0;
}

type Reachable = Pick<Relevance, 'title' | 'body' | 'crossLanguage'>;
type ReadyQuery = { compared: ComparedQuery; chinese: number };

/** A query is compared with many documents. */
const readyQueries = new WeakMap<QueryReading, ReadyQuery>();

function readyToCompare(reading: QueryReading): ReadyQuery {
  let ready = readyQueries.get(reading);
  if (ready === undefined) {
    ready = { compared: new ComparedQuery(reading), chinese: hanShare(reading.fields) };
    readyQueries.set(reading, ready);
  }
  return ready;
}

const reachableByQuery = new WeakMap<PreparedQuery, Reachable>();

function reachableOf(query: PreparedQuery, marksOf: Uint8Array): Reachable {
  let reachable = reachableByQuery.get(query);
  if (reachable === undefined) {
    reachable = reachableBy(marksOf, query.weights);
    reachableByQuery.set(query, reachable);
  }
  return reachable;
}

/** Pairs add to what is reached and are not asked for: nobody repeats a long text phrase by phrase. */
function reachableBy(marksOf: Uint8Array, weights: Float64Array): Reachable {
  const reachable = { title: 0, body: 0, crossLanguage: 0 };
  weights.forEach((weight, concept) => {
    const marks = marksOf[concept] as number;
    if ((marks & isTranslated) !== 0) {
      reachable.crossLanguage += weight;
    } else if ((marks & isPair) === 0) {
      reachable.body += weight;
      reachable.title += marks & isInHeading ? weight : 0;
    }
  });
  return reachable;
}

/** Abbreviations and units in Chinese text do not make it English: small differences count as none, large ones as whole. */
function languageGap(a: number, b: number): number {
  return Math.min(1, Math.max(0, (Math.abs(a - b) - 0.3) / 0.4));
}

/** A short name read once: its terms, the Chinese words that the dictionary knows in it, and all terms of their renderings. */
export type AnalysedName = {
  terms: ReadonlySet<string>;
  words: readonly Translatable[];
  rendered: ReadonlySet<string>;
};

export function analyseName(name: string, dictionary: Dictionary | undefined): AnalysedName {
  const { tokens, hanRuns } = analyse(name);
  const words = hanRuns.flatMap((run) => dictionary?.translateHan(run) ?? []).filter(({ inner }) => !inner);
  return {
    terms: new Set(tokens.map(({ term }) => term)),
    words,
    rendered: new Set(words.flatMap(({ renderings }) => renderings.flatMap(({ terms }) => terms))),
  };
}

/** Share of the words of both names that meet (Dice), in the same language or through the dictionary. */
export function nameSimilarity(a: AnalysedName, b: AnalysedName): number {
  return Math.max(sameWords(a, b), throughDictionary(a, b), throughDictionary(b, a));
}

function sameWords({ terms: a }: AnalysedName, { terms: b }: AnalysedName): number {
  let shared = 0;
  for (const term of a) {
    shared += b.has(term) ? 1 : 0;
  }
  return a.size + b.size > 0 ? (2 * shared) / (a.size + b.size) : 0;
}

function throughDictionary({ words, rendered }: AnalysedName, { terms: wanted }: AnalysedName): number {
  // Every rendering has a term: where none of them is wanted, none fits.
  if (!meet(wanted, rendered)) {
    return 0;
  }
  let covered: Set<string> | undefined;
  let met = 0;
  for (const { renderings } of words) {
    let fits = false;
    for (const { terms } of renderings) {
      if (terms.every((term) => wanted.has(term))) {
        fits = true;
        covered ??= new Set();
        for (const term of terms) {
          covered.add(term);
        }
      }
    }
    met += fits ? 1 : 0;
  }
  return covered === undefined ? 0 : (met + covered.size) / (words.length + wanted.size);
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const term of a) {
    if (b.has(term)) {
      return true;
    }
  }
  return false;
}
