import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Ctx } from '../core/ctx.ts';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { AssignBody, CloseBody, ListRecords, ReasonBody, RenewBody } from './inputs.ts';
import type { DuplicateCheck } from './service.ts';
import { HistoryView, ReviewAssignmentView } from './views.ts';

interface Step {
  id: string;
  expectedVersion: number | null;
}

/** What is particular to the routes of a kind of record: its schemas, and the verbs that they call. */
export interface RoutedKind<Create extends TSchema, Update extends TSchema, View extends { id: string }> {
  /** As in operations (`publishDemand`) and their summaries. */
  noun: 'demand' | 'result';
  inputs: { create: Create; update: Update };
  /** `checked` is `any` with `duplicates`. */
  views: { any: TSchema; owner: TSchema; public: TSchema; checked: TSchema };
  verbs: {
    list(ctx: Ctx, query: ListRecords): Promise<unknown>;
    create(ctx: Ctx, input: Static<Create>): Promise<unknown>;
    get(ctx: Ctx, id: string): Promise<unknown>;
    update(ctx: Ctx, id: string, input: Static<Update>, expectedVersion: number | null): Promise<unknown>;
    history(ctx: Ctx, id: string): Promise<unknown>;
    submit(ctx: Ctx, step: Step): Promise<View>;
    assign(ctx: Ctx, id: string, input: AssignBody): Promise<unknown>;
    publish(ctx: Ctx, step: Step): Promise<View>;
    return(ctx: Ctx, step: Step & Static<typeof ReasonBody>): Promise<unknown>;
    reject(ctx: Ctx, step: Step & Static<typeof ReasonBody>): Promise<unknown>;
    withdraw(ctx: Ctx, step: Step): Promise<unknown>;
    close(ctx: Ctx, step: Step & Static<typeof CloseBody>): Promise<unknown>;
    renew(ctx: Ctx, step: Step & Static<typeof RenewBody>): Promise<unknown>;
  };
}

export interface RecordOptions {
  duplicatesOf: DuplicateCheck;
}

const warned = '`duplicates` warns of records that seem to tell of the same. The step is taken in any case.';

/** The routes of a kind of record. Lent to demands and results, which call them their own. */
export function recordRoutes<Create extends TSchema, Update extends TSchema, View extends { id: string }>(
  fastify: FastifyInstance,
  { noun, inputs, views, verbs }: RoutedKind<Create, Update, View>,
  { duplicatesOf }: RecordOptions,
): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const tag = `${noun}s`;
  const path = `/${noun}s/:id`;
  const Noun = noun === 'demand' ? 'Demand' : 'Result';
  const scope = 'records:write';
  const write = { tag, access: 'signed-in', scope } as const;

  app.get(
    `/${noun}s`,
    operation({
      id: `list${Noun}s`,
      summary: `List ${noun}s`,
      tag,
      access: 'public',
      input: { querystring: ListRecords },
      output: PageOf(views.public),
      problems: [403],
    }),
    (request) => verbs.list(request.ctx, request.query),
  );

  app.post(
    `/${noun}s`,
    operation({
      id: `create${Noun}`,
      summary: `Draft a ${noun}`,
      ...write,
      input: { body: inputs.create },
      status: 201,
      output: views.owner,
    }),
    async (request, reply) => reply.code(201).send(await verbs.create(request.ctx, request.body as Static<Create>)),
  );

  app.get(
    path,
    operation({
      id: `get${Noun}`,
      summary: `Read a ${noun}`,
      tag,
      access: 'public',
      input: { params: IdParams },
      output: views.any,
      problems: [404],
    }),
    (request) => verbs.get(request.ctx, request.params.id),
  );

  app.patch(
    path,
    operation({
      id: `update${Noun}`,
      summary: `Change a ${noun}`,
      description: `Absent leaves, null clears. A change to what the public sees of a published ${noun} waits for the broker.`,
      ...write,
      input: { params: IdParams, body: inputs.update },
      output: views.any,
      problems: [404, 409, 412, 428],
    }),
    (request) => verbs.update(request.ctx, request.params.id, request.body as Static<Update>, requiredVersion(request)),
  );

  app.get(
    `${path}/history`,
    operation({
      id: `get${Noun}History`,
      summary: `Read a ${noun}'s history`,
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: HistoryView,
      problems: [404],
    }),
    (request) => verbs.history(request.ctx, request.params.id),
  );

  const steps = { tag, scope, path, params: IdParams } as const;
  const step = stepRoutes(fastify, { ...steps, output: views.any });
  const checkedStep = stepRoutes(fastify, { ...steps, output: views.checked });
  /** Looked for after the commit: the step is done, whatever is found. */
  const warn = async (ctx: Ctx, view: View) => ({ ...view, duplicates: await duplicatesOf(ctx, view.id) });

  checkedStep(
    'submit',
    { id: `submit${Noun}`, summary: `Submit a ${noun} to the market`, description: warned },
    async (ctx, { params, expectedVersion }) => warn(ctx, await verbs.submit(ctx, { ...params, expectedVersion })),
  );
  app.post(
    `${path}/assign`,
    operation({
      id: `assign${Noun}`,
      summary: `Say who reviews a ${noun}`,
      description:
        'A broker takes it over, or hands on what is hers; a director assigns it to any broker of the market.',
      ...write,
      input: { params: IdParams, body: AssignBody },
      output: ReviewAssignmentView,
      problems: [404, 409],
    }),
    (request) => verbs.assign(request.ctx, request.params.id, request.body),
  );

  checkedStep(
    'publish',
    { id: `publish${Noun}`, summary: `Publish a ${noun}, or the change its owner proposed`, description: warned },
    async (ctx, { params, expectedVersion }) => warn(ctx, await verbs.publish(ctx, { ...params, expectedVersion })),
  );
  step(
    'return',
    { id: `return${Noun}`, summary: `Return a ${noun} to rework`, body: ReasonBody },
    (ctx, { params, body, expectedVersion }) => verbs.return(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'reject',
    { id: `reject${Noun}`, summary: `Reject a ${noun}`, body: ReasonBody },
    (ctx, { params, body, expectedVersion }) => verbs.reject(ctx, { ...params, ...body, expectedVersion }),
  );
  step('withdraw', { id: `withdraw${Noun}`, summary: `Withdraw a ${noun}` }, (ctx, { params, expectedVersion }) =>
    verbs.withdraw(ctx, { ...params, expectedVersion }),
  );
  step(
    'close',
    { id: `close${Noun}`, summary: `Close a ${noun} with its outcome`, body: CloseBody },
    (ctx, { params, body, expectedVersion }) => verbs.close(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'renew',
    { id: `renew${Noun}`, summary: `Say that a ${noun} is still current`, body: RenewBody, isBodyOptional: true },
    (ctx, { params, body, expectedVersion }) => verbs.renew(ctx, { ...params, ...body, expectedVersion }),
  );
}
