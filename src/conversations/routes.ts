import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { AttachmentView } from '../attachments/views.ts';
import { acceptedFormats } from '../files/inputs.ts';
import { fileResponses, sendFile } from '../http/file-download.ts';
import { FileBody, uploadOf, uploadProblems, useFileBodies } from '../http/file-upload.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import {
  AcceptAgreement,
  ListConversations,
  ListMessages,
  MessageFileParams,
  PostMessage,
  ReadMessages,
} from './inputs.ts';
import { maxFilesPerMessage, maxMessageFileBytes } from './rules.ts';
import {
  acceptAgreement,
  addMessageFile,
  getAgreement,
  listConversations,
  listMessages,
  postMessage,
  readMessageFile,
  readMessages,
} from './service.ts';
import { AgreementView, ConversationSummary, ConversationView, MessageView, ReadingView } from './views.ts';

const tag = 'introductions';
const filePath = '/introductions/:id/messages/:messageId/attachments/:name';
const whoReads =
  'For the two parties, each by those whose record it is, and the staff of both markets. The party of an anonymous demand is shown by its side alone until both have accepted; what the texts, files and their names tell is for their authors to mind.';

export async function conversationRoutes(app: FastifyInstance): Promise<void> {
  messageRoutes(app);
  agreementRoutes(app);
  downloadRoute(app);
  await app.register(async (scope) => {
    useFileBodies(scope);
    uploadRoute(scope);
  });
}

function messageRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/conversations',
    operation({
      id: 'listConversations',
      summary: 'List my conversations',
      description:
        'Those of my introductions in which something was said, the one with the newest message first, with how far I have read. A new message moves its conversation to the top: who pages while people write may meet one twice.',
      tag,
      access: 'signed-in',
      input: { querystring: ListConversations },
      output: PageOf(ConversationSummary),
    }),
    (request) => listConversations(request.ctx, request.query),
  );

  app.get(
    '/introductions/:id/messages',
    operation({
      id: 'listMessages',
      summary: 'Read the conversation of an introduction',
      description: `Newest first, with how far the caller has read. ${whoReads}`,
      tag,
      access: 'signed-in',
      input: { params: IdParams, querystring: ListMessages },
      output: ConversationView,
      problems: [404],
    }),
    (request) => listMessages(request.ctx, request.params.id, request.query),
  );

  app.post(
    '/introductions/:id/messages',
    operation({
      id: 'postMessage',
      summary: 'Write a message in an introduction',
      description: `From when a broker has opened it, until it is declined or lapses. A message is neither changed nor taken back: whoever has read it relies on it. ${whoReads}`,
      tag,
      access: 'signed-in',
      scope: 'matches:write',
      input: { params: IdParams, body: PostMessage },
      status: 201,
      output: MessageView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await postMessage(request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/introductions/:id/messages/read',
    operation({
      id: 'readMessages',
      summary: 'Say how far one has read a conversation',
      description: 'For oneself alone; nobody else learns of it. Never back.',
      tag,
      access: 'signed-in',
      scope: 'matches:write',
      input: { params: IdParams, body: ReadMessages },
      output: ReadingView,
      problems: [404],
    }),
    (request) => readMessages(request.ctx, request.params.id, request.body),
  );
}

const offered =
  'Offered once both parties have accepted the introduction. When each has accepted the same text, the files of the demand and of the result open to the other party; there is no way back.';

function agreementRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const common = { tag, access: 'signed-in', output: AgreementView, problems: [404, 409] } as const;

  app.get(
    '/introductions/:id/agreement',
    operation({
      id: 'getAgreement',
      summary: 'Read the confidentiality agreement of an introduction, and who has accepted it',
      description: `For the two parties and the staff of both markets. ${offered}`,
      ...common,
      input: { params: IdParams },
    }),
    (request) => getAgreement(request.ctx, request.params.id),
  );

  app.post(
    '/introductions/:id/agreement/accept',
    operation({
      id: 'acceptAgreement',
      summary: 'Accept the confidentiality agreement for one party',
      description: `Names the text that was read: 409 when another is offered. ${offered}`,
      ...common,
      scope: 'matches:write',
      input: { params: IdParams, body: AcceptAgreement },
    }),
    (request) => acceptAgreement(request.ctx, request.params.id, request.body),
  );
}

function downloadRoute(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { schema, config } = operation({
    id: 'getMessageAttachment',
    summary: 'Download a file of a message',
    description: whoReads,
    tag,
    access: 'signed-in',
    input: { params: MessageFileParams },
    output: Type.Null(),
    problems: [404],
  });
  app.get(
    filePath,
    { schema: { ...schema, response: { ...schema.response, ...fileResponses } }, config },
    async (request, reply) => {
      const { id: introductionId, messageId, name } = request.params;
      return await sendFile(request, reply, await readMessageFile(request.ctx, { introductionId, messageId, name }));
    },
  );
}

const refused = `The message has a file of that name or ${maxFilesPerMessage} files already, is more than a day old, or its introduction has ended.`;

function uploadRoute(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const { schema, config } = operation({
    id: 'putMessageAttachment',
    summary: 'Send a file along with a message',
    description: `For the author of the message, within a day. The body is the file: ${acceptedFormats.en}; at most ${maxMessageFileBytes / 2 ** 20} MiB, at most ${maxFilesPerMessage} files. What was sent is not replaced. ${whoReads}`,
    tag,
    access: 'signed-in',
    scope: 'matches:write',
    input: { params: MessageFileParams, body: FileBody },
    output: AttachmentView,
    problems: [404, 409],
  });
  app.put(
    filePath,
    {
      schema: { ...schema, response: { ...schema.response, ...uploadProblems(maxMessageFileBytes, refused) } },
      config,
    },
    (request) => {
      const { id: introductionId, messageId, name } = request.params;
      const upload = uploadOf(request, maxMessageFileBytes);
      return addMessageFile(request.ctx, { introductionId, messageId, name, upload });
    },
  );
}
