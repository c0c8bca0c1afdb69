import type { Ctx } from '../src/core/ctx.ts';
import type { HandlerName, StoredMessage } from '../src/core/messages.ts';
import { answerPreview, type MatchIndex, refreshNextMatches } from '../src/matches/service.ts';
import type { RetryPolicy } from './failure.ts';
import { notifyAudience } from './handlers/notify-audience.ts';
import { refreshMatchesOf } from './handlers/refresh-matches.ts';
import { rehomeRecords } from './handlers/rehome-records.ts';
import { sendEmail } from './handlers/send-email.ts';
import { type JobOrder, type QueueName, queueNames } from './queues.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** What a handler is to see to. */
export interface Owed {
  message: StoredMessage;
  /** Whom or what it is for, where the message owes the handler several. */
  targetId: string | null;
}

export interface Handler {
  queue: QueueName;
  /** Its place in the queue: before all that wait because a person does, or after them because nobody does. */
  order?: JobOrder;
  /**
   * Re-reads by id and does one thing. The first transaction that it opens with this ctx claims the delivery; a run
   * that has none is closed by `run-job.ts`.
   */
  run(ctx: Ctx, owed: Owed, deps: WorkerDeps): Promise<void>;
  /** Where the standard ones do not fit. */
  retries?: RetryPolicy;
}

/** By handler name, as `core/messages.ts` subscribes them. */
export type Registry = Readonly<Record<string, Handler>>;

/** @param matchIndex this process's own, in memory */
export function createRegistry(matchIndex: MatchIndex): Readonly<Record<HandlerName, Handler>> {
  return {
    'refresh-matches': {
      queue: queueNames.matching,
      run: (ctx, { message }) => refreshMatchesOf(ctx, message, matchIndex),
    },
    'refresh-all-matches': {
      queue: queueNames.matching,
      order: 'last',
      run: (ctx, { message: { subjectId, xid } }) => refreshNextMatches(ctx, { jobId: subjectId, xid }, matchIndex),
    },
    'preview-matches': {
      queue: queueNames.matching,
      order: 'first',
      run: (ctx, { message }) => answerPreview(ctx, message.subjectId, matchIndex),
    },
    'rehome-records': { queue: queueNames.matching, run: rehomeRecords },
    notify: { queue: queueNames.notices, run: notifyAudience },
    'send-email': { queue: queueNames.outgoing, run: sendEmail },
  };
}
