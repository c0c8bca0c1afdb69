import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Locale } from '../../core/text.ts';
import type { Db } from '../../core/transaction.ts';
import { listNewer, type NotificationRow } from '../store.ts';
import { toNotificationView } from '../views.ts';

/** One query a second serves all listeners of the process. */
const pollMs = 1_000;
const heartbeatMs = 15_000;
/** A stream outlives neither a sign-out nor a lost membership for longer: the client comes back with its token. */
const lifetimeMs = 10 * 60_000;
/** Notices become visible in the order of their commits, not of their ids: so far back a poll looks again. */
const overlapMs = 10_000;
const maxStreams = 500;
const maxStreamsPerUser = 5;
const maxRowsPerPoll = 1_000;
const maxCatchUp = 100;
/** A reader who does not take what is sent is let go. */
const maxUnsentBytes = 256 * 1024;

interface Listener {
  userId: string;
  locale: Locale;
  /** Notices with ids up to this one are not sent. */
  afterId: string;
  /** Whether what came since `afterId` is still to be fetched. */
  behind: boolean;
  sent: Set<string>;
  response: Pick<ServerResponse, 'write' | 'end' | 'writableLength'>;
  openedAtMs: number;
}

export interface StreamRequest {
  userId: string;
  locale: Locale;
  /** The Last-Event-ID of a client that comes back. */
  lastEventId: string | null;
}

/** The lowest id of the moment `ms` before that of a UUIDv7 (RFC 9562: its first 48 bits are Unix milliseconds). */
export function idEarlier(id: string, ms: number): string {
  const at = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - ms;
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** New notices as server-sent events (HTML Living Standard, 9.2), for as many readers as the process can hold. */
export class NotificationStreams {
  readonly #listeners = new Set<Listener>();
  readonly #db: Db;
  readonly #log: Pick<Log, 'warn'>;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | null = null;
  #heartbeatAtMs = 0;
  #polling = false;

  constructor(parts: { db: Db; log: Pick<Log, 'warn'>; clock: Clock }) {
    this.#db = parts.db;
    this.#log = parts.log;
    this.#clock = parts.clock;
  }

  /** @throws AppError LIMIT_EXCEEDED when the reader, or the process, has as many streams as it may */
  checkRoom(userId: string): void {
    const own = [...this.#listeners].filter((listener) => listener.userId === userId).length;
    if (own < maxStreamsPerUser && this.#listeners.size < maxStreams) return;
    throw new AppError(
      'LIMIT_EXCEEDED',
      { zh: '通知流连接过多，请稍后重试。', en: 'Too many notification streams are open; try again later.' },
      { retryAfterSeconds: 30 },
    );
  }

  /** Starts sending; what came after `lastEventId` first. @returns how to stop */
  open(request: StreamRequest, response: Listener['response']): () => void {
    const listener: Listener = {
      userId: request.userId,
      locale: request.locale,
      afterId: request.lastEventId ?? newId(),
      behind: request.lastEventId !== null,
      sent: new Set(),
      response,
      openedAtMs: this.#clock.now().getTime(),
    };
    response.write('retry: 3000\n\n');
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.poll(), pollMs).unref();
    return () => this.#drop(listener);
  }

  /** Sends what is new to everybody. Two polls never overlap; a failed one is made up for by the next. */
  async poll(): Promise<void> {
    if (this.#polling || this.#listeners.size === 0) return;
    this.#polling = true;
    try {
      const since = idEarlier(newId(), overlapMs);
      const userIds = [...new Set([...this.#listeners].map((listener) => listener.userId))];
      const rows = await listNewer(this.#db, userIds, since, maxRowsPerPoll);
      for (const listener of [...this.#listeners]) {
        if (listener.behind) await this.#catchUp(listener);
        this.#serve(listener, rows, since);
      }
      this.#beat();
    } catch (error) {
      this.#log.warn({ err: error }, 'notices could not be read for their streams');
    } finally {
      this.#polling = false;
    }
  }

  close(): void {
    for (const listener of [...this.#listeners]) this.#end(listener);
  }

  async #catchUp(listener: Listener): Promise<void> {
    const missed = await listNewer(this.#db, [listener.userId], listener.afterId, maxCatchUp);
    for (const row of missed) send(listener, row);
    listener.behind = false;
  }

  #serve(listener: Listener, rows: readonly NotificationRow[], since: string): void {
    for (const row of rows) if (row.userId === listener.userId) send(listener, row);
    for (const id of listener.sent) if (id < since) listener.sent.delete(id);
    const old = this.#clock.now().getTime() - listener.openedAtMs >= lifetimeMs;
    if (old || listener.response.writableLength > maxUnsentBytes) this.#end(listener);
  }

  #beat(): void {
    const nowMs = this.#clock.now().getTime();
    if (nowMs - this.#heartbeatAtMs < heartbeatMs) return;
    this.#heartbeatAtMs = nowMs;
    for (const listener of this.#listeners) listener.response.write(': \n\n');
  }

  #end(listener: Listener): void {
    this.#drop(listener);
    listener.response.end();
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

function send(listener: Listener, row: NotificationRow): void {
  if (row.id <= listener.afterId || listener.sent.has(row.id)) return;
  listener.sent.add(row.id);
  const data = JSON.stringify(toNotificationView(row, listener.locale));
  listener.response.write(`id: ${row.id}\nevent: notification\ndata: ${data}\n\n`);
}
