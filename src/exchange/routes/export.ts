import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Ctx } from '../../core/ctx.ts';
import type { TableFormat } from '../../core/spreadsheets.ts';
import { operation } from '../../http/operation.ts';
import { sendTable, tableResponse } from '../../http/table-download.ts';
import {
  type ExportedKind,
  exportedContracts,
  exportedDemands,
  exportedExperts,
  exportedOrganizations,
  exportedProjects,
  exportedResults,
} from '../exported-kinds.ts';
import { ExportContracts, ExportExperts, ExportOrganizations, ExportProjects, ExportRecords } from '../inputs.ts';
import { exportList } from '../service.ts';

const Line = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
  description: 'A field by the name of its column; codes with their names.',
});

const taken = 'With the filters of the list, as it stands at one moment, sent as it is read.';
const busy = '429 with Retry-After while others are being made.';

const record = {
  description: `${taken} With the columns of the import template: it can be imported again. ${busy}`,
  example: { 外部编号: 'D2026-430200-000123', 需求名称: '含锌固废中高纯铟的回收提纯', 状态: '已发布' },
};
const project = {
  description: `${taken} A row a project: parties, money, milestones and how far they are. ${busy}`,
  example: { 项目编号: 'P2026-640300-000001', 项目名称: '功能性枸杞乳制品联合开发', 状态: '执行中' },
};
const contract = {
  description: `${taken} A row a contract, with the field names of the national form in Chinese; amounts in 万元. ${busy}`,
  example: { 合同登记编号: '2026640300000001', 项目名称: '枸杞鲜奶联合开发', '合同成交总金额（万元）': 80 },
};

function exportOperation<Input extends object>(
  noun: string,
  { description, example }: { description: string; example: Readonly<Record<string, string | number>> },
  input: Input,
) {
  return {
    ...operation({
      id: `export${noun.charAt(0).toUpperCase()}${noun.slice(1)}`,
      summary: `Download a list of ${noun}`,
      description,
      tag: 'exchange',
      access: 'signed-in',
      input: { querystring: input },
      output: tableResponse('The list as a file in the format asked for.', {
        ...Type.Array(Line),
        examples: [[example]],
      }),
      problems: [403],
    }),
    // To know the headers nobody need read the list.
    exposeHeadRoute: false,
  };
}

/** Lists as files, for who sees the list. */
export function routesOfExports(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  app.get('/demands/export', exportOperation('demands', record, ExportRecords), (request, reply) =>
    sendList(request.ctx, reply, exportedDemands, request.query),
  );
  app.get('/results/export', exportOperation('results', record, ExportRecords), (request, reply) =>
    sendList(request.ctx, reply, exportedResults, request.query),
  );
  app.get('/organizations/export', exportOperation('organizations', record, ExportOrganizations), (request, reply) =>
    sendList(request.ctx, reply, exportedOrganizations, request.query),
  );
  app.get('/experts/export', exportOperation('experts', record, ExportExperts), (request, reply) =>
    sendList(request.ctx, reply, exportedExperts, request.query),
  );
  app.get('/projects/export', exportOperation('projects', project, ExportProjects), (request, reply) =>
    sendList(request.ctx, reply, exportedProjects, request.query),
  );
  app.get('/contracts/export', exportOperation('contracts', contract, ExportContracts), (request, reply) =>
    sendList(request.ctx, reply, exportedContracts, request.query),
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
