import type { Engine } from './engine/engine.ts';
import type { PreparedQuery } from './engine/query.ts';
import type { Relevance } from './engine/types.ts';
import { demandText, type RecordText, recordPlace, resultText, versionTag } from './record-text.ts';
import type { ExplainedTerm, MatchDemand, MatchResult, RecordPlace } from './types.ts';

/** What the texts of a pair say to each other. All numbers 0–1. */
export type TextMatch = {
  relevance: Relevance;
  keywordOverlap: number | null;
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
  engine: Pick<Engine, 'prepare' | 'compare' | 'explain' | 'nameSimilarity'>,
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
      const otherText = resultTextOf(result);
      return {
        relevance: engine.compare(query, otherText.fields, { id: result.id, tag: versionTag(result.version) }),
        keywordOverlap: keywordOverlap(demand.keywords, result.keywords, engine.nameSimilarity),
        terms: () =>
          engine.explain(query, otherText.fields).map((term) => ({
            kind: term.kind,
            demandText: term.queryText,
            resultText: term.documentText,
            demandPlaces: term.queryPlaces.map((place) => recordPlace(text, place)).filter(isPlace),
            resultPlaces: term.documentPlaces.map((place) => recordPlace(otherText, place)).filter(isPlace),
          })),
      };
    },
  };
}

/** One result is compared with many demands in a full refresh. */
const resultTexts = new WeakMap<MatchResult, RecordText>();

function resultTextOf(result: MatchResult): RecordText {
  let text = resultTexts.get(result);
  if (text === undefined) {
    text = resultText(result);
    resultTexts.set(result, text);
  }
  return text;
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
