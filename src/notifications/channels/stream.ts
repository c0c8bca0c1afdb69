import type { Locale } from '../../core/text.ts';
import type { Db } from '../../core/transaction.ts';
import { type EventStream, EventStreams, type StreamParts, type StreamResponse } from '../../http/event-streams.ts';
import {
  findPosition,
  isAfter,
  listAfter,
  type NotificationRow,
  type Position,
  positionOf,
  readHorizon,
} from '../store.ts';
import { toNotificationView } from '../views.ts';

/** Rows of one query: what a process holds at once, however much a reader missed. */
const rowsAtOnce = 500;
/** So many queries for one reader, then the others have their turn. */
const pagesAtOnce = 10;

interface NoticeState {
  locale: Locale;
  /** All of the reader's notices up to here have been sent. */
  position: Position;
  /** Whether there may be notices between its position and that of the others. */
  isBehind: boolean;
}

export interface StreamRequest {
  userId: string;
  locale: Locale;
  position: Position;
}

/**
 * New notices as server-sent events, for as many readers as the process can hold. Notices go out in the order of their
 * transactions, below the oldest that is still running: whoever comes back with the last one it got misses none and gets
 * none twice, in whichever process it comes back.
 */
export class NotificationStreams {
  readonly #streams: EventStreams<NoticeState>;
  readonly #db: Db;
  /** Readers who are not behind have everything up to here. */
  #position: Position | null = null;

  constructor(parts: StreamParts & { db: Db }) {
    const settings = {
      pollMs: 1_000,
      maxStreams: 500,
      maxStreamsPerPerson: 5,
      tooMany: { zh: '通知流连接过多，请稍后重试。', en: 'Too many notification streams are open; try again later.' },
      failure: 'notices could not be read for their streams',
    };
    this.#db = parts.db;
    this.#streams = new EventStreams(settings, parts, (streams) => this.#look(streams));
  }

  /** @throws AppError LIMIT_EXCEEDED when the reader, or the process, has as many streams as it may */
  checkRoom(userId: string): void {
    this.#streams.checkRoom(userId);
  }

  /** Where a reader starts: behind the notice of its Last-Event-ID, else now. */
  async positionFor(userId: string, lastEventId: string | null): Promise<Position> {
    const known = lastEventId === null ? undefined : await findPosition(this.#db, userId, lastEventId);
    return known ?? positionOf(await readHorizon(this.#db));
  }

  /** Starts sending. @returns how to stop */
  open({ userId, locale, position }: StreamRequest, response: StreamResponse): () => void {
    const stream = this.#streams.add(userId, { locale, position, isBehind: true }, response);
    return () => this.#streams.drop(stream);
  }

  async poll(): Promise<void> {
    await this.#streams.poll();
  }

  close(): void {
    this.#streams.close();
  }

  async #look(streams: readonly EventStream<NoticeState>[]): Promise<void> {
    const horizon = await readHorizon(this.#db);
    await this.#goOn(
      streams.filter((stream) => !stream.state.isBehind),
      horizon,
    );
    for (const stream of streams) if (stream.state.isBehind) await this.#catchUp(stream, horizon);
  }

  /** One query for all who are not behind. */
  async #goOn(streams: readonly EventStream<NoticeState>[], horizon: string): Promise<void> {
    let position = this.#position ?? positionOf(horizon);
    const userIds = [...new Set(streams.map((stream) => stream.userId))];
    for (;;) {
      const rows = await listAfter(this.#db, userIds, { position, horizon, limit: rowsAtOnce });
      for (const stream of streams) send(stream, rows);
      const last = rows.at(-1);
      if (rows.length < rowsAtOnce || last === undefined) break;
      position = last;
      this.#position = { xid: position.xid, id: position.id };
    }
    this.#position = positionOf(horizon);
  }

  /** Page by page, as long as the reader takes them. */
  async #catchUp(stream: EventStream<NoticeState>, horizon: string): Promise<void> {
    for (let page = 0; page < pagesAtOnce && !stream.isFull; page += 1) {
      const { position } = stream.state;
      const rows = await listAfter(this.#db, [stream.userId], { position, horizon, limit: rowsAtOnce });
      stream.state.isBehind = false;
      send(stream, rows);
      if (stream.state.isBehind || rows.length < rowsAtOnce) return;
      stream.state.isBehind = true;
    }
  }
}

/** Sends the reader's own among the rows; one that has no room for them all is behind from then on. */
function send(stream: EventStream<NoticeState>, rows: readonly NotificationRow[]): void {
  const { state } = stream;
  for (const row of rows) {
    if (state.isBehind || row.userId !== stream.userId || !isAfter(row, state.position)) continue;
    if (stream.isFull) {
      state.isBehind = true;
      return;
    }
    state.position = { xid: row.xid, id: row.id };
    stream.send({ id: row.id, name: 'notification', data: toNotificationView(row, state.locale) });
  }
}
