import type { Span, Tracer } from '../src/core/trace.ts';

interface TracedDelivery {
  id: string;
  handler: string;
  attempts: number;
  /** The `traceparent` of its message. */
  parent: string | null;
  startedAtMs?: number;
}

/** A step of a delivery, hung below what caused its message: by ids and names of the program's own. */
export function beginDeliverySpan(tracer: Tracer, step: 'publish' | 'process', delivery: TracedDelivery): Span {
  const { id, handler, attempts, parent, startedAtMs } = delivery;
  return tracer.begin({
    name: `${step} ${handler}`,
    verb: handler,
    role: step === 'publish' ? 'producer' : 'consumer',
    parent,
    facts: { 'duijie.delivery_id': id, 'duijie.handler': handler, 'duijie.attempt': attempts + 1 },
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
  });
}
