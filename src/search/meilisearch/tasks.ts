import { setTimeout as pause } from 'node:timers/promises';
import type { EnqueuedTask, MeilisearchErrorResponse, Task } from 'meilisearch';
import { AppError } from '../../core/errors.ts';
import { refused, type Server, serverCode, talk, unavailable } from './server.ts';

const firstPollMs = 10;
const slowestPollMs = 500;
/** Polls in a row that may go unanswered: the task goes on without us. */
const maxSilentPolls = 5;

/**
 * Sends a write and waits for the end of its task. Accepted says nothing yet: what is wrong with a write shows in its task.
 * @returns null when it succeeded, else the server's reason
 * @throws AppError UNAVAILABLE when it was canceled or its end cannot be told
 */
export async function runTask(
  server: Server,
  send: () => PromiseLike<EnqueuedTask>,
): Promise<MeilisearchErrorResponse | null> {
  const { taskUid } = await talk(send);
  const giveUpAtMs = performance.now() + server.timeouts.taskMs;
  let silent = 0;
  for (let pollMs = firstPollMs; performance.now() < giveUpAtMs; pollMs = Math.min(pollMs * 1.5, slowestPollMs)) {
    const task = await askForTask(server, taskUid, () => ++silent <= maxSilentPolls);
    if (task !== null) silent = 0;
    if (task?.status === 'succeeded') return null;
    if (task?.status === 'failed') return task.error ?? unexplained;
    if (task?.status === 'canceled') throw unavailable(new Error(`task ${taskUid} was canceled`));
    await pause(pollMs);
  }
  throw unavailable(new Error(`task ${taskUid} has not ended in ${server.timeouts.taskMs} ms`));
}

/** Null when there was no answer and that may be borne once more. */
async function askForTask(server: Server, taskUid: number, mayBeSilent: () => boolean): Promise<Task | null> {
  try {
    return await talk(() => server.client.tasks.getTask(taskUid));
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAVAILABLE' && mayBeSilent()) return null;
    // Pruned before we saw its end: it may have failed.
    throw serverCode(error) === 'task_not_found' ? unavailable(error) : error;
  }
}

const unexplained: MeilisearchErrorResponse = {
  code: 'internal',
  type: 'internal',
  message: 'no reason given',
  link: '',
};

/**
 * As `runTask`, where failing is an error, but for the codes that say: it is so already.
 * @throws AppError
 */
export async function mustSucceed(
  server: Server,
  send: () => PromiseLike<EnqueuedTask>,
  benign: readonly string[] = [],
): Promise<void> {
  const failure = await runTask(server, send);
  if (failure !== null && !benign.includes(failure.code)) throw taskError(failure);
}

export function taskError(failure: MeilisearchErrorResponse): AppError {
  const cause = new Error(`${failure.code}: ${failure.message}`);
  return failure.type === 'invalid_request' ? refused(failure.code, cause) : unavailable(cause);
}

export async function queueLength(server: Server): Promise<number> {
  const { total } = await talk(() => server.client.tasks.getTasks({ statuses: ['enqueued', 'processing'], limit: 1 }));
  return total;
}

/** The list of tasks has a limit, and at it the server stops taking writes. */
export async function pruneTasks(server: Server, olderThan: Date): Promise<void> {
  await mustSucceed(server, () =>
    server.client.tasks.deleteTasks({
      statuses: ['succeeded', 'failed', 'canceled'],
      beforeFinishedAt: olderThan.toISOString(),
      indexUids: [server.uidOf('demand'), server.uidOf('result')],
    }),
  );
}
