import type { FastifyInstance } from 'fastify';
import type { Span, Tracer } from '../core/trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for operations, where traces are made. */
    span?: Span;
  }
}

/**
 * One span per request of an operation, by route: addresses, query strings and bodies stay out.
 * @param trustCaller whether a caller's `traceparent` is gone on with: only where a proxy of ours has set it, since
 * otherwise strangers would say what is sampled, and write into traces of others
 */
export function useRequestTrace(app: FastifyInstance, tracer: Tracer | null, trustCaller: boolean): void {
  app.decorateRequest('span');
  if (tracer === null) return;
  app.addHook('onRequest', async (request) => {
    const { url = 'unknown', config, schema } = request.routeOptions;
    if (config.operation === undefined) return;
    const { traceparent } = request.headers;
    request.span = tracer.begin({
      name: `${request.method} ${url}`,
      verb: String((schema as { operationId?: string } | undefined)?.operationId),
      role: 'server',
      parent: trustCaller && typeof traceparent === 'string' ? traceparent : null,
      facts: { 'http.request.method': request.method, 'http.route': url, 'duijie.request_id': request.id },
    });
  });
  app.addHook('onResponse', async ({ span }, { statusCode }) => {
    span?.add({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span?.fail(String(statusCode));
    span?.end();
  });
}
