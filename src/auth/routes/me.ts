import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requiredVersion } from '../../http/etag.ts';
import { operation } from '../../http/operation.ts';
import { EraseMe, UpdateMe } from '../inputs.ts';
import { eraseMe, exportPersonalData, getMe, updateMe } from '../service.ts';
import { MeView, PersonalDataView } from '../views.ts';

import { type AuthRouteOptions, limited } from './limited.ts';

export function meRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/me',
    operation({
      id: 'getMe',
      summary: 'Who am I, for whom, and where',
      tag: 'entry',
      access: 'signed-in',
      output: MeView,
    }),
    async (request) => getMe(request.ctx),
  );
  app.patch(
    '/me',
    operation({
      id: 'updateMe',
      summary: 'Change your name or language',
      tag: 'entry',
      access: 'signed-in',
      scope: null,
      input: { body: UpdateMe },
      output: MeView,
      problems: [412, 428],
    }),
    async (request) => updateMe(request.ctx, request.body, requiredVersion(request)),
  );
  app.get(
    '/me/export',
    limited(
      operation({
        id: 'exportPersonalData',
        summary: 'Export all personal data that is kept of you',
        tag: 'entry',
        access: 'signed-in',
        scope: null,
        output: PersonalDataView,
      }),
      options,
    ),
    async (request) => exportPersonalData(request.ctx),
  );
  app.delete(
    '/me',
    limited(
      operation({
        id: 'eraseMe',
        summary: 'Erase your account and personal data; records keep a pseudonym',
        tag: 'entry',
        access: 'signed-in',
        scope: null,
        input: { body: EraseMe },
        status: 204,
        output: Type.Null(),
        problems: [409],
      }),
      options,
    ),
    async (request, reply) => {
      await eraseMe(request.ctx, request.body);
      return reply.code(204).send();
    },
  );
}
