import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { stepRoutes } from '../../http/step-routes.ts';
import { ChangeComment, PageQuery, ProjectReason, ProposeChange } from '../inputs.ts';
import {
  acceptChange,
  type ChangeRef,
  getChange,
  listChanges,
  proposeChange,
  rejectChange,
  withdrawChange,
} from '../service.ts';
import { ChangeView } from '../views.ts';
import { read, write } from './shared.ts';

const ChangeParams = Type.Object({ ...IdParams.properties, changeId: Type.String({ format: 'uuid' }) });

function refOf(params: { id: string; changeId: string }, version: number | null): ChangeRef {
  return { projectId: params.id, changeId: params.changeId, expectedVersion: version };
}

export async function changeRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag: write.tag,
    scope: write.scope,
    path: '/:changeId',
    params: ChangeParams,
    output: ChangeView,
  });

  app.post(
    '',
    operation({
      id: 'proposeProjectChange',
      summary: 'Ask the other parties for other terms of a running project',
      description:
        'Budget, milestones that are not handed in, dates, parties and shares; one change at a time. It is in force once every other party has accepted it.',
      ...write,
      input: { params: IdParams, body: ProposeChange },
      status: 201,
      output: ChangeView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await proposeChange(request.ctx, request.params.id, request.body)),
  );

  app.get(
    '',
    operation({
      id: 'listProjectChanges',
      summary: 'List the changes of a project',
      description: 'Newest first, each with the terms before and after it.',
      ...read,
      input: { params: IdParams, querystring: PageQuery },
      output: PageOf(ChangeView),
      problems: [404],
    }),
    (request) => listChanges(request.ctx, request.params.id, request.query),
  );

  app.get(
    '/:changeId',
    operation({
      id: 'getProjectChange',
      summary: 'Read a change of a project',
      ...read,
      input: { params: ChangeParams },
      output: ChangeView,
      problems: [404],
    }),
    (request) => getChange(request.ctx, refOf(request.params, null)),
  );

  step(
    'accept',
    {
      id: 'acceptProjectChange',
      summary: 'Agree to a change',
      description: 'The last party that agrees puts it in force.',
      body: ChangeComment,
      isBodyOptional: true,
    },
    (ctx, { params, body, expectedVersion }) => acceptChange(ctx, refOf(params, expectedVersion), body.comment ?? null),
  );
  step(
    'reject',
    { id: 'rejectProjectChange', summary: 'Refuse a change', body: ProjectReason },
    (ctx, { params, body, expectedVersion }) => rejectChange(ctx, refOf(params, expectedVersion), body.reason),
  );
  step(
    'withdraw',
    { id: 'withdrawProjectChange', summary: 'Take back a change that one proposed' },
    (ctx, { params, expectedVersion }) => withdrawChange(ctx, refOf(params, expectedVersion)),
  );
}
