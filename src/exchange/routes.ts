import { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { bodyMayBeAbsent } from '../http/json-body.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import {
  CommitImport,
  type ImportKind,
  ListImports,
  ListProblems,
  StartImport,
  TemplateParams,
  TemplateQuery,
} from './inputs.ts';
import { tableLimits } from './reading/table.ts';
import { routesOfExports } from './routes/export.ts';
import { TableBody, tableOf, tableProblems, useTableBodies } from './routes/upload.ts';
import {
  commitImport,
  exportProblems,
  getImport,
  importTemplate,
  listImports,
  listProblems,
  startImport,
} from './service.ts';
import { ImportProblemView, ImportView } from './views.ts';

const tag = 'exchange';
const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function workbookResponse(description: string) {
  return {
    description,
    headers: { 'Content-Disposition': { type: 'string', description: 'attachment, with a file name.' } },
    content: { [workbookType]: { schema: Type.String({ format: 'binary' }) } },
  };
}

function sendWorkbook(reply: FastifyReply, name: string, content: AsyncGenerator<Buffer>): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('x-content-type-options', 'nosniff')
    .type(workbookType)
    .send(Readable.from(content));
}

export async function exchangeRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/imports/templates/:file',
    operation({
      id: 'getImportTemplate',
      summary: 'Download a spreadsheet to fill in',
      description: 'With drop-downs from the vocabularies, and a note at every column; for a campaign as it asks.',
      tag,
      access: 'public',
      input: { params: TemplateParams, querystring: TemplateQuery },
      output: workbookResponse('The template.'),
      problems: [404],
    }),
    async (request, reply) => {
      const { file } = request.params;
      const kind = file.slice(0, -'s.xlsx'.length) as ImportKind;
      return sendWorkbook(reply, file, await importTemplate(request.ctx, kind, request.query.campaignId));
    },
  );

  await fastify.register(async (scope) => {
    useTableBodies(scope);
    uploadRoute(scope);
  });

  routesOfExports(fastify);

  app.get(
    '/imports',
    operation({
      id: 'listImports',
      summary: 'List what one has imported',
      description: 'Newest first; each for thirty days.',
      tag,
      access: 'signed-in',
      input: { querystring: ListImports },
      output: PageOf(ImportView),
    }),
    (request) => listImports(request.ctx, request.query),
  );

  app.get(
    '/imports/:id',
    operation({
      id: 'getImport',
      summary: 'Read what an import found and made',
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: ImportView,
      problems: [404],
    }),
    (request) => getImport(request.ctx, request.params.id),
  );

  app.get(
    '/imports/:id/problems',
    operation({
      id: 'listImportProblems',
      summary: 'List the problems of an import, cell by cell',
      description: 'A page holds all problems of `limit` rows.',
      tag,
      access: 'signed-in',
      input: { params: IdParams, querystring: ListProblems },
      output: PageOf(ImportProblemView),
      problems: [404],
    }),
    (request) => listProblems(request.ctx, request.params.id, request.query),
  );

  app.get(
    '/imports/:id/problems.xlsx',
    operation({
      id: 'exportImportProblems',
      summary: 'Download the rows with problems',
      description: 'The cells are marked and the problems stand beside them: to be mended and sent again.',
      tag,
      access: 'signed-in',
      input: { params: IdParams },
      output: workbookResponse('The rows with problems.'),
      problems: [404],
    }),
    async (request, reply) =>
      sendWorkbook(reply, 'problems.xlsx', await exportProblems(request.ctx, request.params.id)),
  );

  app.post(
    '/imports/:id/commit',
    {
      ...operation({
        id: 'commitImport',
        summary: 'Make records of the rows of an import',
        description:
          'What members of an organization import are drafts, but experts may be active at once; what staff of a market import is submitted, and so is what is imported for a campaign, which it is then entered in. A row that was imported before is not made again.',
        tag,
        access: 'signed-in',
        scope: 'records:write',
        input: { params: IdParams, body: CommitImport },
        status: 202,
        output: ImportView,
        problems: [404, 409],
      }),
      preValidation: bodyMayBeAbsent,
    },
    async (request, reply) =>
      reply.code(202).send(await commitImport(request.ctx, { ...request.params, ...request.body })),
  );
}

function uploadRoute(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { schema, config } = operation({
    id: 'startImport',
    summary: 'Read a spreadsheet and check its rows',
    description:
      'The body is the file: .xlsx, or .csv in UTF-8, UTF-16 or GB18030. Columns are recognised by their names. Nothing is made yet: see the problems, then commit.',
    tag,
    access: 'signed-in',
    scope: 'records:write',
    input: { querystring: StartImport, body: TableBody },
    status: 201,
    output: ImportView,
    problems: [404, 409],
  });
  app.post(
    '/imports',
    {
      schema: { ...schema, response: { ...schema.response, ...tableProblems } },
      config,
      bodyLimit: tableLimits.fileBytes,
    },
    async (request, reply) => reply.code(201).send(await startImport(request.ctx, request.query, tableOf(request))),
  );
}
