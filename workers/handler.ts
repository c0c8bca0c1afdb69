import type { Ctx } from '../src/core/ctx.ts';
import type { StoredMessage } from '../src/core/messages.ts';
import type { RetryPolicy } from './failure.ts';
import type { JobOrder, QueueName } from './queues.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** What a handler is to see to. */
export interface Owed {
  message: StoredMessage;
  /** Whom or what it is for, where the message owes the handler several. */
  targetId: string | null;
  /** A process died with it in hand. */
  isTakenOver?: boolean;
}

export interface Together {
  /** Deliveries of one job at most. */
  most: number;
  /**
   * Claims what of them is owed still, in the transaction that has the effects of them all. Where that fails, each is run
   * by itself.
   * @param ctx claims nothing
   * @returns the deliveries that it fulfilled
   */
  run(ctx: Ctx, deliveryIds: readonly string[], deps: WorkerDeps): Promise<readonly string[]>;
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
  /**
   * What it is put back for is a place that others of its deliveries wait for, too: it comes back behind them, not before
   * all as what was put back because something of ours is away.
   */
  waitsForPlace?: true;
  /** For a handler that fulfils many deliveries faster in one transaction than one after the other. */
  together?: Together;
  /** Where the standard ones do not fit. */
  retries?: RetryPolicy;
}
