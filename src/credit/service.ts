export { lastDayOf } from './rules.ts';
export * from './service/enforce.ts';
export * from './service/impose.ts';
export { getRestriction, listRestrictions } from './service/read.ts';
export * from './service/steps.ts';
export { getRestrictionRows, type RestrictionRow } from './store.ts';
