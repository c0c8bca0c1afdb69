import type { RecordStatus } from '../records/service.ts';

const ended: readonly RecordStatus[] = ['contracted', 'fulfilled', 'withdrawn', 'rejected', 'closed'];

/** What has come to its end is no duplicate of anything: posting it again may well be right. */
export function isComparable(status: RecordStatus): boolean {
  return !ended.includes(status);
}

/** A pair of ids in the one order that it is kept in. */
export function pairOf(one: string, other: string): readonly [string, string] {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a < b ? [a, b] : [b, a];
}
