import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { DiscardDeadLetter, ListDeadLetters } from './inputs.ts';
import { discardDeadLetter, getDeadLetter, listDeadLetters, retryDeadLetter } from './service.ts';
import { DeadLetterView } from './views.ts';

const read = { tag: 'dead-letters', access: 'signed-in', problems: [404] } as const;
/** A decision that a person takes. */
const decide = { ...read, scope: null, output: DeadLetterView } as const;

export async function deadLetterRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/dead-letters',
    operation({
      id: 'listDeadLetters',
      summary: 'List what could not be delivered',
      description:
        'Newest first: notices, mails, webhooks and other deliveries that were given up after their last attempt. For staff of the market to which the subject or the recipient belongs, and for the administrator.',
      ...read,
      input: { querystring: ListDeadLetters },
      output: PageOf(DeadLetterView),
    }),
    (request) => listDeadLetters(request.ctx, request.query),
  );

  app.get(
    '/dead-letters/:id',
    operation({
      id: 'getDeadLetter',
      summary: 'Read what could not be delivered',
      ...read,
      input: { params: IdParams },
      output: DeadLetterView,
    }),
    (request) => getDeadLetter(request.ctx, request.params.id),
  );

  app.post(
    '/dead-letters/:id/retry',
    operation({
      id: 'retryDeadLetter',
      summary: 'Have it tried again',
      description: 'At once, and with as many attempts as it had. A mail or a webhook keeps its id.',
      ...decide,
      input: { params: IdParams },
    }),
    (request) => retryDeadLetter(request.ctx, request.params.id),
  );

  app.post(
    '/dead-letters/:id/discard',
    operation({
      id: 'discardDeadLetter',
      summary: 'Give it up for good',
      description: 'With a reason, which the audit trail keeps.',
      ...decide,
      input: { params: IdParams, body: DiscardDeadLetter },
    }),
    (request) => discardDeadLetter(request.ctx, request.params.id, request.body),
  );
}
