export * from './service/index-changes.ts';
export * from './service/keep-parity.ts';
export * from './service/look-for-news.ts';
export * from './service/parked.ts';
export * from './service/saved-searches.ts';
export * from './service/search-records.ts';
export { searchKinds } from './sources.ts';
export { indexReaderName, isIndexFilled, isIndexOurs, keepIndexIdentity } from './store/cursors.ts';
export type { SavedSearchRow } from './store.ts';
