import { field } from './checks.ts';
import { boolean, commaList, count, instant, oneOf, readParameters, text } from './parameters.ts';
import { type Task, taskStatuses, taskTypes } from './task.ts';

/** Types that the server has and this double never enqueues: to ask for them is no mistake. */
const otherTypes = [
  'documentEdition',
  'dumpCreation',
  'snapshotCreation',
  'export',
  'upgradeDatabase',
  'indexCompaction',
];

const filterFields = {
  uids: field('invalid_task_uids', commaList(count)),
  batchUids: field('invalid_batch_uids', commaList(count)),
  canceledBy: field('invalid_task_canceled_by', commaList(count)),
  types: field('invalid_task_types', commaList(oneOf<string>(...taskTypes, ...otherTypes))),
  statuses: field('invalid_task_statuses', commaList(oneOf(...taskStatuses))),
  indexUids: field('invalid_index_uid', commaList(text)),
  afterEnqueuedAt: field('invalid_task_after_enqueued_at', instant),
  beforeEnqueuedAt: field('invalid_task_before_enqueued_at', instant),
  afterStartedAt: field('invalid_task_after_started_at', instant),
  beforeStartedAt: field('invalid_task_before_started_at', instant),
  afterFinishedAt: field('invalid_task_after_finished_at', instant),
  beforeFinishedAt: field('invalid_task_before_finished_at', instant),
};

const listFields = {
  limit: field('invalid_task_limit', count),
  from: field('invalid_task_from', count),
  reverse: field('invalid_task_reverse', boolean),
  ...filterFields,
};

export type TaskFilter = ReturnType<typeof readTaskFilter>;

/** Parameters of a deletion or cancelation of tasks. */
export function readTaskFilter(given: URLSearchParams) {
  return readParameters(given, filterFields);
}

export function readTaskList(given: URLSearchParams) {
  return readParameters(given, listFields);
}

function inside(at: number | null, after: number | undefined, before: number | undefined): boolean {
  if (after === undefined && before === undefined) return true;
  return at !== null && (after === undefined || at > after) && (before === undefined || at < before);
}

export function matchesTask(task: Task, filter: TaskFilter): boolean {
  return (
    (filter.uids?.includes(task.uid) ?? true) &&
    (filter.batchUids?.some((uid) => uid === task.batchUid) ?? true) &&
    (filter.canceledBy?.some((uid) => uid === task.canceledBy) ?? true) &&
    (filter.types?.includes(task.type) ?? true) &&
    (filter.statuses?.includes(task.status) ?? true) &&
    (filter.indexUids?.some((uid) => uid === task.indexUid || task.concerns?.includes(uid)) ?? true) &&
    inside(task.enqueuedAt, filter.afterEnqueuedAt, filter.beforeEnqueuedAt) &&
    inside(task.startedAt, filter.afterStartedAt, filter.beforeStartedAt) &&
    inside(task.finishedAt, filter.afterFinishedAt, filter.beforeFinishedAt)
  );
}
