export { listDuplicates, warnOfDuplicates } from './service/find.ts';
