import type { ComparedDocument } from './engine/compare.ts';
import type { Engine } from './engine/engine.ts';
import type { PreparedQuery } from './engine/query.ts';
import type { Relevance } from './engine/types.ts';
import { demandText, type RecordText, recordPlace, resultText, versionTag } from './record-text.ts';
import type { ExplainedTerm, MatchDemand, MatchResult, RecordPlace } from './types.ts';

/** What the texts of a pair say to each other. All numbers 0–1. */
export type TextMatch = {
  relevance: Relevance;
  /** Costs as much as the comparison, so only pairs that could be kept are asked for it. */
  keywordOverlap: () => number | null;
  /** Costs as much as the comparison itself, so only pairs that are kept are asked for it. */
  terms: () => ExplainedTerm[];
};

export type TextMatcher = {
  match(demand: MatchDemand, result: MatchResult): TextMatch;
  nameSimilarity(a: string, b: string): number;
};

/**
 * Compares demands with results by the words' statistics in the given engine. Use the engine that holds the results for both
 * directions, so that a pair has one score from whichever side it is found. Remembers the demand it read last only.
 */
export function createTextMatcher(
  engine: Pick<Engine, 'prepare' | 'read' | 'compare' | 'explain' | 'nameSimilarity'>,
): TextMatcher {
  let last: { demand: MatchDemand; text: RecordText; query: PreparedQuery } | undefined;
  return {
    nameSimilarity: engine.nameSimilarity,
    match(demand, result) {
      if (last?.demand !== demand) {
        const text = demandText(demand);
        last = { demand, text, query: engine.prepare(text.fields) };
      }
      const { text, query } = last;
      const other = readableOf(result);
      other.read ??= engine.read(other.text.fields, { id: result.id, tag: versionTag(result.version) });
      let overlap: number | null | undefined;
      return {
        relevance: engine.compare(query, other.read),
        keywordOverlap: () => {
          if (overlap === undefined) overlap = keywordOverlap(demand.keywords, result.keywords, engine.nameSimilarity);
          return overlap;
        },
        terms: () =>
          engine.explain(query, other.text.fields).map((term) => ({
            kind: term.kind,
            demandText: term.queryText,
            resultText: term.documentText,
            demandPlaces: term.queryPlaces.map((place) => recordPlace(text, place)).filter(isPlace),
            resultPlaces: term.documentPlaces.map((place) => recordPlace(other.text, place)).filter(isPlace),
          })),
      };
    },
  };
}

/** A result's text, and what the engine has read of it, once it has been asked. */
type Readable = { text: RecordText; read: ComparedDocument | undefined };

/** One result is compared with many demands: in a full refresh, and wherever results are kept. */
const readable = new WeakMap<MatchResult, Readable>();

function readableOf(result: MatchResult): Readable {
  let known = readable.get(result);
  if (known === undefined) {
    known = { text: resultText(result), read: undefined };
    readable.set(result, known);
  }
  return known;
}

function isPlace(place: RecordPlace | undefined): place is RecordPlace {
  return place !== undefined;
}

const minKeywordSimilarity = 0.5;
/** A shared handful says as much as a shared eight. */
const enoughKeywords = 4;

function keywordOverlap(
  wanted: readonly string[],
  offered: readonly string[],
  similarity: (a: string, b: string) => number,
): number | null {
  if (wanted.length === 0 || offered.length === 0) {
    return null;
  }
  let shared = 0;
  for (const keyword of wanted) {
    const best = Math.max(...offered.map((other) => similarity(keyword, other)));
    shared += best >= minKeywordSimilarity ? best : 0;
  }
  return Math.min(1, shared / Math.min(wanted.length, offered.length, enoughKeywords));
}
