import type { Database } from '../../db/client.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/ctx.ts';
import { AppError } from '../../src/core/errors.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import type { Db } from '../../src/core/transaction.ts';
import { type Loop, startLoop } from '../loop.ts';
import { createOutageLog } from '../outage-log.ts';
import { keptAlive, tryLockReader } from './lease.ts';
import { addCursor, beginning, type Cursor, findCursor, keepCursor, messagesAfter } from './store.ts';

const defaultBatch = 1_000;
const idlePollMs = 100;
/** While somebody waits: the horizon moves when transactions end, which wakes nobody. */
const waitingPollMs = 10;
const maxBackoffMs = 5_000;

export interface CursorReaderOptions {
  name: string;
  db: Database;
  clock: Clock;
  log: Log;
  /** Whether the place is kept in `cursors`, so that one process at a time reads and a restart goes on. */
  persist: boolean;
  /** Where to start when no place is kept; by default before the first message. Called at the first step, and after `reset`. */
  from?: () => Promise<Cursor>;
  /**
   * Where to go on from the place that is kept, instead of `from`: called before the first batch and after each failure.
   * Null while there is nothing to write to yet; it is asked again.
   */
  prepare?: (kept: Cursor | null) => Promise<Cursor | null>;
  batch?: number;
  /** How long it gathers messages after a batch, in ms, while nobody waits for one: each batch costs the same few statements. */
  gatherMs?: number;
  /** Takes messages in (xid, id) order. May get the same ones again after a failure or a restart. */
  apply: (messages: readonly StoredMessage[]) => Promise<void>;
  /** Gives up what `apply` works on. Called twice when the reader stops: so that a step under way ends, and after it. */
  end?: () => Promise<void>;
}

/** Reads every message once it is certain that no earlier one can still appear, in batches. */
export interface CursorReader {
  /** Messages of transactions below this xid (xid8, decimal) have been applied. */
  readonly watermark: string;
  start(): void;
  readonly wake: () => void;
  stop(): Promise<void>;
  /** What was applied is lost: the next step starts as the first one did. For a reader whose place is not kept. */
  reset(): void;
  /** One batch; returns how many messages were applied. */
  step(): Promise<number>;
  /**
   * Resolves when everything that transaction `xid` wrote has been applied.
   * @throws AppError UNAVAILABLE after `timeoutMs`
   */
  waitUntil(xid: string, timeoutMs: number): Promise<void>;
}

interface Waiter {
  xid: bigint;
  resolve: () => void;
}

export function createCursorReader(options: CursorReaderOptions): CursorReader {
  const { name, db, clock, persist } = options;
  const { batch: limit = defaultBatch, gatherMs = 0 } = options;
  const waiters = new Set<Waiter>();
  const outage = createOutageLog(options.log, `the reader ${name}`);
  let cursor: Cursor | null = null;
  let watermark = 0n;
  let loop: Loop | null = null;
  let backoffMs = idlePollMs;
  let resets = 0;
  let stopping = false;

  function advanceTo(xid: bigint): void {
    if (xid <= watermark) return;
    watermark = xid;
    for (const waiter of waiters) if (waiter.xid < watermark) waiter.resolve();
  }

  /** Applies the messages after `after`; returns the place reached. */
  async function read(on: Db, after: Cursor): Promise<{ place: Cursor; applied: number; below: bigint }> {
    const { messages, horizon } = await messagesAfter(on, after, limit);
    if (messages.length > 0) await options.apply(messages);
    const last = messages.at(-1);
    const place = last === undefined ? after : { xid: last.xid, messageId: last.id };
    // A full page may have ended in the middle of a transaction.
    const below = last !== undefined && messages.length === limit ? BigInt(last.xid) : BigInt(horizon);
    return { place, applied: messages.length, below };
  }

  async function firstCursor(): Promise<Cursor | null> {
    const kept = persist ? await findCursor(db, name) : null;
    if (options.prepare !== undefined) return await options.prepare(kept);
    if (kept !== null) return kept;
    const start = (await options.from?.()) ?? beginning;
    // Kept before anything is read: housekeeping leaves what a known reader has not passed.
    if (persist) await addCursor(db, name, start, clock.now());
    return start;
  }

  async function step(): Promise<number> {
    const resetsBefore = resets;
    const start = cursor ?? (await firstCursor());
    if (resets !== resetsBefore || start === null) return 0;
    cursor = start;
    try {
      return persist ? await sharedStep(cursor) : await ownStep(cursor);
    } catch (error) {
      if (options.prepare !== undefined) cursor = null;
      throw error;
    }
  }

  async function ownStep(from: Cursor): Promise<number> {
    const resetsBefore = resets;
    const { place, applied, below } = await read(db, from);
    if (resets !== resetsBefore) return applied;
    cursor = place;
    advanceTo(below);
    return applied;
  }

  async function sharedStep(from: Cursor): Promise<number> {
    const ahead = await messagesAfter(db, from, 1);
    if (ahead.messages.length === 0) {
      advanceTo(BigInt(ahead.horizon));
      return 0;
    }
    return await db.transaction(async (tx) => {
      if (!(await tryLockReader(tx, name))) {
        // Another process is reading; its place is ours.
        cursor = await findCursor(tx, name);
        return 0;
      }
      const kept = await findCursor(tx, name);
      // Taken back, with the index that it stood for.
      if (kept === null) {
        cursor = null;
        return 0;
      }
      const { place, applied, below } = await keptAlive(tx, () => read(tx, kept));
      if (applied > 0) await keepCursor(tx, name, place, clock.now());
      cursor = place;
      advanceTo(below);
      return applied;
    });
  }

  async function guardedStep(): Promise<{ pauseMs: number; wakeable: boolean }> {
    try {
      const applied = await step();
      outage.worked();
      backoffMs = idlePollMs;
      if (applied === limit) return { pauseMs: 0, wakeable: true };
      if (applied > 0 && gatherMs > 0 && waiters.size === 0) return { pauseMs: gatherMs, wakeable: false };
      return { pauseMs: waiters.size > 0 ? waitingPollMs : idlePollMs, wakeable: true };
    } catch (error) {
      // What is being ended fails because of that.
      if (!stopping) outage.failed(error);
      const pauseMs = backoffMs;
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs);
      return { pauseMs, wakeable: false };
    }
  }

  return {
    get watermark() {
      return String(watermark);
    },
    step,
    start() {
      loop ??= startLoop(guardedStep);
    },
    wake: () => loop?.wake(),
    async stop() {
      stopping = true;
      await options.end?.();
      await loop?.stop();
      await options.end?.();
      loop = null;
      stopping = false;
    },
    reset() {
      resets += 1;
      cursor = null;
      watermark = 0n;
      loop?.wake();
    },
    async waitUntil(xid, timeoutMs) {
      if (BigInt(xid) < watermark) return;
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { xid: BigInt(xid), resolve: () => settle(resolve) };
        const timer = setTimeout(() => settle(() => reject(tooFarBehind(name))), timeoutMs);
        function settle(how: () => void): void {
          clearTimeout(timer);
          waiters.delete(waiter);
          how();
        }
        waiters.add(waiter);
        loop?.wake();
      });
    },
  };
}

function tooFarBehind(name: string): AppError {
  return new AppError(
    'UNAVAILABLE',
    { zh: '索引尚未跟上最新数据，请稍后重试。', en: `The reader ${name} has not caught up yet; try again shortly.` },
    { retryAfterSeconds: 1 },
  );
}
