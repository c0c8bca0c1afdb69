import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { expectedVersion, requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { CreateProject, ListProjects, ProjectReason, PutParties, UpdateProject } from './inputs.ts';
import {
  acceptMilestone,
  activateProject,
  completeProject,
  createProject,
  getMilestone,
  getProject,
  listProjects,
  type MilestoneRef,
  payMilestone,
  putProjectParties,
  reworkMilestone,
  submitMilestone,
  terminateProject,
  updateProject,
} from './service.ts';
import { MilestoneView, ProjectView } from './views.ts';

const tag = 'projects';
const read = { tag, access: 'signed-in' } as const;
const write = { tag, access: 'signed-in', scope: 'projects:write' } as const;
const step = { ...write, input: { params: IdParams }, output: ProjectView, problems: [404, 409, 412] } as const;

export async function projectRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

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
      summary: 'Change title or budget while the project forms',
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
      ...step,
      input: { params: IdParams, body: PutParties },
    }),
    (request) => putProjectParties(request.ctx, request.params.id, request.body, expectedVersion(request)),
  );

  app.post(
    '/projects/:id/activate',
    operation({
      id: 'activateProject',
      summary: 'Start a project',
      description: 'Once the lead and every partner have a share of work and of benefit.',
      ...step,
    }),
    (request) => activateProject(request.ctx, request.params.id, expectedVersion(request)),
  );

  app.post(
    '/projects/:id/complete',
    operation({ id: 'completeProject', summary: 'Complete a project whose milestones are all accepted', ...step }),
    (request) => completeProject(request.ctx, request.params.id, expectedVersion(request)),
  );

  app.post(
    '/projects/:id/terminate',
    operation({
      id: 'terminateProject',
      summary: 'End a project before it is complete',
      ...step,
      input: { params: IdParams, body: ProjectReason },
    }),
    (request) => terminateProject(request.ctx, request.params.id, request.body.reason, expectedVersion(request)),
  );

  await app.register(milestoneRoutes, { prefix: '/projects/:id/milestones/:milestoneId' });
}

const MilestoneParams = Type.Object({ ...IdParams.properties, milestoneId: Type.String({ format: 'uuid' }) });
const move = {
  ...write,
  input: { params: MilestoneParams },
  output: MilestoneView,
  problems: [404, 409, 412],
} as const;

function refOf(params: { id: string; milestoneId: string }, version: number | null): MilestoneRef {
  return { projectId: params.id, milestoneId: params.milestoneId, expectedVersion: version };
}

async function milestoneRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '',
    operation({
      id: 'getMilestone',
      summary: 'Read a milestone',
      ...read,
      input: { params: MilestoneParams },
      output: MilestoneView,
      problems: [404],
    }),
    (request) => getMilestone(request.ctx, request.params.id, request.params.milestoneId),
  );

  app.post('/submit', operation({ id: 'submitMilestone', summary: 'Submit a milestone', ...move }), (request) =>
    submitMilestone(request.ctx, refOf(request.params, expectedVersion(request))),
  );

  app.post(
    '/accept',
    operation({ id: 'acceptMilestone', summary: 'Accept a submitted milestone', ...move }),
    (request) => acceptMilestone(request.ctx, refOf(request.params, expectedVersion(request))),
  );

  app.post(
    '/rework',
    operation({
      id: 'reworkMilestone',
      summary: 'Give a submitted milestone back',
      ...move,
      input: { params: MilestoneParams, body: ProjectReason },
    }),
    (request) => reworkMilestone(request.ctx, refOf(request.params, expectedVersion(request)), request.body.reason),
  );

  app.post(
    '/pay',
    operation({
      id: 'payMilestone',
      summary: 'Release the payment of an accepted milestone',
      description: 'By the lead; never before the milestone is accepted.',
      ...move,
    }),
    (request) => payMilestone(request.ctx, refOf(request.params, expectedVersion(request))),
  );
}
