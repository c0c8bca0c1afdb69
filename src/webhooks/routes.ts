import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { expectedVersion, requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { CreateWebhook, ListWebhookDeliveries, UpdateWebhook, WebhookDeliveryParams } from './inputs.ts';
import type { AddressRules } from './outgoing/address.ts';
import {
  createWebhook,
  deleteWebhook,
  enableWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  redeliverWebhook,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './service.ts';
import { SecretWebhookView, WebhookDeliveryView, WebhookView } from './views.ts';

const tag = 'webhooks';
const read = { tag, access: 'signed-in' } as const;
const write = { tag, access: 'signed-in', scope: 'organizations:write' } as const;
const onOne = { input: { params: IdParams }, problems: [404] } as const;

/** Each makes us send one request to whatever address: by hand, not by a loop. */
const sendLimit = { max: 60, timeWindow: '1 minute' };

export async function webhookRoutes(fastify: FastifyInstance, rules: AddressRules): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/webhooks',
    operation({
      id: 'listWebhooks',
      summary: 'List the webhooks of my organization',
      description: 'For those who manage them: its admins, at a market its directors.',
      ...read,
      output: PageOf(WebhookView),
    }),
    (request) => listWebhooks(request.ctx),
  );

  app.post(
    '/webhooks',
    operation({
      id: 'createWebhook',
      summary: 'Have a program of my organization told',
      description:
        'Messages are posted as the Standard Webhooks specification says; the `webhooks` of this document show each. The answer is the only place where the secret is shown. At most 20 of one organization.',
      ...write,
      idempotent: false,
      input: { body: CreateWebhook },
      status: 201,
      output: SecretWebhookView,
      problems: [409],
    }),
    async (request, reply) => reply.code(201).send(await createWebhook(request.ctx, request.body, rules)),
  );

  app.get(
    '/webhooks/:id',
    operation({ id: 'getWebhook', summary: 'Read a webhook', ...read, ...onOne, output: WebhookView }),
    (request) => getWebhook(request.ctx, request.params.id),
  );

  app.patch(
    '/webhooks/:id',
    operation({
      id: 'updateWebhook',
      summary: 'Change a webhook',
      description: 'Absent leaves, null clears: with `types` null it is told of everything.',
      ...write,
      input: { params: IdParams, body: UpdateWebhook },
      output: WebhookView,
      problems: [404, 412, 428],
    }),
    (request) => updateWebhook(request.ctx, request.params.id, request.body, requiredVersion(request), rules),
  );

  app.delete(
    '/webhooks/:id',
    operation({
      id: 'deleteWebhook',
      summary: 'Delete a webhook with its log',
      ...write,
      ...onOne,
      status: 204,
      output: Type.Null(),
    }),
    async (request, reply) => {
      await deleteWebhook(request.ctx, request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/webhooks/:id/rotate-secret',
    operation({
      id: 'rotateWebhookSecret',
      summary: 'Replace the secret of a webhook; the answer is the only place where it is shown',
      description: 'For 24 hours messages are signed with the old secret, too: two signatures, separated by a blank.',
      ...write,
      ...onOne,
      idempotent: false,
      output: SecretWebhookView,
    }),
    (request) => rotateWebhookSecret(request.ctx, request.params.id),
  );

  app.post(
    '/webhooks/:id/enable',
    operation({
      id: 'enableWebhook',
      summary: 'Turn a webhook on again',
      ...write,
      input: { params: IdParams },
      output: WebhookView,
      problems: [404, 409, 412],
    }),
    (request) => enableWebhook(request.ctx, request.params.id, expectedVersion(request)),
  );

  deliveryRoutes(fastify);
}

function deliveryRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/webhooks/:id/test',
    limited(
      operation({
        id: 'testWebhook',
        summary: 'Send a test message',
        description: 'A message `webhook.test`, tried once; the log tells what came of it.',
        ...write,
        input: { params: IdParams },
        status: 202,
        output: WebhookDeliveryView,
        problems: [404, 409],
      }),
    ),
    async (request, reply) => reply.code(202).send(await testWebhook(request.ctx, request.params.id)),
  );

  app.get(
    '/webhooks/:id/deliveries',
    operation({
      id: 'listWebhookDeliveries',
      summary: 'Read what was sent to a webhook, and what came of it',
      description: 'Newest first, for 30 days.',
      ...read,
      input: { params: IdParams, querystring: ListWebhookDeliveries },
      output: PageOf(WebhookDeliveryView),
      problems: [404],
    }),
    (request) => listWebhookDeliveries(request.ctx, request.params.id, request.query),
  );

  app.post(
    '/webhooks/:id/deliveries/:deliveryId/redeliver',
    limited(
      operation({
        id: 'redeliverWebhook',
        summary: 'Send a message again',
        description: 'Under the same webhook-id, with ten tries anew.',
        ...write,
        input: { params: WebhookDeliveryParams },
        status: 202,
        output: WebhookDeliveryView,
        problems: [404, 409],
      }),
    ),
    async (request, reply) =>
      reply.code(202).send(await redeliverWebhook(request.ctx, request.params.id, request.params.deliveryId)),
  );
}

function limited<Options extends { config: object }>(route: Options) {
  return { ...route, config: { ...route.config, rateLimit: sendLimit } };
}
