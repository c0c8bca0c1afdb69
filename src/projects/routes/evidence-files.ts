import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { AttachmentName } from '../../attachments/inputs.ts';
import { AttachmentListView, AttachmentView } from '../../attachments/views.ts';
import { acceptedFormats } from '../../files/inputs.ts';
import { fileResponses, sendFile } from '../../http/file-download.ts';
import { FileBody, uploadOf, uploadProblems, useFileBodies } from '../../http/file-upload.ts';
import { operation } from '../../http/operation.ts';
import { maxEvidenceFileBytes, maxFilesPerSubmission } from '../rules.ts';
import {
  deleteEvidenceFile,
  listEvidenceFiles,
  putEvidenceFile,
  readEvidenceFile,
  readSubmittedFile,
} from '../service.ts';
import { MilestoneParams, read, write } from './shared.ts';

const FileParams = Type.Object({ ...MilestoneParams.properties, name: AttachmentName });
const SubmittedFileParams = Type.Object({
  ...MilestoneParams.properties,
  submissionId: Type.String({ format: 'uuid' }),
  name: AttachmentName,
});

const whoReads =
  'For the partners alone until the milestone is handed in; then it goes along, and is read with the submission.';

function refOf({ id: projectId, milestoneId, name }: { id: string; milestoneId: string; name: string }) {
  return { projectId, milestoneId, name };
}

export async function evidenceFileRoutes(app: FastifyInstance): Promise<void> {
  readyRoutes(app);
  downloadRoutes(app);
  await app.register(async (scope) => {
    useFileBodies(scope);
    uploadRoute(scope);
  });
}

function readyRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/attachments',
    operation({
      id: 'listMilestoneAttachments',
      summary: 'List the files that are ready to be handed in with a milestone',
      description: whoReads,
      ...read,
      input: { params: MilestoneParams },
      output: AttachmentListView,
      problems: [404],
    }),
    (request) => {
      const { id: projectId, milestoneId } = request.params;
      return listEvidenceFiles(request.ctx, { projectId, milestoneId });
    },
  );

  app.delete(
    '/attachments/:name',
    operation({
      id: 'deleteMilestoneAttachment',
      summary: 'Delete a file that was not handed in',
      description: 'By a partner. What was handed in stays.',
      ...write,
      input: { params: FileParams },
      status: 204,
      output: Type.Null(),
      problems: [404],
    }),
    async (request, reply) => {
      await deleteEvidenceFile(request.ctx, refOf(request.params));
      return reply.code(204).send();
    },
  );
}

function downloadRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const ready = operation({
    id: 'getMilestoneAttachment',
    summary: 'Download a file that is ready to be handed in',
    description: whoReads,
    ...read,
    input: { params: FileParams },
    output: Type.Null(),
    problems: [404],
  });
  app.get(
    '/attachments/:name',
    { schema: { ...ready.schema, response: { ...ready.schema.response, ...fileResponses } }, config: ready.config },
    async (request, reply) =>
      await sendFile(request, reply, await readEvidenceFile(request.ctx, refOf(request.params))),
  );

  const submitted = operation({
    id: 'getSubmissionAttachment',
    summary: 'Download a file of a submission',
    description: "For the parties of the project and its market's staff.",
    ...read,
    input: { params: SubmittedFileParams },
    output: Type.Null(),
    problems: [404],
  });
  app.get(
    '/submissions/:submissionId/attachments/:name',
    {
      schema: { ...submitted.schema, response: { ...submitted.schema.response, ...fileResponses } },
      config: submitted.config,
    },
    async (request, reply) => {
      const ref = { ...refOf(request.params), submissionId: request.params.submissionId };
      return await sendFile(request, reply, await readSubmittedFile(request.ctx, ref));
    },
  );
}

const refused = `${maxFilesPerSubmission} files are ready already, or the milestone cannot be handed in in its state or in that of its project.`;

function uploadRoute(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { schema, config } = operation({
    id: 'putMilestoneAttachment',
    summary: 'Get a file ready to be handed in with a milestone',
    description: `By a partner, while the milestone can be handed in. The body is the file: ${acceptedFormats.en}; at most ${maxEvidenceFileBytes / 2 ** 20} MiB, at most ${maxFilesPerSubmission} files each time. A file of the same name that is not handed in is replaced. ${whoReads}`,
    ...write,
    input: { params: FileParams, body: FileBody },
    output: AttachmentView,
    problems: [404, 409],
  });
  app.put(
    '/attachments/:name',
    {
      schema: { ...schema, response: { ...schema.response, ...uploadProblems(maxEvidenceFileBytes, refused) } },
      config,
    },
    (request) =>
      putEvidenceFile(request.ctx, { ...refOf(request.params), upload: uploadOf(request, maxEvidenceFileBytes) }),
  );
}
