import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { ListParkedRecords } from '../inputs.ts';
import { listParkedRecords, retryParkedRecord } from '../service.ts';
import { ParkedRecordView } from '../views.ts';

const common = { tag: 'operations', access: 'signed-in' } as const;

export function parkedRoutes(plainApp: FastifyInstance): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/search/parked',
    operation({
      id: 'listParkedRecords',
      summary: 'List published records that a search engine refuses',
      description: 'The latest first: a director sees those of the own territory, the administrator all.',
      ...common,
      input: { querystring: ListParkedRecords },
      output: PageOf(ParkedRecordView),
    }),
    (request) => listParkedRecords(request.ctx, request.query),
  );
  app.post(
    '/search/parked/:id/retry',
    operation({
      id: 'retryParkedRecord',
      summary: 'Have a refused record indexed again',
      description:
        'The workers write it once more, within seconds. It leaves the list when it is taken, and stays with the new reason when it is not. The nightly check tries all of them.',
      ...common,
      scope: null,
      input: { params: IdParams },
      status: 202,
      output: ParkedRecordView,
      problems: [404],
    }),
    async (request, reply) => reply.code(202).send(await retryParkedRecord(request.ctx, request.params.id)),
  );
}
