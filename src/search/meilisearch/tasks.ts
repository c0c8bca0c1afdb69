import { setTimeout as pause } from 'node:timers/promises';
import type { EnqueuedTask, MeilisearchErrorResponse } from 'meilisearch';
import type { AppError } from '../../core/errors.ts';
import { refused, type Server, talk, unavailable } from './server.ts';

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
    try {
      const task = await talk(() => server.client.tasks.getTask(taskUid));
      silent = 0;
      if (task.status === 'succeeded') return null;
      if (task.status === 'failed') return task.error ?? unexplained;
      if (task.status === 'canceled') throw unavailable(new Error(`task ${taskUid} was canceled`));
    } catch (error) {
      silent += 1;
      if (!isPassing(error) || silent > maxSilentPolls) throw error;
    }
    await pause(pollMs);
  }
  throw unavailable(new Error(`task ${taskUid} has not ended in ${server.timeouts.taskMs} ms`));
}

const unexplained: MeilisearchErrorResponse = {
  code: 'internal',
  type: 'internal',
  message: 'no reason given',
  link: '',
};

function isPassing(error: unknown): boolean {
  const { code, details } = error as AppError;
  return code === 'UNAVAILABLE' && !(details.cause instanceof Error && /was canceled$/.test(details.cause.message));
}

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
