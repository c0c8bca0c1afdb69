import { type AnalysedName, analyseName, compareTexts, nameSimilarity } from './compare.ts';
import type { Dictionary } from './dictionary.ts';
import { InvertedIndex } from './inverted-index.ts';
import { matchTerms } from './matched-terms.ts';
import { parameters } from './parameters.ts';
import { type Concept, type PreparedQuery, prepareQuery } from './query.ts';
import type { EngineDocument, MatchedTerm, Relevance, SearchHit, SearchOptions, TextFields } from './types.ts';

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

function searchIndex(index: InvertedIndex, query: PreparedQuery, { limit, filter }: SearchOptions): SearchHit[] {
  const scores = new Float64Array(index.slots);
  for (const concept of query.concepts) {
    addGains(scores, concept, index);
  }
  const best: { slot: number; id: string; score: number }[] = [];
  scores.forEach((score, slot) => {
    const id = index.idOf(slot);
    if (score > 0 && id !== undefined && (filter === undefined || filter(id))) {
      best.push({ slot, id, score });
    }
  });
  best.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  best.length = Math.min(best.length, Math.max(0, limit));
  const terms = matchedKeys(query, index, new Set(best.map(({ slot }) => slot)));
  return best.map(({ slot, id, score }) => ({ id, score, terms: terms.get(slot) ?? [] }));
}

/** Adds what a concept is worth in each document that has it. */
function addGains(scores: Float64Array, concept: Concept, index: InvertedIndex): void {
  const [only, ...others] = concept.members;
  if (only !== undefined && others.length === 0) {
    index.forEachWithAll(only.terms, (slot, packed) => {
      const frequency = only.weight * index.weightedFrequencyAt(slot, packed);
      scores[slot] = (scores[slot] ?? 0) + concept.weight * saturate(frequency);
    });
    return;
  }
  const frequencies = new Map<number, number>();
  for (const { terms, weight } of concept.members) {
    index.forEachWithAll(terms, (slot, packed) => {
      const added = weight * index.weightedFrequencyAt(slot, packed);
      frequencies.set(slot, (frequencies.get(slot) ?? 0) + added);
    });
  }
  for (const [slot, frequency] of frequencies) {
    scores[slot] = (scores[slot] ?? 0) + concept.weight * saturate(frequency);
  }
}

/** 0–1: each further occurrence counts less. */
function saturate(frequency: number): number {
  return frequency / (parameters.k1 + frequency);
}

function matchedKeys(query: PreparedQuery, index: InvertedIndex, slots: ReadonlySet<number>): Map<number, string[]> {
  const keys = new Map<number, string[]>();
  for (const { kind, key, members } of query.concepts) {
    if (kind === 'pair') {
      continue;
    }
    const found = new Set<number>();
    for (const { terms } of members) {
      index.forEachWithAll(terms, (slot) => found.add(slot));
    }
    for (const slot of found) {
      if (slots.has(slot)) {
        keys.set(slot, [...(keys.get(slot) ?? []), key]);
      }
    }
  }
  return keys;
}
