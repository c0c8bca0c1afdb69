import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { stepRoutes } from '../../http/step-routes.ts';
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

export async function milestoneRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { tag, scope } = write;
  const step = stepRoutes(fastify, { tag, scope, path: '', params: MilestoneParams, output: MilestoneView });

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

  step(
    'submit',
    {
      id: 'submitMilestone',
      summary: 'Submit a milestone',
      description: 'With what shows that it is reached, and the files that are ready. Every submission is kept.',
      body: SubmitMilestone,
      isBodyOptional: true,
    },
    (ctx, { params, body, expectedVersion }) => submitMilestone(ctx, milestoneRef(params, expectedVersion), body),
  );
  step(
    'accept',
    { id: 'acceptMilestone', summary: 'Accept a submitted milestone' },
    (ctx, { params, expectedVersion }) => acceptMilestone(ctx, milestoneRef(params, expectedVersion)),
  );
  step(
    'rework',
    { id: 'reworkMilestone', summary: 'Give a submitted milestone back', body: ProjectReason },
    (ctx, { params, body, expectedVersion }) =>
      reworkMilestone(ctx, milestoneRef(params, expectedVersion), body.reason),
  );
  step(
    'pay',
    {
      id: 'payMilestone',
      summary: 'Release all that is left of an accepted milestone',
      description:
        "On the lead's word alone, never before the milestone is accepted, and not while a recorded payment waits for its payee.",
    },
    (ctx, { params, expectedVersion }) => payMilestone(ctx, milestoneRef(params, expectedVersion)),
  );
}
