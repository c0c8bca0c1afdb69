import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { operation } from '../../http/operation.ts';
import { Register, SignIn } from '../inputs.ts';
import { register, signIn, signOut } from '../service.ts';
import { RegistrationView, SessionView } from '../views.ts';

import { type AuthRouteOptions, limited } from './limited.ts';

export function entryRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    '/registrations',
    limited(
      operation({
        id: 'register',
        summary: 'Register an enterprise or a university and its first admin',
        tag: 'entry',
        access: 'public',
        scope: null,
        input: { body: Register },
        status: 201,
        output: RegistrationView,
        problems: [409],
      }),
      options,
    ),
    async (request, reply) => reply.code(201).send(await register(request.ctx, request.body)),
  );
  app.post(
    '/sessions',
    limited(
      operation({
        id: 'signIn',
        summary: 'Sign in',
        description: 'Ten wrong passwords within 15 minutes close an account for as long; see Retry-After.',
        tag: 'entry',
        access: 'public',
        scope: null,
        idempotent: false,
        input: { body: SignIn },
        status: 201,
        output: SessionView,
        problems: [401],
      }),
      options,
    ),
    async (request, reply) => reply.code(201).send(await signIn(request.ctx, request.body)),
  );
  app.delete(
    '/sessions/current',
    operation({
      id: 'signOut',
      summary: 'Sign out: end this session',
      tag: 'entry',
      access: 'signed-in',
      scope: null,
      status: 204,
      output: Type.Null(),
    }),
    async (request, reply) => {
      await signOut(request.ctx, request.headers.authorization ?? '');
      return reply.code(204).send();
    },
  );
}
