import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { expectedVersion } from '../../http/etag.ts';
import { operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
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
const step = {
  ...write,
  input: { params: PaymentParams },
  output: PaymentView,
  problems: [404, 409, 412],
} as const;

function refOf(params: { id: string; milestoneId: string; paymentId: string }, version: number | null): PaymentRef {
  const { id: projectId, milestoneId, paymentId } = params;
  return { projectId, milestoneId, paymentId, expectedVersion: version };
}

export async function paymentRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

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

  app.post(
    '/payments/:paymentId/confirm',
    operation({ id: 'confirmPayment', summary: 'Confirm as payee that a payment has come', ...step }),
    (request) => confirmPayment(request.ctx, refOf(request.params, expectedVersion(request))),
  );

  app.post(
    '/payments/:paymentId/dispute',
    operation({
      id: 'disputePayment',
      summary: 'Say as payee that a payment has not come',
      ...step,
      input: { params: PaymentParams, body: ProjectReason },
    }),
    (request) => disputePayment(request.ctx, refOf(request.params, expectedVersion(request)), request.body.reason),
  );

  app.post(
    '/payments/:paymentId/withdraw',
    operation({ id: 'withdrawPayment', summary: 'Take back a payment that nobody has answered', ...step }),
    (request) => withdrawPayment(request.ctx, refOf(request.params, expectedVersion(request))),
  );
}
