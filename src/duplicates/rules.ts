import type { RecordStatus } from '../records/service.ts';

const ended: readonly RecordStatus[] = ['contracted', 'fulfilled', 'withdrawn', 'rejected', 'closed'];

/** What has come to its end is no duplicate of anything: posting it again may well be right. */
export function isComparable(status: RecordStatus): boolean {
  return !ended.includes(status);
}
