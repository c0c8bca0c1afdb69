import { type AnalysedName, analyseName, compareTexts, nameSimilarity } from './compare.ts';
import type { Dictionary } from './dictionary.ts';
import { discountShared } from './feedback.ts';
import { InvertedIndex } from './inverted-index.ts';
import { matchTerms } from './matched-terms.ts';
import { parameters } from './parameters.ts';
import { type PreparedQuery, prepareQuery } from './query.ts';
import type { EngineDocument, MatchedTerm, Relevance, SearchHit, SearchOptions, TextFields } from './types.ts';
import { holdBackLong, verbosity } from './verbose-query.ts';

export type EngineOptions = {
  /** Without one, texts are only matched in the language they are written in. */
  dictionary?: Dictionary;
};

export type Engine = {
  readonly size: number;
  /** Adds a document, or replaces the one with the same id. */
  upsert(document: EngineDocument): void;
  /** False if there was none. */
  remove(id: string): boolean;
  /** The best documents for a query, highest score first, equal scores by id. */
  search(query: TextFields | PreparedQuery, options: SearchOptions): SearchHit[];
  /** Reads a query once, to search with it and to compare many documents with it. */
  prepare(fields: TextFields): PreparedQuery;
  /** How well one document, indexed or not, answers a query; uses the index for word statistics only. */
  compare(query: PreparedQuery, document: TextFields): Relevance;
  /** What the query and one document share, and where it stands in both; the weightiest first. */
  explain(query: PreparedQuery, document: TextFields): MatchedTerm[];
  /** 0–1: how far two short names ("抗拉强度", "tensile strength") mean the same. */
  nameSimilarity(a: string, b: string): number;
};

/** A BM25F engine over title, keywords and body, for Chinese, English and both mixed. In memory, synchronous, deterministic. */
export function createEngine({ dictionary }: EngineOptions = {}): Engine {
  const index = new InvertedIndex();
  const readName = createNameReader(dictionary);
  return {
    get size() {
      return index.size;
    },
    upsert: (document) => index.upsert(document),
    remove: (id) => index.remove(id),
    prepare: (fields) => prepareQuery(fields, index, dictionary),
    search: (query, options) =>
      searchIndex(index, 'concepts' in query ? query : prepareQuery(query, index, dictionary), options),
    compare: (query, document) => compareTexts(query, document, index),
    explain: matchTerms,
    nameSimilarity: (a, b) => nameSimilarity(readName(a), readName(b)),
  };
}

const maxNamesKept = 20_000;
const maxNameLength = 200;

/** The same keywords and indicator names are compared again and again, so each is read once. */
function createNameReader(dictionary: Dictionary | undefined): (name: string) => AnalysedName {
  const read = new Map<string, AnalysedName>();
  return (name) => {
    let analysed = read.get(name);
    if (analysed === undefined) {
      analysed = analyseName(name.slice(0, maxNameLength), dictionary);
      if (read.size >= maxNamesKept) {
        read.clear();
      }
      read.set(name, analysed);
    }
    return analysed;
  };
}

/** The best documents of a first search say which words do not tell them apart; where that says something, a second one follows. */
function searchIndex(index: InvertedIndex, query: PreparedQuery, options: SearchOptions): SearchHit[] {
  const wanted = Math.max(0, options.limit);
  const held = verbosity(query);
  const limit = held > 0 ? Math.max(parameters.verbose.candidates, 2 * wanted) : wanted;
  const asked = query.concepts.map((concept) => ({ concept, weight: concept.weight }));
  const best = index.search(asked, { ...options, limit: Math.max(limit, parameters.feedback.documents) });
  const ids = best.map(({ id }) => id);
  const weighed = discountShared(asked, ids, index);
  const found = weighed === undefined ? best : index.search(weighed, { ...options, limit });
  return (held > 0 ? holdBackLong(found, held, index) : found).slice(0, wanted);
}
