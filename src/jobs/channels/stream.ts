import type { Db } from '../../core/transaction.ts';
import { type EventStream, EventStreams, type StreamParts, type StreamResponse } from '../../http/event-streams.ts';
import { getJobRows } from '../store.ts';
import { type JobView, toJobView } from '../views.ts';

interface JobState {
  jobId: string;
  /** States up to this version are not sent. */
  version: number;
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
  readonly #streams: EventStreams<JobState>;

  constructor(parts: StreamParts & { db: Db }) {
    const settings = {
      pollMs: 500,
      maxStreams: 200,
      maxStreamsPerPerson: 5,
      tooMany: { zh: '进度流连接过多，请稍后重试。', en: 'Too many progress streams are open; try again later.' },
      failure: 'jobs could not be read for their streams',
    };
    this.#streams = new EventStreams(settings, parts, (streams) => look(parts.db, streams));
  }

  /** @throws AppError LIMIT_EXCEEDED when the reader, or the process, has as many streams as it may */
  checkRoom(userId: string): void {
    this.#streams.checkRoom(userId);
  }

  /** Sends the present state, unless the reader has it, and goes on until the job ends. @returns how to stop */
  open({ userId, job, knownVersion }: JobStreamRequest, response: StreamResponse): () => void {
    const stream = this.#streams.add(userId, { jobId: job.id, version: knownVersion }, response);
    send(stream, job);
    return () => this.#streams.drop(stream);
  }

  close(): void {
    this.#streams.close();
  }
}

async function look(db: Db, streams: readonly EventStream<JobState>[]): Promise<void> {
  const rows = await getJobRows(db, [...new Set(streams.map((stream) => stream.state.jobId))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const stream of streams) {
    const row = byId.get(stream.state.jobId);
    if (row === undefined) stream.end();
    // Only the newest state counts: a reader that is behind gets it when it has room.
    else if (!stream.isFull) send(stream, toJobView(row));
  }
}

function send(stream: EventStream<JobState>, job: JobView): void {
  if (job.version > stream.state.version) {
    stream.state.version = job.version;
    stream.send({ id: String(job.version), name: 'job', data: job });
  }
  if (hasEnded(job)) stream.end();
}

export function hasEnded(job: Pick<JobView, 'status'>): boolean {
  return job.status === 'done' || job.status === 'failed';
}
