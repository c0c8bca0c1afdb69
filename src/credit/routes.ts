import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { AppealRestriction, DecideAppeal, ImposeRestriction, LiftRestriction, ListRestrictions } from './inputs.ts';
import {
  appealRestriction,
  decideAppeal,
  getRestriction,
  imposeRestriction,
  liftRestriction,
  listRestrictions,
} from './service.ts';
import { RestrictionView } from './views.ts';

const tag = 'credit';
const read = { tag, access: 'signed-in' } as const;
const write = { tag, access: 'signed-in', scope: 'organizations:write' } as const;

export async function creditRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag,
    scope: write.scope,
    path: '/restrictions/:id',
    params: IdParams,
    output: RestrictionView,
  });

  app.post(
    '/restrictions',
    operation({
      id: 'imposeRestriction',
      summary: 'Restrict an organization for a term',
      description:
        'By an officer of a bureau whose region contains the organization, or by the administrator. At once and everywhere: until the term ends the organization cannot submit, be matched, be introduced or start projects. What runs goes on.',
      ...write,
      input: { body: ImposeRestriction },
      status: 201,
      output: RestrictionView,
      problems: [404],
    }),
    async (request, reply) => reply.code(201).send(await imposeRestriction(request.ctx, request.body)),
  );

  app.get(
    '/restrictions',
    operation({
      id: 'listRestrictions',
      summary: 'List credit restrictions',
      description:
        'Newest first: those of my organization, for market staff those of their territory, for an officer those of the region.',
      ...read,
      input: { querystring: ListRestrictions },
      output: PageOf(RestrictionView),
    }),
    (request) => listRestrictions(request.ctx, request.query),
  );

  app.get(
    '/restrictions/:id',
    operation({
      id: 'getRestriction',
      summary: 'Read a credit restriction',
      ...read,
      input: { params: IdParams },
      output: RestrictionView,
      problems: [404],
    }),
    (request) => getRestriction(request.ctx, request.params.id),
  );

  step(
    'lift',
    { id: 'liftRestriction', summary: 'End a restriction before its term', body: LiftRestriction },
    (ctx, { params, body, expectedVersion }) => liftRestriction(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'appeal',
    {
      id: 'appealRestriction',
      summary: 'Appeal against a restriction',
      description: "Once, by the organization's admins, while it is in force; it stays in force meanwhile.",
      body: AppealRestriction,
    },
    (ctx, { params, body, expectedVersion }) => appealRestriction(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'decide',
    {
      id: 'decideAppeal',
      summary: 'Decide an appeal',
      description: 'By an officer or the administrator who did not impose the restriction. Overturning lifts it.',
      body: DecideAppeal,
    },
    (ctx, { params, body, expectedVersion }) => decideAppeal(ctx, { ...params, ...body, expectedVersion }),
  );
}
