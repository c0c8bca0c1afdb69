import { MeilisearchError } from './errors.ts';
import { detailsOfNothing, isFinished, type Task, type TaskOrder } from './task.ts';
import { matchesTask, readTaskFilter } from './task-filter.ts';
import type { TaskQueue } from './task-queue.ts';

function chosen(
  queue: TaskQueue,
  given: URLSearchParams,
  verb: 'cancel' | 'delete',
  mine: (task: Task) => boolean,
): Task[] {
  const filter = readTaskFilter(given);
  if ([...given].length === 0)
    throw new MeilisearchError(
      'missing_task_filters',
      `Query parameters to filter the tasks to ${verb} are missing. Available query parameters are: \`uids\`, \`indexUids\`, \`statuses\`, \`types\`, \`canceledBy\`, \`beforeEnqueuedAt\`, \`afterEnqueuedAt\`, \`beforeStartedAt\`, \`afterStartedAt\`, \`beforeFinishedAt\`, \`afterFinishedAt\`.`,
    );
  return queue.all().filter((task) => mine(task) && matchesTask(task, filter));
}

/** `mine`: tasks that the key may see; `original`: the query string with its question mark. */
export function cancelation(
  queue: TaskQueue,
  given: URLSearchParams,
  original: string,
  now: () => number,
  mine: (task: Task) => boolean,
): TaskOrder & { matched: Task[] } {
  const matched = chosen(queue, given, 'cancel', mine);
  const details = { matchedTasks: matched.length, originalFilter: original };
  return {
    matched,
    type: 'taskCancelation',
    indexUid: null,
    details: { ...details, canceledTasks: null },
    run(task) {
      const waiting = matched.filter((one) => !isFinished(one));
      for (const one of waiting) {
        one.status = 'canceled';
        one.canceledBy = task.uid;
        one.finishedAt = now();
        one.details = detailsOfNothing(one.details);
      }
      return { ...details, canceledTasks: waiting.length };
    },
  };
}

export function taskDeletion(
  queue: TaskQueue,
  given: URLSearchParams,
  original: string,
  mine: (task: Task) => boolean,
): TaskOrder {
  const matched = chosen(queue, given, 'delete', mine);
  const details = { matchedTasks: matched.length, originalFilter: original };
  return {
    type: 'taskDeletion',
    indexUid: null,
    details: { ...details, deletedTasks: null },
    run() {
      const deleted = matched.filter((task) => isFinished(task) && queue.get(task.uid) !== undefined);
      for (const task of deleted) queue.forget(task.uid);
      return { ...details, deletedTasks: deleted.length };
    },
  };
}
