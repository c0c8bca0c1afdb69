import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import type { Db } from '../../core/transaction.ts';
import { getJobRows, type JobRow } from '../store.ts';
import { type JobView, toJobView } from '../views.ts';

/** One query each time serves all listeners of the process. */
const pollMs = 500;
const heartbeatMs = 15_000;
/** A stream outlives neither a sign-out nor a lost office for longer: the client comes back with its token. */
const lifetimeMs = 10 * 60_000;
const maxStreams = 200;
const maxStreamsPerUser = 5;

interface Listener {
  jobId: string;
  userId: string;
  /** States up to this version are not sent. */
  version: number;
  response: Pick<ServerResponse, 'write' | 'end'>;
  openedAtMs: number;
}

export interface JobStreamRequest {
  userId: string;
  /** As the reader may see it now. */
  job: JobView;
  /** The Last-Event-ID of a client that comes back: the version that it has. */
  knownVersion: number;
}

/** The states of jobs as server-sent events: the present one first, each later one as it comes, the end with the last. */
export class JobStreams {
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
      { zh: '进度流连接过多，请稍后重试。', en: 'Too many progress streams are open; try again later.' },
      { retryAfterSeconds: 30 },
    );
  }

  /** Sends the present state, unless the reader has it, and goes on until the job ends. @returns how to stop */
  open({ userId, job, knownVersion }: JobStreamRequest, response: Listener['response']): () => void {
    const openedAtMs = this.#clock.now().getTime();
    const listener: Listener = { jobId: job.id, userId, version: knownVersion, response, openedAtMs };
    response.write('retry: 3000\n\n');
    this.#listeners.add(listener);
    this.#send(listener, job);
    if (this.#listeners.size > 0) this.#timer ??= setInterval(() => void this.poll(), pollMs).unref();
    return () => this.#drop(listener);
  }

  /** Sends what is new to everybody. Two polls never overlap; a failed one is made up for by the next. */
  async poll(): Promise<void> {
    if (this.#polling || this.#listeners.size === 0) return;
    this.#polling = true;
    try {
      const rows = await getJobRows(this.#db, [...new Set([...this.#listeners].map((listener) => listener.jobId))]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const listener of [...this.#listeners]) this.#serve(listener, byId.get(listener.jobId));
      this.#beat();
    } catch (error) {
      this.#log.warn({ err: error }, 'jobs could not be read for their streams');
    } finally {
      this.#polling = false;
    }
  }

  close(): void {
    for (const listener of [...this.#listeners]) this.#end(listener);
  }

  #serve(listener: Listener, row: JobRow | undefined): void {
    const isOld = this.#clock.now().getTime() - listener.openedAtMs >= lifetimeMs;
    if (row !== undefined) this.#send(listener, toJobView(row));
    if (row === undefined || isOld) this.#end(listener);
  }

  #send(listener: Listener, job: JobView): void {
    if (!this.#listeners.has(listener)) return;
    if (job.version > listener.version) {
      listener.version = job.version;
      listener.response.write(`id: ${job.version}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`);
    }
    if (hasEnded(job)) this.#end(listener);
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

export function hasEnded(job: Pick<JobView, 'status'>): boolean {
  return job.status === 'done' || job.status === 'failed';
}
