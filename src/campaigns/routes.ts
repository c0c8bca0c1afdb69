import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { ReasonBody } from '../records/inputs.ts';
import {
  CreateCampaign,
  EnterCampaign,
  ListCampaigns,
  ListEntries,
  ReadReport,
  SelectEntry,
  UpdateCampaign,
} from './inputs.ts';
import {
  cancelCampaign,
  closeCampaign,
  createCampaign,
  enterCampaign,
  getCampaign,
  getCampaignProgress,
  getCampaignReport,
  listCampaigns,
  listEntries,
  openCampaign,
  reportCampaign,
  reportSheet,
  selectEntry,
  unselectEntry,
  updateCampaign,
} from './service.ts';
import { CampaignNumbersView, CampaignReportView, CampaignView, EntryView } from './views.ts';

const tag = 'campaigns';
const read = { tag, access: 'signed-in' } as const;
const write = { ...read, scope: 'records:write' } as const;

export async function campaignRoutes(fastify: FastifyInstance): Promise<void> {
  await routesOfCampaigns(fastify);
  await routesOfEntries(fastify);
}

async function routesOfCampaigns(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag,
    scope: 'records:write',
    path: '/campaigns/:id',
    params: IdParams,
    output: CampaignView,
  });

  app.post(
    '/campaigns',
    operation({
      id: 'createCampaign',
      summary: 'Draft a campaign that gathers demands',
      description: "By a bureau's officer or a market's director, within the region of the bureau or market.",
      ...write,
      input: { body: CreateCampaign },
      status: 201,
      output: CampaignView,
    }),
    async (request, reply) => reply.code(201).send(await createCampaign(request.ctx, request.body)),
  );

  app.get(
    '/campaigns',
    operation({
      id: 'listCampaigns',
      summary: 'List campaigns',
      tag,
      access: 'public',
      input: { querystring: ListCampaigns },
      output: PageOf(CampaignView),
      problems: [403],
    }),
    (request) => listCampaigns(request.ctx, request.query),
  );

  app.get(
    '/campaigns/:id',
    operation({
      id: 'getCampaign',
      summary: 'Read a campaign',
      tag,
      access: 'public',
      input: { params: IdParams },
      output: CampaignView,
      problems: [404],
    }),
    (request) => getCampaign(request.ctx, request.params.id),
  );

  app.patch(
    '/campaigns/:id',
    operation({
      id: 'updateCampaign',
      summary: 'Change a campaign that is a draft',
      ...write,
      input: { params: IdParams, body: UpdateCampaign },
      output: CampaignView,
      problems: [404, 409, 412, 428],
    }),
    (request) => updateCampaign(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  step('open', { id: 'openCampaign', summary: 'Open a campaign' }, (ctx, { params: { id }, expectedVersion }) =>
    openCampaign(ctx, id, expectedVersion),
  );
  step(
    'close',
    {
      id: 'closeCampaign',
      summary: 'Close a campaign before its deadline',
      description: 'At the deadline it closes itself. The numbers of its report stand from the close on.',
    },
    (ctx, { params: { id }, expectedVersion }) => closeCampaign(ctx, id, expectedVersion),
  );
  step(
    'cancel',
    { id: 'cancelCampaign', summary: 'Cancel a campaign', body: ReasonBody },
    (ctx, { params: { id }, body, expectedVersion }) => cancelCampaign(ctx, id, body.reason, expectedVersion),
  );
  step(
    'report',
    {
      id: 'reportCampaign',
      summary: 'Finish the report of a closed campaign',
      description: 'Its lists stand from then on.',
    },
    (ctx, { params: { id }, expectedVersion }) => reportCampaign(ctx, id, expectedVersion),
  );

  app.get(
    '/campaigns/:id/progress',
    operation({
      id: 'getCampaignProgress',
      summary: 'Count the entries of a campaign',
      description: 'By district with its target, by kind, field and status. As they were at the close from then on.',
      ...read,
      input: { params: IdParams },
      output: CampaignNumbersView,
      problems: [404],
    }),
    (request) => getCampaignProgress(request.ctx, request.params.id),
  );

  app.get(
    '/campaigns/:id/report',
    operation({
      id: 'getCampaignReport',
      summary: 'Read the report of a campaign, or take it as a spreadsheet',
      ...read,
      input: { params: IdParams, querystring: ReadReport },
      output: {
        description: 'The report, in the format asked for.',
        content: {
          'application/json': { schema: CampaignReportView },
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
            schema: Type.String({ format: 'binary' }),
          },
        },
      } as never,
      problems: [404],
    }),
    async (request, reply) => {
      const report = await getCampaignReport(request.ctx, request.params.id);
      if (request.query.format !== 'xlsx') return reply.send(report as never);
      return reply
        .header('content-disposition', 'attachment; filename="campaign-report.xlsx"')
        .header('x-content-type-options', 'nosniff')
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .send(Readable.from(reportSheet(report)) as never);
    },
  );
}

async function routesOfEntries(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/campaigns/:id/entries',
    operation({
      id: 'enterCampaign',
      summary: 'Enter a submitted demand in a campaign',
      description: "By the demand's enterprise, with the answers to the campaign's own questions.",
      ...write,
      input: { params: IdParams, body: EnterCampaign },
      status: 201,
      output: EntryView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await enterCampaign(request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/campaigns/:id/entries',
    operation({
      id: 'listCampaignEntries',
      summary: 'List the entries of a campaign',
      description:
        "All for who runs it and the staff of its market; of a smaller market those of its demands; one's own for everybody else. Of a demand its public view.",
      ...read,
      input: { params: IdParams, querystring: ListEntries },
      output: PageOf(EntryView),
      problems: [404],
    }),
    (request) => listEntries(request.ctx, request.params.id, request.query),
  );

  app.post(
    '/campaigns/:id/selections',
    operation({
      id: 'selectCampaignEntry',
      summary: 'Put an entry on a list, with the reason',
      ...write,
      input: { params: IdParams, body: SelectEntry },
      status: 201,
      output: EntryView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await selectEntry(request.ctx, request.params.id, request.body)),
  );

  app.delete(
    '/campaigns/:id/entries/:entryId/selections/:list',
    operation({
      id: 'unselectCampaignEntry',
      summary: 'Take an entry off a list',
      ...write,
      input: {
        params: Type.Object({
          ...IdParams.properties,
          entryId: Type.String({ format: 'uuid' }),
          list: Type.String({ maxLength: 40 }),
        }),
      },
      status: 204,
      output: Type.Null(),
      problems: [404, 409],
    }),
    async (request, reply) => {
      const { id, entryId, list } = request.params;
      await unselectEntry(request.ctx, id, entryId, list);
      return reply.code(204).send();
    },
  );
}
