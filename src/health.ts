import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Deps } from './deps.ts';
import { problemContentType, problemOf } from './http/problem.ts';
import { jobsHealth } from './jobs-health.ts';

const Health = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded']),
    search: Type.Optional(Type.Enum(['ok', 'filling', 'down'])),
    jobs: Type.Optional(Type.Enum(['ok', 'down'])),
  },
  { examples: [{ status: 'ok', search: 'ok', jobs: 'ok' }] },
);

/** A database that is silent is away; whoever asks for readiness does not wait long. */
const sign = { text: 'select 1', query_timeout: 2_000 };

/** /livez: the process answers. /readyz: so does PostgreSQL; search or Redis away, or an index being filled, is degraded. /metrics: to loopback only. */
export async function healthRoutes(
  app: FastifyInstance,
  deps: Pick<Deps, 'pool' | 'searchIndex' | 'config' | 'metrics'>,
): Promise<void> {
  app.get(
    '/livez',
    {
      schema: {
        operationId: 'livez',
        summary: 'Whether the process answers',
        description: 'For a supervisor.',
        tags: ['operations'],
        security: [],
        response: { 200: Health },
      },
    },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'readyz',
        summary: 'Whether requests can be served',
        description:
          'Fails on PostgreSQL only; search or Redis away is reported as degraded: writes succeed and their effects wait. So is an index that is being filled, with which less is found than there is.',
        tags: ['operations'],
        security: [],
        response: {
          200: Health,
          503: {
            description: 'The database is away.',
            content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
          },
        },
      },
    },
    async (request, reply) => {
      try {
        await deps.pool.query(sign);
      } catch {
        const problem = problemOf(503, 'UNAVAILABLE', 'The database is not available.', request.id);
        return reply.code(503).header('retry-after', 2).type(problemContentType).send(JSON.stringify(problem));
      }
      const [search, jobs] = await Promise.all([deps.searchIndex.health(), jobsHealth(deps.config.redisUrl)]);
      const status = search === 'ok' && jobs === 'ok' ? ('ok' as const) : ('degraded' as const);
      return { status, search, jobs };
    },
  );

  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode };
    deps.metrics.observeRequest(labels, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    // A proxy on this machine connects from loopback, too, and says for whom.
    const isForwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
    if (isForwarded || !isLoopback(request.socket.remoteAddress)) return reply.callNotFound();
    return reply.type(deps.metrics.contentType).send(await deps.metrics.render());
  });
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || address?.startsWith('127.') === true || address?.startsWith('::ffff:127.') === true;
}
