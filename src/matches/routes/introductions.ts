import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { bodyMayBeAbsent } from '../../http/json-body.ts';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { stepRoutes } from '../../http/step-routes.ts';
import {
  AcceptIntroduction,
  AssignIntroduction,
  CreateIntroduction,
  DeclineIntroduction,
  ListIntroductions,
  OpenIntroduction,
  ReopenIntroduction,
} from '../inputs.ts';
import {
  acceptIntroduction,
  assignIntroduction,
  createIntroduction,
  declineIntroduction,
  getAnswerTimes,
  getIntroduction,
  type IntroductionTerms,
  listIntroductions,
  openIntroduction,
  reopenIntroduction,
} from '../service.ts';
import { AnswerTimesView, IntroductionSummary, IntroductionView } from '../views.ts';

export async function routesOfIntroductions(fastify: FastifyInstance, terms: IntroductionTerms): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const read = { tag: 'introductions', access: 'signed-in' } as const;
  const step = stepRoutes(fastify, {
    tag: read.tag,
    scope: 'matches:write',
    path: '/introductions/:id',
    params: IdParams,
    output: IntroductionView,
  });

  app.post(
    '/matches/:id/introductions',
    {
      ...operation({
        id: 'createIntroduction',
        summary: 'Introduce the two parties of a match, or ask for it',
        description: "Opened at once by a broker of the demand's home market; requested when a party asks.",
        ...read,
        scope: 'matches:write',
        input: { params: IdParams, body: CreateIntroduction },
        status: 201,
        output: IntroductionView,
        problems: [404, 409],
      }),
      preValidation: bodyMayBeAbsent,
    },
    async (request, reply) =>
      reply.code(201).send(await createIntroduction(request.ctx, request.params.id, request.body, terms)),
  );

  app.get(
    '/introductions',
    operation({
      id: 'listIntroductions',
      summary: 'List introductions',
      description: "The caller's own as a party, or those of a broker's territory; newest first.",
      ...read,
      input: { querystring: ListIntroductions },
      output: PageOf(IntroductionSummary),
    }),
    (request) => listIntroductions(request.ctx, request.query),
  );

  app.get(
    '/introductions/:id',
    operation({
      id: 'getIntroduction',
      summary: 'Read an introduction',
      ...read,
      input: { params: IdParams },
      output: IntroductionView,
      problems: [404],
    }),
    (request) => getIntroduction(request.ctx, request.params.id),
  );

  step(
    'open',
    {
      id: 'openIntroduction',
      summary: 'Open an introduction that a party asked for',
      body: OpenIntroduction,
      isBodyOptional: true,
    },
    (ctx, { params: { id }, body, expectedVersion }) => openIntroduction(ctx, id, body, expectedVersion, terms),
  );
  step(
    'accept',
    {
      id: 'acceptIntroduction',
      summary: 'Accept for one party',
      description: 'Once both have accepted, each sees the other with contact and detail.',
      body: AcceptIntroduction,
      isBodyOptional: true,
    },
    (ctx, { params: { id }, body, expectedVersion }) => acceptIntroduction(ctx, id, body, expectedVersion),
  );
  step(
    'decline',
    { id: 'declineIntroduction', summary: 'Decline for one party, with a reason', body: DeclineIntroduction },
    (ctx, { params: { id }, body, expectedVersion }) => declineIntroduction(ctx, id, body, expectedVersion),
  );
  step(
    'reopen',
    {
      id: 'reopenIntroduction',
      summary: 'Reopen a declined or lapsed introduction',
      description:
        "By a broker of the demand's home market, with a reason, twice at most. Both parties are asked again, with new times; the answers so far stay in the history.",
      body: ReopenIntroduction,
    },
    (ctx, { params: { id }, body, expectedVersion }) => reopenIntroduction(ctx, id, body, expectedVersion, terms),
  );
  step(
    'assign',
    {
      id: 'assignIntroduction',
      summary: 'Say who has an introduction in hand',
      description:
        'A broker takes it over, or hands on what is hers; a director assigns it to any broker of the market.',
      body: AssignIntroduction,
    },
    (ctx, { params: { id }, body, expectedVersion }) => assignIntroduction(ctx, id, body, expectedVersion),
  );

  app.get(
    '/organizations/:id/answer-times',
    operation({
      id: 'getAnswerTimes',
      summary: 'Read how an organization answers introductions',
      description: 'For the staff of every market; over the last twelve months.',
      ...read,
      input: { params: IdParams },
      output: AnswerTimesView,
      problems: [404],
    }),
    (request) => getAnswerTimes(request.ctx, request.params.id),
  );
}
