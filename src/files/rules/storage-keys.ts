import { plusDays } from '../../core/clock.ts';

const keyPattern = /^\d{4}-\d{2}-\d{2}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A key says on which day its bytes came, so that the sweep need not believe the clock of a disk or bucket. */
export function storageKeyOf(id: string, at: Date): string {
  return `${at.toISOString().slice(0, 10)}/${id}`;
}

export function isStorageKey(text: string): boolean {
  return keyPattern.test(text);
}

/** @throws Error for what would lead out of the store */
export function requireStorageKey(key: string): string {
  if (!isStorageKey(key)) throw new Error('not a key of the file store');
  return key;
}

/** Bytes whose rows did not commit in all that time have none coming; no transaction lives a day. */
export function isDayOld(key: string, now: Date): boolean {
  return key.slice(0, 10) < plusDays(now, -1).toISOString().slice(0, 10);
}
