import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Ctx } from '../../core/ctx.ts';
import type { TableFormat } from '../../core/spreadsheets.ts';
import { operation } from '../../http/operation.ts';
import { sendTable, tableResponse } from '../../http/table-download.ts';
import {
  type ExportedKind,
  exportedDemands,
  exportedExperts,
  exportedOrganizations,
  exportedResults,
} from '../exported-kinds.ts';
import { ExportExperts, ExportOrganizations, ExportRecords } from '../inputs.ts';
import { exportList } from '../service.ts';

const Line = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
  description: 'A field by the name of its column in the import template; codes with their names.',
});

const response = tableResponse('The list as a file in the format asked for, with the columns of the import template.', {
  ...Type.Array(Line),
  examples: [[{ 外部编号: 'D2026-430200-000123', 需求名称: '含锌固废中高纯铟的回收提纯', 状态: '已发布' }]],
});

function exportOperation<Input extends object>(id: string, noun: string, input: Input) {
  return {
    ...operation({
      id,
      summary: `Download a list of ${noun}`,
      description:
        'With the filters of the list, as it stands at one moment, sent as it is read. It can be imported again. 429 with Retry-After while others are being made.',
      tag: 'exchange',
      access: 'signed-in',
      input: { querystring: input },
      output: response,
      problems: [403],
    }),
    // To know the headers nobody need read the list.
    exposeHeadRoute: false,
  };
}

/** Lists as files, for who sees the list. */
export function routesOfExports(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  app.get('/demands/export', exportOperation('exportDemands', 'demands', ExportRecords), (request, reply) =>
    sendList(request.ctx, reply, exportedDemands, request.query),
  );
  app.get('/results/export', exportOperation('exportResults', 'results', ExportRecords), (request, reply) =>
    sendList(request.ctx, reply, exportedResults, request.query),
  );
  app.get(
    '/organizations/export',
    exportOperation('exportOrganizations', 'organizations', ExportOrganizations),
    (request, reply) => sendList(request.ctx, reply, exportedOrganizations, request.query),
  );
  app.get('/experts/export', exportOperation('exportExperts', 'experts', ExportExperts), (request, reply) =>
    sendList(request.ctx, reply, exportedExperts, request.query),
  );
}

async function sendList<Query extends object>(
  ctx: Ctx,
  reply: FastifyReply,
  kind: ExportedKind<Query>,
  { format = 'xlsx', ...query }: Query & { format?: TableFormat },
): Promise<FastifyReply> {
  const { content, close } = await exportList(ctx, kind, query as unknown as Query, format);
  // Whoever went away meanwhile sends no more events.
  if (reply.raw.destroyed) await close();
  else reply.raw.once('close', () => void close());
  return sendTable(reply, kind.plural, format, content);
}
