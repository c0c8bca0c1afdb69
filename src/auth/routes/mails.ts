import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../http/operation.ts';
import { ConfirmEmail, RequestPasswordReset, ResetPassword } from '../inputs.ts';
import { confirmEmail, requestEmailVerification, requestPasswordReset, resetPassword } from '../service.ts';
import { AcceptedView, ConfirmedView } from '../views.ts';

import { type AuthRouteOptions, limited } from './limited.ts';

export function mailRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    '/email-verifications',
    limited(
      operation({
        id: 'requestEmailVerification',
        summary: 'Ask for a mail that verifies your e-mail address',
        tag: 'entry',
        access: 'signed-in',
        scope: null,
        status: 202,
        output: AcceptedView,
        problems: [409],
      }),
      options,
    ),
    async (request, reply) => reply.code(202).send(await requestEmailVerification(request.ctx)),
  );
  app.post(
    '/email-verifications/confirm',
    limited(
      operation({
        id: 'confirmEmail',
        summary: 'Confirm an e-mail address with the token from the mail',
        tag: 'entry',
        access: 'public',
        scope: null,
        idempotent: false,
        input: { body: ConfirmEmail },
        output: ConfirmedView,
      }),
      options,
    ),
    async (request) => confirmEmail(request.ctx, request.body),
  );
  app.post(
    '/password-resets',
    limited(
      operation({
        id: 'requestPasswordReset',
        summary: 'Ask for a mail that resets a password',
        description: 'The answer is the same whether the address has an account or not.',
        tag: 'entry',
        access: 'public',
        scope: null,
        idempotent: false,
        input: { body: RequestPasswordReset },
        status: 202,
        output: AcceptedView,
      }),
      options,
    ),
    async (request, reply) => reply.code(202).send(await requestPasswordReset(request.ctx, request.body)),
  );
  app.post(
    '/password-resets/confirm',
    limited(
      operation({
        id: 'resetPassword',
        summary: 'Set a new password with the token from the mail; ends all sessions',
        tag: 'entry',
        access: 'public',
        scope: null,
        idempotent: false,
        input: { body: ResetPassword },
        output: ConfirmedView,
      }),
      options,
    ),
    async (request) => resetPassword(request.ctx, request.body),
  );
}
