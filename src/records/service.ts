export { brokers, isPublic, mayAssign, mayWrite, type OwnedRecord, owns, type PublicFacts } from './policy.ts';
export * from './rules.ts';
export { recordDrafting } from './service/drafting.ts';
export type { Columns, DuplicateCheck, NewRecord, Parts, RecordKind } from './service/kind.ts';
export { recordLifecycle } from './service/lifecycle.ts';
export { recordMerging } from './service/merging.ts';
export { recordReading } from './service/reading.ts';
export { recordReviewing } from './service/reviewing.ts';
export { recordQueries } from './store/queries.ts';
export type {
  DueFilter,
  MatchableRecord,
  OwnerFacts,
  RecordFilter,
  RecordHead,
  ReviewFilter,
  TerritoryPage,
  Within,
} from './store.ts';
export {
  dueCondition,
  firstPage,
  isFirstPage,
  listCondition,
  listOrder,
  ownerColumns,
  pendingCondition,
  reviewCondition,
  writtenLimit,
} from './store.ts';
