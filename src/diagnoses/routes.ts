import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../http/operation.ts';
import { AdviseOnDemand } from './inputs.ts';
import { adviseOnDemand, getDemandQuality } from './service.ts';
import { DemandQualityView } from './views.ts';

const tag = 'diagnoses';

export async function diagnosisRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/demands/advice',
    operation({
      id: 'adviseOnDemand',
      summary: 'Ask what the draft of a demand lacks',
      description:
        'Scores the draft as it stands (0–100) and says in its own language what to add, what gains most first. Nothing is saved. For members of enterprises and staff of markets.',
      tag,
      access: 'signed-in',
      scope: 'records:write',
      idempotent: false,
      input: { body: AdviseOnDemand },
      output: DemandQualityView,
    }),
    (request) => adviseOnDemand(request.ctx, request.body),
  );

  app.get(
    '/demands/:id/quality',
    operation({
      id: 'getDemandQuality',
      summary: 'Read how well a demand is told',
      description: 'For its owner and for the brokers of its home market and of the markets above.',
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: DemandQualityView,
      problems: [404],
    }),
    (request) => getDemandQuality(request.ctx, request.params.id),
  );
}
