import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { ListAuditEntries } from './inputs.ts';
import { listAuditEntries } from './service.ts';
import { AuditEntryView } from './views.ts';

export async function auditTrailRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/audit',
    operation({
      id: 'listAuditEntries',
      summary: 'Read who did what to a subject',
      description: 'Newest first, for staff of the market that the entries belong to and for the administrator.',
      tag: 'audit',
      access: 'signed-in',
      input: { querystring: ListAuditEntries },
      output: PageOf(AuditEntryView),
      problems: [404],
    }),
    (request) => listAuditEntries(request.ctx, request.query),
  );
}
