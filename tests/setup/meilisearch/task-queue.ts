import { setImmediate } from 'node:timers/promises';
import { MeilisearchError } from './errors.ts';
import { detailsOfNothing, isFinished, type Task, type TaskOrder, type TaskType } from './task.ts';

export interface QueueOptions {
  now: () => number;
  /** Above so many tasks the oldest `drop` finished ones are deleted. */
  retention: { limit: number; drop: number };
  /** Told of what failed otherwise than the server fails. */
  onCrash: (error: unknown) => void;
}

export interface TaskFailure {
  code: string;
  message: string;
  /** Only a task of this type. */
  type?: TaskType | undefined;
}

/**
 * One queue for all indexes, in the order of arrival; only cancelations and deletions of tasks go first. Batches are
 * worked off one after the other, between requests.
 */
export class TaskQueue {
  readonly #options: QueueOptions;
  readonly #tasks = new Map<number, Task>();
  readonly #failures: TaskFailure[] = [];
  #nextUid = 0;
  #nextBatchUid = 0;
  #isRunning = false;
  #isClosed = false;
  #held: 'enqueued' | 'processing' | null = null;
  #current: Task[] = [];
  #isInterrupted = false;
  #wake: () => void = () => {};

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get(uid: number): Task | undefined {
    return this.#tasks.get(uid);
  }

  /** Newest first. */
  all(): Task[] {
    return [...this.#tasks.values()].toSorted((a, b) => b.uid - a.uid);
  }

  isIndexing(uid: string): boolean {
    return this.#current.some((task) => task.indexUid === uid);
  }

  enqueue(order: TaskOrder): Task {
    const task: Task = {
      ...order,
      uid: this.#nextUid,
      batchUid: null,
      status: 'enqueued',
      canceledBy: null,
      error: null,
      enqueuedAt: this.#options.now(),
      startedAt: null,
      finishedAt: null,
    };
    this.#nextUid += 1;
    this.#tasks.set(task.uid, task);
    void this.#run();
    return task;
  }

  /** From now on no task is taken up, or the next batch stays in processing; cancelations go through. */
  hold(at: 'enqueued' | 'processing'): void {
    this.#held = at;
  }

  release(): void {
    this.#held = null;
    this.#wake();
    void this.#run();
  }

  failNext(failure: TaskFailure): void {
    this.#failures.push(failure);
  }

  /** Breaks off the batch in work if one of these tasks is in it; it goes back to the queue. */
  interrupt(uids: ReadonlySet<number>): void {
    if (!this.#current.some((task) => uids.has(task.uid))) return;
    this.#isInterrupted = true;
    this.#wake();
  }

  forget(uid: number): void {
    this.#tasks.delete(uid);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await setImmediate();
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) await this.#process(batch);
    this.#isRunning = false;
  }

  #nextBatch(): Task[] {
    if (this.#isClosed) return [];
    const waiting = [...this.#tasks.values()].filter((task) => task.status === 'enqueued');
    const cancelation = waiting.find((task) => task.type === 'taskCancelation');
    if (cancelation !== undefined) return [cancelation];
    if (this.#held === 'enqueued') return [];
    const first = waiting.find((task) => task.type === 'taskDeletion') ?? waiting[0];
    if (first === undefined) return [];
    if (first.mergesAs === undefined) return [first];
    const batch: Task[] = [];
    for (const task of waiting) {
      const isOfIndex = task.indexUid === first.indexUid || task.concerns?.includes(first.indexUid ?? '');
      if (!isOfIndex) continue;
      if (task.mergesAs !== first.mergesAs) break;
      batch.push(task);
    }
    return batch;
  }

  async #process(batch: Task[]): Promise<void> {
    const isCancelation = batch[0]?.type === 'taskCancelation';
    const startedAt = this.#options.now();
    for (const task of batch)
      Object.assign(task, { status: 'processing', batchUid: this.#nextBatchUid, startedAt } satisfies Partial<Task>);
    this.#current = batch;
    this.#isInterrupted = false;
    await setImmediate();
    while (this.#held === 'processing' && !isCancelation && !this.#isInterrupted && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#current = [];
    if (this.#isInterrupted || this.#isClosed) {
      for (const task of batch)
        Object.assign(task, { status: 'enqueued', batchUid: null, startedAt: null } satisfies Partial<Task>);
      return;
    }
    this.#nextBatchUid += 1;
    for (const task of batch) this.#finish(task);
    this.#tidy();
  }

  #finish(task: Task): void {
    try {
      const at = this.#failures.findIndex((failure) => failure.type === undefined || failure.type === task.type);
      const [failure] = at === -1 ? [] : this.#failures.splice(at, 1);
      if (failure !== undefined) throw new MeilisearchError(failure.code, failure.message);
      task.details = task.run(task);
      task.status = 'succeeded';
    } catch (error) {
      if (!(error instanceof MeilisearchError)) this.#options.onCrash(error);
      const told = error instanceof MeilisearchError ? error : new MeilisearchError('internal', String(error));
      task.error = told.body();
      task.status = 'failed';
      task.details = detailsOfNothing(task.details);
    }
    task.finishedAt = this.#options.now();
  }

  /** The queue is bounded: the server deletes old finished tasks by itself, by a task like any other. */
  #tidy(): void {
    const { limit, drop } = this.#options.retention;
    if (this.#tasks.size <= limit) return;
    const oldest = [...this.#tasks.values()].filter(isFinished).slice(0, drop);
    if (oldest.length === 0) return;
    this.enqueue({
      type: 'taskDeletion',
      indexUid: null,
      details: {
        matchedTasks: oldest.length,
        deletedTasks: null,
        originalFilter: '?statuses=succeeded,failed,canceled',
      },
      run: () => {
        for (const task of oldest) this.forget(task.uid);
        return {
          matchedTasks: oldest.length,
          deletedTasks: oldest.length,
          originalFilter: '?statuses=succeeded,failed,canceled',
        };
      },
    });
  }
}
