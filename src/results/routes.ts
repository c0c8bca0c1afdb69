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
import { CreateResult, UpdateResult } from './inputs.ts';
import {
  assignResult,
  closeResult,
  createResult,
  getResult,
  getResultHistory,
  listResults,
  publishResult,
  rejectResult,
  renewResult,
  returnResult,
  submitResult,
  updateResult,
  withdrawResult,
} from './service.ts';
import { CheckedResultView, OwnerResultView, PublicResultView, ResultView } from './views.ts';

const warned = '`duplicates` warns of records that seem to tell of the same. The step is taken in any case.';

export interface ResultOptions {
  duplicatesOf: DuplicateCheck;
}

export async function resultRoutes(fastify: FastifyInstance, { duplicatesOf }: ResultOptions): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const tag = 'results';
  const write = { tag, access: 'signed-in', scope: 'records:write' } as const;
  const step = { ...write, output: ResultView, problems: [404, 409, 412] as const };
  const checked = { ...step, output: CheckedResultView, description: warned };
  /** Looked for after the commit: the step is done, whatever is found. */
  const warn = async (ctx: Ctx, view: ResultView): Promise<CheckedResultView> => ({
    ...view,
    duplicates: await duplicatesOf(ctx, view.id),
  });

  app.get(
    '/results',
    operation({
      id: 'listResults',
      summary: 'List results',
      tag,
      access: 'public',
      input: { querystring: ListRecords },
      output: PageOf(PublicResultView),
      problems: [403],
    }),
    (request) => listResults(request.ctx, request.query),
  );

  app.post(
    '/results',
    operation({
      id: 'createResult',
      summary: 'Draft a result',
      ...write,
      input: { body: CreateResult },
      status: 201,
      output: OwnerResultView,
    }),
    async (request, reply) => reply.code(201).send(await createResult(request.ctx, request.body)),
  );

  app.get(
    '/results/:id',
    operation({
      id: 'getResult',
      summary: 'Read a result',
      tag,
      access: 'public',
      input: { params: IdParams },
      output: ResultView,
      problems: [404],
    }),
    (request) => getResult(request.ctx, request.params.id),
  );

  app.patch(
    '/results/:id',
    operation({
      id: 'updateResult',
      summary: 'Change a result',
      description:
        'Absent leaves, null clears. A change to what the public sees of a published result waits for the broker.',
      ...write,
      input: { params: IdParams, body: UpdateResult },
      output: ResultView,
      problems: [404, 409, 412, 428],
    }),
    (request) => updateResult(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  app.get(
    '/results/:id/history',
    operation({
      id: 'getResultHistory',
      summary: "Read a result's history",
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: HistoryView,
      problems: [404],
    }),
    (request) => getResultHistory(request.ctx, request.params.id),
  );

  app.post(
    '/results/:id/submit',
    operation({
      id: 'submitResult',
      summary: 'Submit a result to the market',
      ...checked,
      input: { params: IdParams },
    }),
    async (request) =>
      warn(
        request.ctx,
        await submitResult(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
      ),
  );

  app.post(
    '/results/:id/assign',
    operation({
      id: 'assignResult',
      summary: 'Say who reviews a result',
      description:
        'A broker takes it over, or hands on what is hers; a director assigns it to any broker of the market.',
      ...write,
      input: { params: IdParams, body: AssignBody },
      output: ReviewAssignmentView,
      problems: [404, 409],
    }),
    (request) => assignResult(request.ctx, request.params.id, request.body),
  );

  app.post(
    '/results/:id/publish',
    operation({
      id: 'publishResult',
      summary: 'Publish a result, or the change its owner proposed',
      ...checked,
      input: { params: IdParams },
    }),
    async (request) =>
      warn(
        request.ctx,
        await publishResult(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
      ),
  );

  app.post(
    '/results/:id/return',
    operation({
      id: 'returnResult',
      summary: 'Return a result to rework',
      ...step,
      input: { params: IdParams, body: ReasonBody },
    }),
    (request) =>
      returnResult(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/results/:id/reject',
    operation({
      id: 'rejectResult',
      summary: 'Reject a result',
      ...step,
      input: { params: IdParams, body: ReasonBody },
    }),
    (request) =>
      rejectResult(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/results/:id/withdraw',
    operation({ id: 'withdrawResult', summary: 'Withdraw a result', ...step, input: { params: IdParams } }),
    (request) => withdrawResult(request.ctx, { ...request.params, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/results/:id/close',
    operation({
      id: 'closeResult',
      summary: 'Close a result with its outcome',
      ...step,
      input: { params: IdParams, body: CloseBody },
    }),
    (request) =>
      closeResult(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );

  app.post(
    '/results/:id/renew',
    {
      ...operation({
        id: 'renewResult',
        summary: 'Say that a result is still current',
        ...step,
        input: { params: IdParams, body: RenewBody },
      }),
      preValidation: bodyMayBeAbsent,
    },
    (request) =>
      renewResult(request.ctx, { ...request.params, ...request.body, expectedVersion: expectedVersion(request) }),
  );
}
