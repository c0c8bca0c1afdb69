export { introductionScope, type Standing, seesDemandParty } from './policy.ts';
export * from './service/answer.ts';
export { getAnswerTimes } from './service/answer-times.ts';
export { answerQuestion, askWorker } from './service/ask-worker.ts';
export * from './service/assign.ts';
export { carryOver, isInIntroduction } from './service/carry-over.ts';
export { toMatchDemand, toMatchResult } from './service/hydrate.ts';
export * from './service/introduce.ts';
export * from './service/introductions.ts';
export type { MatchIndex } from './service/match-index.ts';
export * from './service/matches.ts';
export * from './service/observations.ts';
export { answerPreview, type PreviewMeans, previewMatches, sweepPreviews } from './service/preview.ts';
export { recordOutcome } from './service/record-answer.ts';
export { type RefreshOutcome, refreshMatches } from './service/refresh.ts';
export { recordsAtOnce, refreshAllMatches, refreshNextMatches } from './service/refresh-all.ts';
export * from './service/reopen.ts';
export * from './service/shortlist.ts';
export { createShownLog, type ShownLog } from './service/shown-log.ts';
export * from './service/sweep.ts';
export {
  countDeskIntroductions,
  countIntroductionsByBroker,
  countUnhandledMatches,
  type DeskIntroductionFilter,
  getIntroductionRow,
  getIntroductionRows,
  getMatchRows,
  type IntroductionRow,
  introductionIdsOf,
  listDeskIntroductions,
  listUnhandledMatches,
  lockIntroduction,
  type MatchRow,
  openFilesOf,
} from './store.ts';
