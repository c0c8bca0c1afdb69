import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../../http/operation.ts';
import { listDuplicates } from '../service.ts';
import { DuplicatesView } from '../views.ts';

export async function routesOfDuplicates(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  for (const side of ['demand', 'result'] as const) {
    app.get(
      `/${side}s/:id/duplicates`,
      operation({
        id: side === 'demand' ? 'listDemandDuplicates' : 'listResultDuplicates',
        summary: `List published ${side}s that tell of the same`,
        description: `With the passages that say so, the most alike first. For the brokers of the ${side}'s home market; for its owner, among the ${side}s of its own organization.`,
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
