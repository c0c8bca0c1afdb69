import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { expectedVersion } from '../../http/etag.ts';
import { bodyMayBeAbsent } from '../../http/json-body.ts';
import { operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { PageQuery, ProjectReason, SubmitMilestone } from '../inputs.ts';
import {
  acceptMilestone,
  getMilestone,
  listSubmissions,
  payMilestone,
  reworkMilestone,
  submitMilestone,
} from '../service.ts';
import { MilestoneView, SubmissionView } from '../views.ts';
import { MilestoneParams, milestoneRef, read, write } from './shared.ts';

const move = {
  ...write,
  input: { params: MilestoneParams },
  output: MilestoneView,
  problems: [404, 409, 412],
} as const;

export async function milestoneRoutes(fastify: FastifyInstance): Promise<void> {
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

  app.get(
    '/submissions',
    operation({
      id: 'listMilestoneSubmissions',
      summary: 'List how a milestone was submitted',
      description: 'Newest first: the evidence of each time, and what was said to it.',
      ...read,
      input: { params: MilestoneParams, querystring: PageQuery },
      output: PageOf(SubmissionView),
      problems: [404],
    }),
    (request) => listSubmissions(request.ctx, milestoneRef(request.params, null), request.query),
  );

  app.post(
    '/submit',
    {
      ...operation({
        id: 'submitMilestone',
        summary: 'Submit a milestone',
        description: 'With what shows that it is reached, and the files that are ready. Every submission is kept.',
        ...move,
        input: { params: MilestoneParams, body: SubmitMilestone },
      }),
      preValidation: bodyMayBeAbsent,
    },
    (request) => submitMilestone(request.ctx, milestoneRef(request.params, expectedVersion(request)), request.body),
  );

  app.post(
    '/accept',
    operation({ id: 'acceptMilestone', summary: 'Accept a submitted milestone', ...move }),
    (request) => acceptMilestone(request.ctx, milestoneRef(request.params, expectedVersion(request))),
  );

  app.post(
    '/rework',
    operation({
      id: 'reworkMilestone',
      summary: 'Give a submitted milestone back',
      ...move,
      input: { params: MilestoneParams, body: ProjectReason },
    }),
    (request) =>
      reworkMilestone(request.ctx, milestoneRef(request.params, expectedVersion(request)), request.body.reason),
  );

  app.post(
    '/pay',
    operation({
      id: 'payMilestone',
      summary: 'Release all that is left of an accepted milestone',
      description:
        "On the lead's word alone, never before the milestone is accepted, and not while a recorded payment waits for its payee.",
      ...move,
    }),
    (request) => payMilestone(request.ctx, milestoneRef(request.params, expectedVersion(request))),
  );
}
