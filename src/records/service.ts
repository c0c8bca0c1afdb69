export { brokers, isPublic, mayWrite, type OwnedRecord, owns } from './policy.ts';
export * from './rules.ts';
export { recordDrafting } from './service/drafting.ts';
export type { Columns, NewRecord, Parts, RecordKind } from './service/kind.ts';
export { recordLifecycle } from './service/lifecycle.ts';
export { recordReading } from './service/reading.ts';
export type { DueFilter, RecordFilter, TerritoryPage } from './store.ts';
export {
  dueCondition,
  listCondition,
  listOrder,
  matchableCondition,
  ownerColumns,
  rehomeRows,
  territoryCondition,
} from './store.ts';
