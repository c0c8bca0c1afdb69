import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/ctx.ts';
import type { Db } from '../core/transaction.ts';
import { eventStreamResponse, lastEventId, openEventStream } from '../http/event-stream.ts';
import { IdParams, operation } from '../http/operation.ts';
import { hasEnded, JobStreams } from './channels/stream.ts';
import { getJob } from './service.ts';
import { JobView, jobExample } from './views.ts';

const read = { tag: 'jobs', access: 'signed-in', input: { params: IdParams }, problems: [404] } as const;

export async function jobRoutes(
  fastify: FastifyInstance,
  parts: { db: Db; log: Pick<Log, 'warn'>; clock: Clock },
): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/jobs/:id',
    operation({
      id: 'getJob',
      summary: 'Read how far a job is',
      description: 'For who started it, the directors of its market or of one above it, and the administrator.',
      ...read,
      output: JobView,
    }),
    (request) => getJob(request.ctx, request.params.id),
  );

  const streams = new JobStreams(parts);
  fastify.addHook('preClose', async () => streams.close());
  const { schema, config } = operation({
    id: 'streamJob',
    summary: 'Follow a job',
    description:
      'Server-sent events named `job`, each with the whole job; the id of an event is its version. The stream ends with the job, after ten minutes at most: come back with Last-Event-ID. 204 says that the job has ended and nothing is new, upon which an EventSource stops.',
    ...read,
    output: Type.String(),
  });
  const response = {
    ...schema.response,
    200: eventStreamResponse('The present state, and each later one as it comes.', eventExample),
    204: Type.Null({ description: 'The job has ended, and the state in Last-Event-ID was its last.' }),
  };
  app.get(
    '/jobs/:id/stream',
    { schema: { ...schema, response }, config, exposeHeadRoute: false },
    async (request, reply) => {
      const { actor } = request.ctx;
      const job = await getJob(request.ctx, request.params.id);
      const knownVersion = Number(lastEventId(request, /^\d{1,9}$/) ?? 0);
      if (hasEnded(job) && job.version <= knownVersion) return reply.code(204).send(null);
      const userId = actor.kind === 'user' ? actor.userId : '';
      streams.checkRoom(userId);
      const stream = openEventStream(reply);
      stream.on('close', streams.open({ userId, job, knownVersion }, stream));
    },
  );
}

const eventExample = `id: 7\nevent: job\ndata: ${JSON.stringify(jobExample)}\n\n`;
