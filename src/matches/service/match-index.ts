import type { CandidateIndex } from '../../core/candidate-index.ts';
import type { RankTask, TaskRanking } from '../../matching/rank.ts';
import type { MatchDemand, MatchResult } from '../../matching/types.ts';

/** How matches ask the text engine. */
export type MatchIndex = CandidateIndex<MatchDemand, MatchResult, RankTask, TaskRanking>;
