import type { Engine } from './engine/engine.ts';
import type { PreparedQuery } from './engine/query.ts';
import type { Relevance } from './engine/types.ts';
import type { KeptText, KeptTexts } from './kept-texts.ts';
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
 * @param texts keeps results' texts for other matchers of the same engine; without it they last as long as the results given
 */
export function createTextMatcher(
  engine: Pick<Engine, 'prepare' | 'read' | 'compare' | 'explain' | 'nameSimilarity'>,
  texts: Pick<KeptTexts, 'of'> = oneByOne,
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
      const other = texts.of(result);
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

/** One result is compared with many demands in a full refresh. */
const textsOfResults = new WeakMap<MatchResult, KeptText>();

const oneByOne = {
  of(result: MatchResult): KeptText {
    const kept = textsOfResults.get(result) ?? { text: resultText(result), read: undefined };
    textsOfResults.set(result, kept);
    return kept;
  },
};

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
