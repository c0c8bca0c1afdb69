import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { DemandView } from '../demands/views.ts';
import { IdParams, operation } from '../http/operation.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { ReasonBody } from '../records/inputs.ts';
import { DuplicatesView } from '../records/views.ts';
import { ResultView } from '../results/views.ts';
import { LinkDuplicate, LinkParams, MergeDuplicate } from './inputs.ts';
import {
  linkDuplicate,
  listDuplicateLinks,
  listDuplicates,
  mergeDuplicate,
  unlinkDuplicate,
  unmergeDuplicate,
} from './service.ts';
import { DuplicateLinksView, DuplicateLinkView } from './views.ts';

const kinds = [
  { side: 'demand', Side: 'Demand', View: DemandView },
  { side: 'result', Side: 'Result', View: ResultView },
] as const;

export async function duplicateRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  for (const { side, Side, View } of kinds) {
    const tag = `${side}s`;
    const write = { tag, access: 'signed-in', scope: 'records:write' } as const;

    app.get(
      `/${side}s/:id/duplicates`,
      operation({
        id: `list${Side}Duplicates`,
        summary: `List ${side}s that tell of the same`,
        description: `With the passages that say so, the most alike first: published ones, and the caller's own or, for a broker, those in review in the territory. For the ${side}'s owner and the brokers of its home market.`,
        tag,
        access: 'signed-in',
        input: { params: IdParams },
        output: DuplicatesView,
        problems: [404],
      }),
      (request) => listDuplicates(request.ctx, side, request.params.id),
    );

    app.get(
      `/${side}s/:id/duplicate-links`,
      operation({
        id: `list${Side}DuplicateLinks`,
        summary: `List ${side}s that a broker has linked as the same`,
        description: 'For the brokers of its home market, as far as they may see the others.',
        tag,
        access: 'signed-in',
        input: { params: IdParams },
        output: DuplicateLinksView,
        problems: [404],
      }),
      (request) => listDuplicateLinks(request.ctx, side, request.params.id),
    );

    app.post(
      `/${side}s/:id/duplicate-links`,
      operation({
        id: `link${Side}Duplicate`,
        summary: `Note that another ${side} tells of the same`,
        description: 'Both stay as they are, and nobody but brokers is told.',
        ...write,
        input: { params: IdParams, body: LinkDuplicate },
        status: 201,
        output: DuplicateLinkView,
        problems: [404, 409],
      }),
      async (request, reply) =>
        reply.code(201).send(await linkDuplicate(request.ctx, side, request.params.id, request.body)),
    );

    app.delete(
      `/${side}s/:id/duplicate-links/:otherId`,
      operation({
        id: `unlink${Side}Duplicate`,
        summary: `Take back that another ${side} tells of the same`,
        ...write,
        input: { params: LinkParams },
        status: 204,
        output: DuplicateLinkView,
        problems: [404],
      }),
      async (request, reply) => {
        await unlinkDuplicate(request.ctx, side, request.params.id, request.params.otherId);
        return reply.code(204).send();
      },
    );

    const step = stepRoutes(app, {
      tag,
      scope: 'records:write',
      path: `/${side}s/:id`,
      params: IdParams,
      output: View,
    });

    step(
      'merge',
      {
        id: `merge${Side}`,
        summary: `Close a ${side} as a duplicate of another`,
        description: `For brokers of both. The other must be public; this one submitted or published, and nobody speaking over it. It is closed, and names the other in \`mergedIntoId\`; what was shortlisted, and introductions that were asked for, go over where the other has a match with the same partner. Both owners are told.`,
        body: MergeDuplicate,
      },
      (ctx, { params, body, expectedVersion }) => mergeDuplicate(ctx, side, { ...params, ...body, expectedVersion }),
    );

    step(
      'unmerge',
      {
        id: `unmerge${Side}`,
        summary: `Take back that a ${side} was merged`,
        description: 'It goes back to review. What went over to the other stays there.',
        body: ReasonBody,
      },
      (ctx, { params, body, expectedVersion }) => unmergeDuplicate(ctx, side, { ...params, ...body, expectedVersion }),
    );
  }
}
