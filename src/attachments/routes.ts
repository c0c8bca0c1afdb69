import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { acceptedFormats } from '../files/inputs.ts';
import { fileResponses, sendFile } from '../http/file-download.ts';
import { FileBody, uploadOf, uploadProblems, useFileBodies } from '../http/file-upload.ts';
import { IdParams, operation } from '../http/operation.ts';
import { AttachmentParams } from './inputs.ts';
import { maxAttachmentBytes, maxAttachmentsPerRecord } from './rules.ts';
import { deleteAttachment, listAttachments, putAttachment, type RecordType, readAttachment } from './service.ts';
import { AttachmentListView, AttachmentView } from './views.ts';

const recordTypes = ['demand', 'result'] as const;

const whoReads =
  "A file is read by the record's owner and the brokers of its home market; by the other party of an introduction once both have accepted its confidentiality agreement, and then also what is added later. Each time such a party opens a file stands in the record's history.";

const refusedByRecord = `The record has ${maxAttachmentsPerRecord} files already, or is in a state in which it cannot be changed.`;

export async function attachmentRoutes(app: FastifyInstance): Promise<void> {
  for (const recordType of recordTypes) readingRoutes(app, recordType);
  await app.register(async (scope) => {
    useFileBodies(scope);
    for (const recordType of recordTypes) uploadRoute(scope, recordType);
  });
}

/** What the operations on the files of one type of record share. */
function namesOf(recordType: RecordType) {
  return {
    tag: `${recordType}s`,
    path: `/${recordType}s/:id/attachments`,
    suffix: `${recordType === 'demand' ? 'Demand' : 'Result'}Attachment`,
  } as const;
}

function readingRoutes(fastify: FastifyInstance, recordType: RecordType): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { tag, path, suffix } = namesOf(recordType);
  const read = { tag, access: 'signed-in', description: whoReads, problems: [404] } as const;

  app.get(
    path,
    operation({
      id: `list${suffix}s`,
      summary: `List the files of a ${recordType}`,
      ...read,
      input: { params: IdParams },
      output: AttachmentListView,
    }),
    (request) => listAttachments(request.ctx, { recordType, recordId: request.params.id }),
  );

  const { schema, config } = operation({
    id: `get${suffix}`,
    summary: `Download a file of a ${recordType}`,
    ...read,
    input: { params: AttachmentParams },
    output: Type.Null(),
  });
  app.get(
    `${path}/:name`,
    { schema: { ...schema, response: { ...schema.response, ...fileResponses } }, config },
    async (request, reply) => {
      const { id: recordId, name } = request.params;
      return await sendFile(request, reply, await readAttachment(request.ctx, { recordType, recordId, name }));
    },
  );

  app.delete(
    `${path}/:name`,
    operation({
      id: `delete${suffix}`,
      summary: `Delete a file of a ${recordType}`,
      description: "For the record's owner.",
      tag,
      access: 'signed-in',
      scope: 'records:write',
      input: { params: AttachmentParams },
      status: 204,
      output: Type.Null(),
      problems: [404],
    }),
    async (request, reply) => {
      const { id: recordId, name } = request.params;
      await deleteAttachment(request.ctx, { recordType, recordId, name });
      return reply.code(204).send();
    },
  );
}

function uploadRoute(fastify: FastifyInstance, recordType: RecordType): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { tag, path, suffix } = namesOf(recordType);
  const { schema, config } = operation({
    id: `put${suffix}`,
    summary: `Keep a file with a ${recordType}`,
    description: `For the record's owner. The body is the file: ${acceptedFormats.en}. Its Content-Type has to be that of the file, or application/octet-stream. A file of the same name is replaced. A record has at most ${maxAttachmentsPerRecord} files of at most ${maxAttachmentBytes / 2 ** 20} MiB. ${whoReads}`,
    tag,
    access: 'signed-in',
    scope: 'records:write',
    input: { params: AttachmentParams, body: FileBody },
    output: AttachmentView,
    problems: [404, 409],
  });
  app.put(
    `${path}/:name`,
    {
      schema: { ...schema, response: { ...schema.response, ...uploadProblems(maxAttachmentBytes, refusedByRecord) } },
      config,
    },
    (request) => {
      const { id: recordId, name } = request.params;
      return putAttachment(request.ctx, { recordType, recordId, name, upload: uploadOf(request, maxAttachmentBytes) });
    },
  );
}
