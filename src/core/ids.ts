import { uuidv7 } from 'uuidv7';

/** A time-ordered id (UUIDv7, RFC 9562), so that new rows land at the end of their indexes. */
export function newId(): string {
  return uuidv7();
}
