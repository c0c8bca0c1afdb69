import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Ctx } from '../core/ctx.ts';
import { expectedVersion, requiredVersion } from '../http/etag.ts';
import { bodyMayBeAbsent } from '../http/json-body.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { AssignBody, CloseBody, ListRecords, ReasonBody, RenewBody } from '../records/inputs.ts';
import type { DuplicateCheck } from '../records/service.ts';
import { HistoryView, ReviewAssignmentView } from '../records/views.ts';
import { CreateDemand, UpdateDemand } from './inputs.ts';
import {
  assignDemand,
  closeDemand,
  createDemand,
  getDemand,
  getDemandHistory,
  listDemands,
  publishDemand,
  rejectDemand,
  renewDemand,
  returnDemand,
  submitDemand,
  updateDemand,
  withdrawDemand,
} from './service.ts';
import { CheckedDemandView, DemandView, OwnerDemandView, PublicDemandView } from './views.ts';

const warned = '`duplicates` warns of records that seem to tell of the same. The step is taken in any case.';

export interface DemandOptions {
  duplicatesOf: DuplicateCheck;
}

export async function demandRoutes(fastify: FastifyInstance, { duplicatesOf }: DemandOptions): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const tag = 'demands';
  const write = { tag, access: 'signed-in', scope: 'records:write' } as const;
  const step = { ...write, output: DemandView, problems: [404, 409, 412] as const };
  const checked = { ...step, output: CheckedDemandView, description: warned };
  /** Looked for after the commit: the step is done, whatever is found. */
  const warn = async (ctx: Ctx, view: DemandView): Promise<CheckedDemandView> => ({
    ...view,
    duplicates: await duplicatesOf(ctx, view.id),
  });

  app.get(
    '/demands',
    operation({
      id: 'listDemands',
      summary: 'List demands',
      tag,
      access: 'public',
      input: { querystring: ListRecords },
      output: PageOf(PublicDemandView),
      problems: [403],
    }),
    (request) => listDemands(request.ctx, request.query),
  );

  app.post(
    '/demands',
    operation({
      id: 'createDemand',
      summary: 'Draft a demand',
      ...write,
      input: { body: CreateDemand },
      status: 201,
      output: OwnerDemandView,
    }),
    async (request, reply) => reply.code(201).send(await createDemand(request.ctx, request.body)),
  );

  app.get(
    '/demands/:id',
    operation({
      id: 'getDemand',
      summary: 'Read a demand',
      tag,
      access: 'public',
      input: { params: IdParams },
      output: DemandView,
      problems: [404],
    }),
    (request) => getDemand(request.ctx, request.params.id),
  );

  app.patch(
    '/demands/:id',
    operation({
      id: 'updateDemand',
      summary: 'Change a demand',
      description:
        'Absent leaves, null clears. A change to what the public sees of a published demand waits for the broker.',
      ...write,
      input: { params: IdParams, body: UpdateDemand },
      output: DemandView,
      problems: [404, 409, 412, 428],
    }),
    (request) => updateDemand(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  app.get(
    '/demands/:id/history',
    operation({
      id: 'getDemandHistory',
      summary: "Read a demand's history",
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: HistoryView,
      problems: [404],
    }),
    (request) => getDemandHistory(request.ctx, request.params.id),
  );

  app.post(
    '/demands/:id/submit',
    operation({
      id: 'submitDemand',
      summary: 'Submit a demand to the market',
      ...checked,
      input: { params: IdParams },
    }),
    async (request) =>
      warn(
        request.ctx,
        await submitDemand(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
      ),
  );

  app.post(
    '/demands/:id/assign',
    operation({
      id: 'assignDemand',
      summary: 'Say who reviews a demand',
      description:
        'A broker takes it over, or hands on what is hers; a director assigns it to any broker of the market.',
      ...write,
      input: { params: IdParams, body: AssignBody },
      output: ReviewAssignmentView,
      problems: [404, 409],
    }),
    (request) => assignDemand(request.ctx, request.params.id, request.body),
  );

  app.post(
    '/demands/:id/publish',
    operation({
      id: 'publishDemand',
      summary: 'Publish a demand, or the change its owner proposed',
      ...checked,
      input: { params: IdParams },
    }),
    async (request) =>
      warn(
        request.ctx,
        await publishDemand(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
      ),
  );

  app.post(
    '/demands/:id/return',
    operation({
      id: 'returnDemand',
      summary: 'Return a demand to rework',
      ...step,
      input: { params: IdParams, body: ReasonBody },
    }),
    (request) =>
      returnDemand(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/demands/:id/reject',
    operation({
      id: 'rejectDemand',
      summary: 'Reject a demand',
      ...step,
      input: { params: IdParams, body: ReasonBody },
    }),
    (request) =>
      rejectDemand(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/demands/:id/withdraw',
    operation({ id: 'withdrawDemand', summary: 'Withdraw a demand', ...step, input: { params: IdParams } }),
    (request) => withdrawDemand(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/demands/:id/close',
    operation({
      id: 'closeDemand',
      summary: 'Close a demand with its outcome',
      ...step,
      input: { params: IdParams, body: CloseBody },
    }),
    (request) =>
      closeDemand(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/demands/:id/renew',
    {
      ...operation({
        id: 'renewDemand',
        summary: 'Say that a demand is still current',
        ...step,
        input: { params: IdParams, body: RenewBody },
      }),
      preValidation: bodyMayBeAbsent,
    },
    (request) =>
      renewDemand(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );
}
