import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { CreateApiKey } from '../inputs.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../service.ts';
import { ApiKeyView, CreatedApiKeyView } from '../views.ts';

export function apiKeyRoutes(plainApp: FastifyInstance): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/api-keys',
    operation({
      id: 'listApiKeys',
      summary: 'List your API keys',
      tag: 'entry',
      access: 'signed-in',
      scope: null,
      output: PageOf(ApiKeyView),
    }),
    async (request) => listApiKeys(request.ctx),
  );
  app.post(
    '/api-keys',
    operation({
      id: 'createApiKey',
      summary: 'Create an API key; the answer is the only place where it is shown',
      tag: 'entry',
      access: 'signed-in',
      scope: null,
      idempotent: false,
      input: { body: CreateApiKey },
      status: 201,
      output: CreatedApiKeyView,
      problems: [409],
    }),
    async (request, reply) => reply.code(201).send(await createApiKey(request.ctx, request.body)),
  );
  app.delete(
    '/api-keys/:id',
    operation({
      id: 'revokeApiKey',
      summary: 'Revoke an API key',
      tag: 'entry',
      access: 'signed-in',
      scope: null,
      input: { params: IdParams },
      status: 204,
      output: Type.Null(),
      problems: [404],
    }),
    async (request, reply) => {
      await revokeApiKey(request.ctx, request.params.id);
      return reply.code(204).send();
    },
  );
}
