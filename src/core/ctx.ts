import type { Database } from '../../db/client.ts';
import type { Actor } from './actor.ts';
import type { Clock } from './clock.ts';
import type { FileStore } from './file-store.ts';
import type { Searcher } from './search-index.ts';
import type { Span } from './trace.ts';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Names the repeatable request that a verb's transaction claims (see `transaction.ts`). */
export interface IdempotencyClaim {
  route: string;
  key: string;
  bodyHash: string;
}

/** What a verb needs to know besides its input: who acts, when, and through what. One is made per request and per job. */
export interface Ctx {
  actor: Actor;
  db: Database;
  clock: Clock;
  log: Log;
  requestId: string;
  searchIndex: Searcher;
  fileStore: FileStore;
  /** Called after each commit that may have left work for the relay. */
  wakeRelay: () => void;
  idempotency?: IdempotencyClaim;
  /** Of the request or the job, where traces are made. */
  span?: Span;
  /** The delivery that this job fulfils; the verb's transaction claims it. */
  deliveryId?: string;
  /** Called after the commit that claimed it: nobody need close it any more. */
  onClaimed?: () => void;
}
