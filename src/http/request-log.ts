import type { FastifyInstance } from 'fastify';

/** One line per answered request, by route: addresses and query strings stay out of the log. */
export function useRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, span } = request;
    const facts = { method, route: routeOptions.url ?? 'unknown', status: reply.statusCode };
    const trace = span === undefined ? {} : { traceId: span.traceId };
    request.log.info({ ...facts, ms: Math.round(reply.elapsedTime), ...trace }, 'answered');
  });
}
