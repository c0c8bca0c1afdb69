export { brokers, isPublic, mayAssign, mayWrite, type OwnedRecord, owns, type PublicFacts } from './policy.ts';
export * from './rules.ts';
export { recordDrafting } from './service/drafting.ts';
export type { Columns, DuplicateCheck, NewRecord, Parts, RecordKind } from './service/kind.ts';
export { recordLifecycle } from './service/lifecycle.ts';
export { recordMerging } from './service/merging.ts';
export { recordReading } from './service/reading.ts';
export { recordReviewing } from './service/reviewing.ts';
export type {
  DueFilter,
  MatchableRecord,
  OwnerFacts,
  RecordFilter,
  ReviewFilter,
  TerritoryPage,
  Within,
} from './store.ts';
export {
  assignRow,
  countReviews,
  countReviewsByBroker,
  dueCondition,
  firstPage,
  isFirstPage,
  listCondition,
  listOrder,
  openCursor,
  ownerColumns,
  pendingCondition,
  readMatchable,
  rehomeRows,
  releaseRows,
  reviewCondition,
  territoryCondition,
  writtenLimit,
} from './store.ts';
