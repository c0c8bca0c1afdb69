import type { Json, JsonObject } from './json.ts';

export const taskStatuses = ['enqueued', 'processing', 'succeeded', 'failed', 'canceled'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const taskTypes = [
  'documentAdditionOrUpdate',
  'documentDeletion',
  'settingsUpdate',
  'indexCreation',
  'indexUpdate',
  'indexDeletion',
  'indexSwap',
  'taskCancelation',
  'taskDeletion',
] as const;
export type TaskType = (typeof taskTypes)[number];

export interface TaskOrder {
  type: TaskType;
  /** Null: of no single index. */
  indexUid: string | null;
  /** Indexes that a task of no single index works on. */
  concerns?: readonly string[];
  /** As they are before the work; a count that only the work knows is null. */
  details: JsonObject | null;
  /** Tasks of the same index and the same kind of work that follow each other are done as one batch. */
  mergesAs?: 'documents' | 'settings';
  customMetadata?: string | undefined;
  /** Does the work, and says what the details are then. */
  run(task: Task): JsonObject | null;
}

export interface Task extends TaskOrder {
  uid: number;
  batchUid: number | null;
  status: TaskStatus;
  canceledBy: number | null;
  error: JsonObject | null;
  /** Milliseconds since 1970. */
  enqueuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export function isFinished(task: Task): boolean {
  return task.status === 'succeeded' || task.status === 'failed' || task.status === 'canceled';
}

/** RFC 3339 with nine decimals, as the server prints times. */
export function instantText(at: number): string {
  return new Date(at).toISOString().replace('Z', '000000Z');
}

function custom(task: Task): JsonObject {
  return task.customMetadata === undefined ? {} : { customMetadata: task.customMetadata };
}

/** What answers a write: the task in short. Only here its number is called `taskUid`. */
export function summary(task: Task): JsonObject {
  return {
    taskUid: task.uid,
    indexUid: task.indexUid,
    status: 'enqueued',
    type: task.type,
    enqueuedAt: instantText(task.enqueuedAt),
    ...custom(task),
  };
}

export function taskView(task: Task): JsonObject {
  const at = (time: number | null): Json => (time === null ? null : instantText(time));
  const duration =
    task.startedAt === null || task.finishedAt === null ? null : `PT${(task.finishedAt - task.startedAt) / 1000}S`;
  return {
    uid: task.uid,
    batchUid: task.batchUid,
    indexUid: task.indexUid,
    status: task.status,
    type: task.type,
    canceledBy: task.canceledBy,
    ...(task.details === null ? {} : { details: task.details }),
    error: task.error,
    duration,
    enqueuedAt: instantText(task.enqueuedAt),
    startedAt: at(task.startedAt),
    finishedAt: at(task.finishedAt),
    ...custom(task),
  };
}

/** Details of a task that came to nothing: what it would have counted is 0. */
export function detailsOfNothing(details: JsonObject | null): JsonObject | null {
  if (details === null) return null;
  const counts = ['indexedDocuments', 'deletedDocuments', 'canceledTasks', 'deletedTasks'];
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, value === null && counts.includes(name) ? 0 : value]),
  );
}
