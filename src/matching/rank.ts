import { explainPair } from './explain.ts';
import { filterPair } from './filter.ts';
import { checkIndicators } from './indicators.ts';
import { bestScore, scorePair } from './score.ts';
import type { TextMatch, TextMatcher } from './text-match.ts';
import type { Explanation, MatchDemand, MatchFacts, MatchResult, RankedPair, RecordKey } from './types.ts';
import { defaultWeights, type WeightSet } from './weights.ts';

export type RankContext = {
  text: TextMatcher;
  facts: MatchFacts;
  /** The moment for which validity and age are judged. */
  now: Date;
  weights?: WeightSet;
};

export type Ranking = { matches: RankedPair[]; nearMisses: RankedPair[] };

/** One record and the records of the other side, with all that judging them takes but the texts: plain data, which another thread can be sent. */
export type RankTask = RankSides &
  Omit<RankContext, 'text'> & {
    /** More records of the other side, which whoever ranks may have kept from another task. */
    known?: readonly RecordKey[];
    /** Records of the other side that are told of even when they are not among the best. */
    alsoTell?: readonly string[];
    /** So many matches, and as many near misses, are wanted, not as many as a run keeps: explaining costs more than scoring. */
    atMost?: number;
  };
export type RankSides =
  | { side: 'demand'; subject: MatchDemand; others: readonly MatchResult[] }
  | { side: 'result'; subject: MatchResult; others: readonly MatchDemand[] };

/**
 * `beyond`: pairs with `alsoTell` above the score to keep that are not among the best. `missing`: of the known records those that are
 * to be given whole; unless it is empty, nothing has been ranked.
 */
export type TaskRanking = Ranking & { beyond: RankedPair[]; missing: string[] };

/** A run keeps this many a side, and none below this score. */
export const keepAtMost = 50;
export const keepAbove = 20;

/** A pair with its score; the explanation is made when it is kept. */
type ScoredPair = Omit<RankedPair, 'explanation'> & { explain: () => Explanation };

/** Filters, scores and explains one pair; null when a hard gate or more than one soft gate rules it out. */
export function rankPair(demand: MatchDemand, result: MatchResult, context: RankContext): RankedPair | null {
  const scored = scoreOne(demand, result, context);
  return scored === null ? null : explained(scored);
}

/** @param above what the score must exceed to be of interest: most candidates' texts say that it will not, before all else is looked at */
function scoreOne(
  demand: MatchDemand,
  result: MatchResult,
  context: RankContext,
  above = Number.NEGATIVE_INFINITY,
): ScoredPair | null {
  const { text, facts, now, weights = defaultWeights } = context;
  const match = text.match(demand, result);
  if (!canExceed(above, match, weights)) {
    return null;
  }
  const indicators = checkIndicators(demand.indicators, result.indicators, text.nameSimilarity);
  const { gates, verdict, nearMiss } = filterPair(demand, result, facts, indicators, now);
  if (verdict === 'out') {
    return null;
  }
  const { score, contributions } = scorePair({ demand, result, indicators, facts, now }, match, weights);
  return {
    demandId: demand.id,
    resultId: result.id,
    demandVersion: demand.version,
    resultVersion: result.version,
    modelVersion: weights.modelVersion,
    score,
    gates,
    contributions,
    indicators,
    nearMiss,
    explain: () => explainPair({ demand, result, contributions, indicators, nearMiss, terms: match.terms() }),
  };
}

function canExceed(above: number, { relevance, keywordOverlap }: TextMatch, weights: WeightSet): boolean {
  return bestScore(relevance, 1, weights) > above && bestScore(relevance, keywordOverlap(), weights) > above;
}

function explained({ explain, ...pair }: ScoredPair): RankedPair {
  return { ...pair, explanation: explain() };
}

/** The results that could answer a demand, best first. */
export function rankResults(demand: MatchDemand, results: readonly MatchResult[], context: RankContext): Ranking {
  const { matches, nearMisses } = rank({ side: 'demand', subject: demand, others: results }, context, wantedOf({}));
  return { matches, nearMisses };
}

/** The demands a result could answer, best first; each pair scores as it does from the other side. */
export function rankDemands(result: MatchResult, demands: readonly MatchDemand[], context: RankContext): Ranking {
  const { matches, nearMisses } = rank({ side: 'result', subject: result, others: demands }, context, wantedOf({}));
  return { matches, nearMisses };
}

/** The same for either side, and what is to be told of besides. Records that are only known are not looked at. */
export function rankTask(task: RankTask, text: TextMatcher): TaskRanking {
  const { facts, now, weights } = task;
  return rank(task, { text, facts, now, ...(weights === undefined ? {} : { weights }) }, wantedOf(task));
}

type Wanted = { atMost: number; alsoTell: ReadonlySet<string> };

function wantedOf({ atMost = keepAtMost, alsoTell }: Pick<RankTask, 'atMost' | 'alsoTell'>): Wanted {
  return { atMost, alsoTell: new Set(alsoTell) };
}

function rank(sides: RankSides, context: RankContext, { atMost, alsoTell }: Wanted): TaskRanking {
  const scored =
    sides.side === 'demand'
      ? sides.others.map((result) => scoreOne(sides.subject, result, context, keepAbove))
      : sides.others.map((demand) => scoreOne(demand, sides.subject, context, keepAbove));
  const otherId = (pair: ScoredPair) => (sides.side === 'demand' ? pair.resultId : pair.demandId);
  const kept = scored
    .filter((pair) => pair !== null)
    .filter(({ score }) => score > keepAbove)
    .toSorted((a, b) => b.score - a.score || (otherId(a) < otherId(b) ? -1 : 1));
  const matches = kept.filter(({ nearMiss }) => nearMiss === null);
  const nearMisses = kept.filter(({ nearMiss }) => nearMiss !== null);
  return {
    matches: matches.slice(0, atMost).map(explained),
    nearMisses: nearMisses.slice(0, atMost).map(explained),
    beyond: [...matches.slice(atMost), ...nearMisses.slice(atMost)]
      .filter((pair) => alsoTell.has(otherId(pair)))
      .map(explained),
    missing: [],
  };
}
