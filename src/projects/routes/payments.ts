import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { stepRoutes } from '../../http/step-routes.ts';
import { PageQuery, ProjectReason, RecordPayment } from '../inputs.ts';
import {
  confirmPayment,
  disputePayment,
  listPayments,
  type PaymentRef,
  recordPayment,
  withdrawPayment,
} from '../service.ts';
import { PaymentView } from '../views.ts';
import { MilestoneParams, milestoneRef, read, write } from './shared.ts';

const PaymentParams = Type.Object({ ...MilestoneParams.properties, paymentId: Type.String({ format: 'uuid' }) });
function refOf(params: { id: string; milestoneId: string; paymentId: string }, version: number | null): PaymentRef {
  const { id: projectId, milestoneId, paymentId } = params;
  return { projectId, milestoneId, paymentId, expectedVersion: version };
}

export async function paymentRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag: write.tag,
    scope: write.scope,
    path: '/payments/:paymentId',
    params: PaymentParams,
    output: PaymentView,
  });

  app.post(
    '/payments',
    operation({
      id: 'recordPayment',
      summary: 'Record a payment for an accepted milestone',
      description:
        "By the lead or a funder for its own organization, all of the milestone's amount or an instalment, never more than is left of it. It counts once the payee confirms it; the milestone is paid once all of it is confirmed.",
      ...write,
      input: { params: MilestoneParams, body: RecordPayment },
      status: 201,
      output: PaymentView,
      problems: [404, 409],
    }),
    async (request, reply) =>
      reply.code(201).send(await recordPayment(request.ctx, milestoneRef(request.params, null), request.body)),
  );

  app.get(
    '/payments',
    operation({
      id: 'listPayments',
      summary: 'List the payments for a milestone',
      description: 'Newest first. Reference, note and reason are shown to payer, payee and the market.',
      ...read,
      input: { params: MilestoneParams, querystring: PageQuery },
      output: PageOf(PaymentView),
      problems: [404],
    }),
    (request) => listPayments(request.ctx, milestoneRef(request.params, null), request.query),
  );

  step(
    'confirm',
    { id: 'confirmPayment', summary: 'Confirm as payee that a payment has come' },
    (ctx, { params, expectedVersion }) => confirmPayment(ctx, refOf(params, expectedVersion)),
  );
  step(
    'dispute',
    { id: 'disputePayment', summary: 'Say as payee that a payment has not come', body: ProjectReason },
    (ctx, { params, body, expectedVersion }) => disputePayment(ctx, refOf(params, expectedVersion), body.reason),
  );
  step(
    'withdraw',
    { id: 'withdrawPayment', summary: 'Take back a payment that nobody has answered' },
    (ctx, { params, expectedVersion }) => withdrawPayment(ctx, refOf(params, expectedVersion)),
  );
}
