import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { expectedVersion, requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import {
  CreateProject,
  ListProjects,
  ProjectReason,
  PutParties,
  ResumeProject,
  TerminateProject,
  UpdateProject,
} from './inputs.ts';
import { changeRoutes } from './routes/changes.ts';
import { evidenceFileRoutes } from './routes/evidence-files.ts';
import { milestoneRoutes } from './routes/milestones.ts';
import { paymentRoutes } from './routes/payments.ts';
import { read, write } from './routes/shared.ts';
import {
  activateProject,
  completeProject,
  createProject,
  getProgress,
  getProject,
  listProjects,
  putProjectParties,
  resumeProject,
  suspendProject,
  terminateProject,
  updateProject,
} from './service.ts';
import { ProgressView, ProjectView } from './views.ts';

export async function projectRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag: write.tag,
    scope: write.scope,
    path: '/projects/:id',
    params: IdParams,
    output: ProjectView,
  });

  app.post(
    '/projects',
    operation({
      id: 'createProject',
      summary: 'Make the joint project of an accepted introduction',
      description:
        "By the demand's broker or either party, once for an introduction. The demand's organization leads, the result's is its partner.",
      ...write,
      input: { body: CreateProject },
      status: 201,
      output: ProjectView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await createProject(request.ctx, request.body)),
  );

  app.get(
    '/projects',
    operation({
      id: 'listProjects',
      summary: 'List my projects',
      description: 'Newest first: those of my organization, and for market staff those of their territory.',
      ...read,
      input: { querystring: ListProjects },
      output: PageOf(ProjectView),
    }),
    (request) => listProjects(request.ctx, request.query),
  );

  app.get(
    '/projects/:id',
    operation({
      id: 'getProject',
      summary: 'Read a project',
      ...read,
      input: { params: IdParams },
      output: ProjectView,
      problems: [404],
    }),
    (request) => getProject(request.ctx, request.params.id),
  );

  app.patch(
    '/projects/:id',
    operation({
      id: 'updateProject',
      summary: 'Change title, funding or what it founds while the project forms',
      ...write,
      input: { params: IdParams, body: UpdateProject },
      output: ProjectView,
      problems: [404, 409, 412, 428],
    }),
    (request) => updateProject(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  app.put(
    '/projects/:id/parties',
    operation({
      id: 'putProjectParties',
      summary: 'Replace the parties while the project forms',
      description: 'Stated shares of work, and of benefit, each add to 100 percent.',
      ...write,
      input: { params: IdParams, body: PutParties },
      output: ProjectView,
      problems: [404, 409, 412],
    }),
    (request) => putProjectParties(request.ctx, request.params.id, request.body, expectedVersion(request)),
  );

  step(
    'activate',
    {
      id: 'activateProject',
      summary: 'Start a project',
      description: 'Once the lead and every partner have a share of work and of benefit.',
    },
    (ctx, { params: { id }, expectedVersion }) => activateProject(ctx, id, expectedVersion),
  );
  step(
    'complete',
    { id: 'completeProject', summary: 'Complete a project whose milestones are all accepted' },
    (ctx, { params: { id }, expectedVersion }) => completeProject(ctx, id, expectedVersion),
  );
  step(
    'terminate',
    {
      id: 'terminateProject',
      summary: 'End a project before it is complete',
      description: 'What was accepted before is still paid. A change that waits for answers lapses.',
      body: TerminateProject,
    },
    (ctx, { params: { id }, body, expectedVersion }) => terminateProject(ctx, id, body, expectedVersion),
  );
  step(
    'suspend',
    {
      id: 'suspendProject',
      summary: 'Suspend a running project',
      description: 'Until it is resumed no milestone moves and nothing is paid.',
      body: ProjectReason,
    },
    (ctx, { params: { id }, body, expectedVersion }) => suspendProject(ctx, id, body.reason, expectedVersion),
  );
  step(
    'resume',
    { id: 'resumeProject', summary: 'Let a suspended project go on', body: ResumeProject, isBodyOptional: true },
    (ctx, { params: { id }, body, expectedVersion }) => resumeProject(ctx, id, body, expectedVersion),
  );

  app.get(
    '/projects/:id/progress',
    operation({
      id: 'getProjectProgress',
      summary: 'Planned and accepted work over time',
      description:
        'Weighted with the payment shares, and for each milestone planned and actual dates: the rows of a Gantt chart.',
      ...read,
      input: { params: IdParams },
      output: ProgressView,
      problems: [404],
    }),
    (request) => getProgress(request.ctx, request.params.id),
  );

  await app.register(milestoneRoutes, { prefix: '/projects/:id/milestones/:milestoneId' });
  await app.register(evidenceFileRoutes, { prefix: '/projects/:id/milestones/:milestoneId' });
  await app.register(paymentRoutes, { prefix: '/projects/:id/milestones/:milestoneId' });
  await app.register(changeRoutes, { prefix: '/projects/:id/changes' });
}
