import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { AddMember, ListMembers, MemberParams } from '../inputs.ts';
import { addMember, listMembers, removeMember } from '../service.ts';
import { MemberView } from '../views.ts';

import { type AuthRouteOptions, limited } from './limited.ts';

export function memberRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/organizations/:id/members',
    operation({
      id: 'listMembers',
      summary: 'List the members of an organization',
      tag: 'organizations',
      access: 'signed-in',
      input: { params: IdParams, querystring: ListMembers },
      output: PageOf(MemberView),
      problems: [404],
    }),
    async (request) => listMembers(request.ctx, request.params.id, request.query),
  );
  app.post(
    '/organizations/:id/members',
    limited(
      operation({
        id: 'addMember',
        summary: 'Add a member to an organization',
        description:
          'An admin adds people to an enterprise or a university; the administrator, or a director of the market or one above, to a market or a bureau.',
        tag: 'organizations',
        access: 'signed-in',
        scope: 'organizations:write',
        input: { params: IdParams, body: AddMember },
        status: 201,
        output: MemberView,
        problems: [404, 409],
      }),
      options,
    ),
    async (request, reply) => reply.code(201).send(await addMember(request.ctx, request.params.id, request.body)),
  );
  app.delete(
    '/organizations/:id/members/:userId',
    operation({
      id: 'removeMember',
      summary: 'Remove a member; ends their sessions and API keys',
      tag: 'organizations',
      access: 'signed-in',
      scope: 'organizations:write',
      input: { params: MemberParams },
      status: 204,
      output: Type.Null(),
      problems: [404, 409],
    }),
    async (request, reply) => {
      await removeMember(request.ctx, request.params.id, request.params.userId);
      return reply.code(204).send();
    },
  );
}
