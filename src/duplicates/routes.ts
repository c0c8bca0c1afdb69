import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../http/operation.ts';
import { DuplicatesView } from '../records/views.ts';
import { listDuplicates } from './service.ts';

export async function duplicateRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  for (const side of ['demand', 'result'] as const) {
    app.get(
      `/${side}s/:id/duplicates`,
      operation({
        id: side === 'demand' ? 'listDemandDuplicates' : 'listResultDuplicates',
        summary: `List ${side}s that tell of the same`,
        description: `With the passages that say so, the most alike first: published ones, and the caller's own or, for a broker, those in review in the territory. For the ${side}'s owner and the brokers of its home market.`,
        tag: `${side}s`,
        access: 'signed-in',
        input: { params: IdParams },
        output: DuplicatesView,
        problems: [404],
      }),
      (request) => listDuplicates(request.ctx, side, request.params.id),
    );
  }
}
