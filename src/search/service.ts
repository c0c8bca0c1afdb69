export * from './service/index-changes.ts';
export * from './service/keep-parity.ts';
export * from './service/search-records.ts';
