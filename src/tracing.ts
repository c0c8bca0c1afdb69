import {
  type Attributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from './core/ctx.ts';
import { describeError } from './core/error-report.ts';
import { AppError } from './core/errors.ts';
import { newId } from './core/ids.ts';
import type { Span, SpanBeginning, SpanRole, Tracer } from './core/trace.ts';

/** An unreachable collector must not use up the time that a process has for its end. */
const closeTimeoutMs = 2_000;

const kinds: Record<SpanRole, SpanKind> = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/**
 * Sends spans to a collector, as OTLP/HTTP JSON. Loaded only where one is configured. Parents are handed on in ctx, so
 * nothing has to be patched, and no context follows callbacks. What else OpenTelemetry's variables say is read by its library.
 * @param url whole, with `/v1/traces`
 */
export function createTracer(url: string, log: Log): Tracer {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'duijie', 'service.instance.id': newId() }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(telling(new OTLPTraceExporter({ url }), log))],
  });
  const tracer = provider.getTracer('duijie');

  function begin({ name, verb, role, parent, facts = {}, startedAtMs }: SpanBeginning): Span {
    const cause = parent === null ? null : spanContextIn(parent);
    const context = cause === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, cause);
    const start = startedAtMs === undefined ? {} : { startTime: startedAtMs };
    const options = { kind: kinds[role], attributes: facts as Attributes, ...start };
    return wrap(tracer.startSpan(name, options, context), verb);
  }

  function wrap(span: OtelSpan, verb: string): Span {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    return {
      traceId,
      traceparent,
      async part(work, { name, role } = { name: verb, role: 'internal' }) {
        const part = begin({ name, verb, role, parent: traceparent });
        try {
          return await work(part);
        } catch (error) {
          part.fail(error);
          throw error;
        } finally {
          part.end();
        }
      },
      add: (facts) => void span.setAttributes(facts),
      fail(failure) {
        span.setAttribute('error.type', kindOf(failure));
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
      end: () => span.end(),
    };
  }

  return {
    begin,
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeTimeoutMs);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function spanContextIn(traceparent: string) {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** Never the message, which may quote what somebody sent. */
function kindOf(failure: unknown): string {
  if (failure instanceof AppError) return failure.code;
  return failure instanceof Error ? failure.constructor.name : String(failure);
}

/** Spans that cannot be sent are lost: that is told once, and once when they go through again. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let away = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !away) {
          log.warn({ error: describeError(result.error) }, 'spans could not be sent to the collector and are lost');
        }
        if (result.error === undefined && away) log.info({}, 'spans are sent to the collector again');
        away = result.error !== undefined;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
}
