import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { DeskParams, ListDesk, ReadDesk } from './inputs.ts';
import { listDesk, readDesk } from './service.ts';
import { DeskItem, DeskView } from './views.ts';

export async function deskRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const read = { tag: 'desk', access: 'signed-in' } as const;

  app.get(
    '/desk',
    operation({
      id: 'readDesk',
      summary: "Read a market's desk",
      description:
        "What waits for the market's staff, what is late, and for directors what each broker has in hand. The territory is the market's own and that of all markets below it.",
      ...read,
      input: { querystring: ReadDesk },
      output: DeskView,
    }),
    (request) => readDesk(request.ctx, request.query),
  );

  app.get(
    '/desk/:category',
    operation({
      id: 'listDesk',
      summary: 'List one category of the desk',
      description: 'What waits longest or is due first comes first; suggested matches best first.',
      ...read,
      input: { params: DeskParams, querystring: ListDesk },
      output: PageOf(DeskItem),
    }),
    (request) => listDesk(request.ctx, request.params.category, request.query),
  );
}
