import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import {
  AddMember,
  ConfirmEmail,
  CreateApiKey,
  EraseMe,
  ListMembers,
  MemberParams,
  Register,
  RequestPasswordReset,
  ResetPassword,
  SignIn,
  UpdateMe,
} from './inputs.ts';
import {
  addMember,
  confirmEmail,
  createApiKey,
  eraseMe,
  exportPersonalData,
  getMe,
  listApiKeys,
  listMembers,
  register,
  removeMember,
  requestEmailVerification,
  requestPasswordReset,
  resetPassword,
  revokeApiKey,
  signIn,
  signOut,
  updateMe,
} from './service.ts';
import {
  AcceptedView,
  ApiKeyView,
  ConfirmedView,
  CreatedApiKeyView,
  MemberView,
  MeView,
  PersonalDataView,
  RegistrationView,
  SessionView,
} from './views.ts';

interface AuthRouteOptions {
  /** Requests per minute and address to each operation that checks a password or sends a mail. */
  signInLimitPerMinute: number;
}

export async function authRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): Promise<void> {
  entryRoutes(plainApp, options);
  mailRoutes(plainApp, options);
  meRoutes(plainApp, options);
  apiKeyRoutes(plainApp);
  memberRoutes(plainApp, options);
}

/** The operation under the lower limit for whatever can be guessed at or makes us hash or send. */
function limited<Options extends { config: object }>(route: Options, { signInLimitPerMinute }: AuthRouteOptions) {
  return { ...route, config: { ...route.config, rateLimit: { max: signInLimitPerMinute, timeWindow: '1 minute' } } };
}

function entryRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
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

function mailRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
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

function meRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
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

function apiKeyRoutes(plainApp: FastifyInstance): void {
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

function memberRoutes(plainApp: FastifyInstance, options: AuthRouteOptions): void {
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
