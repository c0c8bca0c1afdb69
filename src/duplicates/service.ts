export { listDuplicates, warnOfDuplicates } from './service/find.ts';
export * from './service/link.ts';
export * from './service/merge.ts';
