import type { CandidateIndex } from '../../core/candidate-index.ts';
import type { TextMatcher } from '../../matching/text-match.ts';
import type { MatchDemand, MatchResult } from '../../matching/types.ts';

/** How matches ask the text engine. */
export type MatchIndex = CandidateIndex<MatchDemand, MatchResult, TextMatcher>;
