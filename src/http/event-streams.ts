import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/ctx.ts';
import { AppError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';

const heartbeatMs = 15_000;
/** A stream outlives neither a sign-out nor a lost office for longer: the client comes back with its token. */
const lifetimeMs = 10 * 60_000;
/** More than this is not written ahead of a reader: what it has not been sent waits in the database. */
const fullBytes = 64 * 1024;
/** A reader who takes nothing for so long is let go; it comes back where it stopped. */
const patienceMs = 30_000;

export interface StreamSettings {
  /** One look each time serves all readers of the process. */
  pollMs: number;
  maxStreams: number;
  maxStreamsPerPerson: number;
  tooMany: Text;
  /** Told in the log when a look fails. */
  failure: string;
}

export interface StreamParts {
  log: Pick<Log, 'warn'>;
  clock: Clock;
}

export type StreamResponse = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'writableLength'>;

/** One reader's connection, with what its room keeps about it. */
export class EventStream<State> {
  readonly userId: string;
  readonly state: State;
  readonly openedAtMs: number;
  /** Since when the reader has been behind with taking; null while it keeps up. */
  fullSinceMs: number | null = null;
  /** Nothing is written any more. */
  isOver = false;
  readonly #response: StreamResponse;
  readonly #forget: (stream: EventStream<State>) => void;

  constructor(
    reader: { userId: string; state: State; openedAtMs: number },
    response: StreamResponse,
    forget: (stream: EventStream<State>) => void,
  ) {
    this.userId = reader.userId;
    this.state = reader.state;
    this.openedAtMs = reader.openedAtMs;
    this.#response = response;
    this.#forget = forget;
  }

  /** Whether the reader has enough to take for now; nothing more should be sent before the next look. */
  get isFull(): boolean {
    return this.#response.writableLength >= fullBytes;
  }

  /** @param event.id what the client sends as Last-Event-ID when it comes back */
  send(event: { id: string; name: string; data: unknown }): void {
    if (this.isOver) return;
    this.#response.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
  }

  /** A comment, which keeps the connection open through whatever stands between. */
  beat(): void {
    if (!this.isOver && !this.isFull) this.#response.write(': \n\n');
  }

  /** Lets the reader have what was sent, unless it takes nothing. */
  end(): void {
    if (this.isOver) return;
    this.#forget(this);
    if (this.isFull) this.#response.destroy();
    else this.#response.end();
  }
}

/**
 * The readers of one kind of server-sent events (HTML Living Standard, 9.2) in this process: as many as it can hold, a
 * look at what is new for all of them together, heartbeats, and an end for streams that are old and readers that are stuck.
 */
export class EventStreams<State> {
  readonly #streams = new Set<EventStream<State>>();
  readonly #settings: StreamSettings;
  readonly #log: Pick<Log, 'warn'>;
  readonly #clock: Clock;
  readonly #look: (streams: readonly EventStream<State>[]) => Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #heartbeatAtMs = 0;
  #polling = false;

  /** @param look sends what is new to each of the streams that is not full */
  constructor(
    settings: StreamSettings,
    { log, clock }: StreamParts,
    look: (streams: readonly EventStream<State>[]) => Promise<void>,
  ) {
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#look = look;
  }

  /** @throws AppError LIMIT_EXCEEDED when the person, or the process, has as many streams as it may */
  checkRoom(userId: string): void {
    const { maxStreams, maxStreamsPerPerson, tooMany } = this.#settings;
    const own = [...this.#streams].filter((stream) => stream.userId === userId).length;
    if (own < maxStreamsPerPerson && this.#streams.size < maxStreams) return;
    throw new AppError('LIMIT_EXCEEDED', tooMany, { retryAfterSeconds: 30 });
  }

  /** Takes a reader in; `drop` when its connection is gone. */
  add(userId: string, state: State, response: StreamResponse): EventStream<State> {
    const openedAtMs = this.#clock.now().getTime();
    const stream = new EventStream({ userId, state, openedAtMs }, response, (ended) => this.drop(ended));
    response.write('retry: 3000\n\n');
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => void this.poll(), this.#settings.pollMs).unref();
    return stream;
  }

  drop(stream: EventStream<State>): void {
    stream.isOver = true;
    this.#streams.delete(stream);
    if (this.#streams.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Sends what is new to everybody. Two polls never overlap; a failed one is made up for by the next. */
  async poll(): Promise<void> {
    if (this.#polling || this.#streams.size === 0) return;
    this.#polling = true;
    try {
      await this.#look([...this.#streams]);
    } catch (error) {
      this.#log.warn({ err: error }, this.#settings.failure);
    } finally {
      this.#polling = false;
    }
    this.#attend();
  }

  close(): void {
    for (const stream of [...this.#streams]) stream.end();
  }

  #attend(): void {
    const nowMs = this.#clock.now().getTime();
    const isBeat = nowMs - this.#heartbeatAtMs >= heartbeatMs;
    if (isBeat) this.#heartbeatAtMs = nowMs;
    for (const stream of [...this.#streams]) {
      stream.fullSinceMs = stream.isFull ? (stream.fullSinceMs ?? nowMs) : null;
      const isStuck = stream.fullSinceMs !== null && nowMs - stream.fullSinceMs >= patienceMs;
      if (isStuck || nowMs - stream.openedAtMs >= lifetimeMs) stream.end();
      else if (isBeat) stream.beat();
    }
  }
}
