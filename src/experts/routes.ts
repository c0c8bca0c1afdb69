import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import type { PreviewMeans } from '../matches/service.ts';
import {
  AssignmentReason,
  CreateExpert,
  ListAssignments,
  ListDemandExperts,
  ListDispatches,
  ListExperts,
  ProposeAssignment,
  RecordService,
  UpdateExpert,
} from './inputs.ts';
import {
  acceptAssignment,
  changeExpertStatus,
  createExpert,
  declineAssignment,
  endAssignment,
  getAssignment,
  getExpert,
  listAssignments,
  listDemandExperts,
  listDispatches,
  listExperts,
  proposeAssignment,
  recordService,
  updateExpert,
} from './service.ts';
import { AssignmentView, DemandExpertsView, DispatchesView, ExpertView } from './views.ts';

const tag = 'experts';
const read = { tag, access: 'signed-in' } as const;

export async function expertRoutes(fastify: FastifyInstance, { previews }: { previews: PreviewMeans }): Promise<void> {
  await profileRoutes(fastify, previews);
  await assignmentRoutes(fastify);
}

async function profileRoutes(fastify: FastifyInstance, previews: PreviewMeans): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const write = { tag, access: 'signed-in', scope: 'records:write' } as const;
  const step = stepRoutes(fastify, {
    tag,
    scope: 'records:write',
    path: '/experts/:id',
    params: IdParams,
    output: ExpertView,
  });

  app.post(
    '/experts',
    operation({
      id: 'createExpert',
      summary: 'Enter an expert or commissioner',
      description: 'By a member of a university, as a draft; the person may have an account or none.',
      ...write,
      input: { body: CreateExpert },
      status: 201,
      output: ExpertView,
    }),
    async (request, reply) => reply.code(201).send(await createExpert(request.ctx, request.body)),
  );

  app.get(
    '/experts',
    operation({
      id: 'listExperts',
      summary: 'List experts',
      description: "Active ones for everybody, newest first; with view=mine a university's own in every state.",
      tag,
      access: 'public',
      input: { querystring: ListExperts },
      output: PageOf(ExpertView),
    }),
    (request) => listExperts(request.ctx, request.query),
  );

  app.get(
    '/experts/:id',
    operation({
      id: 'getExpert',
      summary: 'Read an expert’s profile',
      tag,
      access: 'public',
      input: { params: IdParams },
      output: ExpertView,
      problems: [404],
    }),
    (request) => getExpert(request.ctx, request.params.id),
  );

  app.patch(
    '/experts/:id',
    operation({
      id: 'updateExpert',
      summary: 'Change a profile',
      ...write,
      input: { params: IdParams, body: UpdateExpert },
      output: ExpertView,
      problems: [404, 412, 428],
    }),
    (request) => updateExpert(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  step(
    'activate',
    { id: 'activateExpert', summary: 'Have a profile shown and found' },
    (ctx, { params: { id }, expectedVersion }) => changeExpertStatus(ctx, id, 'activate', expectedVersion),
  );
  step(
    'retire',
    { id: 'retireExpert', summary: 'Have a profile found no more' },
    (ctx, { params: { id }, expectedVersion }) => changeExpertStatus(ctx, id, 'retire', expectedVersion),
  );

  app.get(
    '/demands/:id/experts',
    operation({
      id: 'listDemandExperts',
      summary: 'Find experts for a demand',
      description:
        "Scored as results are, for the demand's owner and its brokers: active experts who have time and go to the demand's region. 503 with Retry-After when no worker answers within ten seconds.",
      ...read,
      input: { params: IdParams, querystring: ListDemandExperts },
      output: DemandExpertsView,
      problems: [404, 409],
    }),
    (request) => listDemandExperts(request.ctx, request.params.id, request.query, previews),
  );
}

async function assignmentRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const write = { tag, access: 'signed-in', scope: 'matches:write' } as const;
  const step = stepRoutes(fastify, {
    tag,
    scope: 'matches:write',
    path: '/expert-assignments/:id',
    params: IdParams,
    output: AssignmentView,
  });

  app.post(
    '/expert-assignments',
    operation({
      id: 'proposeAssignment',
      summary: 'Ask an expert to help with a demand',
      description: "By a broker of the demand's home market or of one above.",
      ...write,
      input: { body: ProposeAssignment },
      status: 201,
      output: AssignmentView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await proposeAssignment(request.ctx, request.body)),
  );

  app.get(
    '/expert-assignments',
    operation({
      id: 'listAssignments',
      summary: 'List assignments of experts',
      description:
        "Newest first: those of one's own profiles, for market staff those of their territory, for an enterprise the accepted ones to its demands.",
      ...read,
      input: { querystring: ListAssignments },
      output: PageOf(AssignmentView),
    }),
    (request) => listAssignments(request.ctx, request.query),
  );

  app.get(
    '/expert-assignments/:id',
    operation({
      id: 'getAssignment',
      summary: 'Read an assignment with its services',
      ...read,
      input: { params: IdParams },
      output: AssignmentView,
      problems: [404],
    }),
    (request) => getAssignment(request.ctx, request.params.id),
  );

  step(
    'accept',
    {
      id: 'acceptAssignment',
      summary: 'Accept an assignment',
      description:
        'By the expert or the university; the contact is open to the brokers and the enterprise from then on.',
    },
    (ctx, { params, expectedVersion }) => acceptAssignment(ctx, { ...params, expectedVersion }),
  );
  step(
    'decline',
    { id: 'declineAssignment', summary: 'Decline an assignment', body: AssignmentReason },
    (ctx, { params, body, expectedVersion }) => declineAssignment(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'end',
    {
      id: 'endAssignment',
      summary: 'End an assignment',
      description: 'An accepted one by the brokers or the expert’s side; a proposed one by the brokers.',
      body: AssignmentReason,
    },
    (ctx, { params, body, expectedVersion }) => endAssignment(ctx, { ...params, ...body, expectedVersion }),
  );

  app.post(
    '/expert-assignments/:id/services',
    operation({
      id: 'recordService',
      summary: 'Record a visit or another service',
      description: 'By the brokers or the expert’s side, after it was given.',
      ...write,
      input: { params: IdParams, body: RecordService },
      status: 201,
      output: AssignmentView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await recordService(request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/dispatches',
    operation({
      id: 'listDispatches',
      summary: 'List what experts did, with totals',
      description: 'Services recorded in a territory and period, newest first, for market staff and the administrator.',
      ...read,
      input: { querystring: ListDispatches },
      output: DispatchesView,
    }),
    (request) => listDispatches(request.ctx, request.query),
  );
}
