import type { DeliveryOutcome } from '../src/core/delivery-meter.ts';
import { describeError, framesOf } from '../src/core/error-report.ts';
import { translatePgError } from '../src/core/pg-errors.ts';
import { AlreadyDone } from '../src/core/transaction.ts';
import { judge, standardRetries } from './failure.ts';
import type { Handler } from './handler.ts';
import type { Registry } from './registry.ts';
import { bury, causesOf, findDelivery, markDone, type OwedDelivery, postpone } from './store.ts';
import { beginDeliverySpan } from './trace-deliveries.ts';
import { systemCtx, type WorkerDeps } from './worker-deps.ts';

export type Outcome = 'done' | 'already-done' | 'not-due' | 'moot' | 'retried' | 'dead' | 'unrecorded';

export interface RunOptions {
  deps: WorkerDeps;
  registry: Registry;
  /** From a process that died with the job in hand. */
  isTakenOver?: boolean;
  /** From 0 up to 1; spreads retries. */
  random?: () => number;
}

/**
 * Fulfils the deliveries of one job, all of one handler: together where it can and nothing fails, else one by one.
 * @returns what became of each, in their order
 */
export async function runDeliveries(
  handlerName: string,
  deliveryIds: readonly string[],
  options: RunOptions,
): Promise<Outcome[]> {
  const outcomes = await runTogether(handlerName, deliveryIds, options);
  for (const outcome of outcomes) {
    const counted = countedAs[outcome];
    if (counted !== undefined) options.deps.metrics.count(handlerName, counted);
  }
  return outcomes;
}

/** What has no name here was another's doing, or left to be done. */
const countedAs: Partial<Record<Outcome, DeliveryOutcome>> = { done: 'sent', retried: 'retried', dead: 'dead' };

async function runTogether(
  handlerName: string,
  deliveryIds: readonly string[],
  options: RunOptions,
): Promise<Outcome[]> {
  const { deps } = options;
  const together = options.registry[handlerName]?.together;
  if (together !== undefined && deliveryIds.length > 0) {
    const startedAtMs = Date.now();
    try {
      const done = new Set(await together.run(systemCtx(deps, handlerName), deliveryIds, deps));
      await traceTogether(handlerName, [...done], startedAtMs, deps);
      return deliveryIds.map((id) => (done.has(id) ? 'done' : 'already-done'));
    } catch (error) {
      const facts = { handler: handlerName, deliveries: deliveryIds.length, error: describeError(error) };
      deps.log.debug(facts, 'deliveries were not fulfilled together; each is tried by itself');
    }
  }
  const outcomes: Outcome[] = [];
  for (const id of deliveryIds) outcomes.push(await runDelivery(id, options));
  return outcomes;
}

/** Each in the trace of what caused it. What they did together is one transaction, as long for each. */
async function traceTogether(handler: string, ids: readonly string[], startedAtMs: number, deps: WorkerDeps) {
  const { tracer } = deps;
  if (tracer === null || ids.length === 0) return;
  try {
    for (const [id, parent] of await causesOf(deps.db, ids)) {
      beginDeliverySpan(tracer, 'process', { id, handler, attempts: 0, parent, startedAtMs }).end();
    }
  } catch (error) {
    // They are fulfilled all the same.
    deps.log.debug({ handler, error: describeError(error) }, 'deliveries were fulfilled without a trace');
  }
}

/**
 * The edge between the queue and the verbs: fulfils one delivery. The handler's verb claims it in the transaction that
 * writes the effects; a handler without a transaction is closed here. Never throws: what failed is recorded with the
 * delivery, and if the database is away for that, the lease ends and the relay publishes it again.
 */
export async function runDelivery(deliveryId: string, options: RunOptions): Promise<Outcome> {
  const { deps } = options;
  try {
    const delivery = await findDelivery(deps.db, deliveryId);
    if (delivery === null || !['pending', 'published'].includes(delivery.status)) return 'already-done';
    // A leftover job of an earlier attempt; the retry has its own.
    if (delivery.status === 'pending' && delivery.notBefore > deps.clock.now()) return 'not-due';
    const handler = options.registry[delivery.handler];
    if (handler === undefined) throw new Error(`no handler is called ${delivery.handler}`);
    return await runHandler(delivery, handler, options);
  } catch (error) {
    deps.log.warn({ deliveryId, error: describeError(error) }, 'a delivery was left to its lease');
    return 'unrecorded';
  }
}

async function runHandler(delivery: OwedDelivery, handler: Handler, options: RunOptions): Promise<Outcome> {
  const { deps } = options;
  const { tracer } = deps;
  const span =
    tracer === null ? undefined : beginDeliverySpan(tracer, 'process', { ...delivery, parent: delivery.traceparent });
  try {
    let isClaimed = false;
    const onClaimed = () => {
      isClaimed = true;
    };
    const ctx = { ...systemCtx(deps, delivery.handler, delivery.id, span), onClaimed };
    await handler.run(ctx, { ...delivery, isTakenOver: options.isTakenOver ?? false }, deps);
    if (!isClaimed) await markDone(deps.db, delivery.id, deps.clock.now());
    return 'done';
  } catch (error) {
    if (error instanceof AlreadyDone) return 'already-done';
    span?.fail(error);
    return await recordFailure(delivery, translatePgError(error), handler, options);
  } finally {
    span?.end();
  }
}

async function recordFailure(
  delivery: OwedDelivery,
  error: unknown,
  { retries = standardRetries, waitsForPlace }: Handler,
  options: RunOptions,
): Promise<Outcome> {
  const { db, clock, log } = options.deps;
  const attempts = delivery.attempts + 1;
  const verdict = judge(error, attempts, options.random ?? Math.random, retries);
  const lastError = describeError(error);
  const failure = { id: delivery.id, attemptsSeen: delivery.attempts, attempts, lastError };
  const facts = {
    deliveryId: delivery.id,
    handler: delivery.handler,
    message: delivery.message.type,
    subjectId: delivery.message.subjectId,
    attempts,
    error: lastError,
  };
  switch (verdict.kind) {
    case 'moot':
      await markDone(db, delivery.id, clock.now());
      log.info(facts, 'the subject of a delivery is gone; nothing is owed');
      return 'moot';
    case 'dead':
      if (await bury(db, failure)) log.error({ ...facts, stack: framesOf(error) }, 'a delivery is dead');
      return 'dead';
    case 'retry':
    case 'wait': {
      const notBefore = new Date(clock.now().getTime() + verdict.delayMs);
      const counted = verdict.kind === 'retry' ? attempts : delivery.attempts;
      const keepsItsPlace = verdict.kind === 'wait' && waitsForPlace !== true;
      await postpone(db, { ...failure, attempts: counted, notBefore, keepsItsPlace });
      log.info({ ...facts, notBefore }, 'a delivery failed and will be tried again');
      return 'retried';
    }
  }
}
