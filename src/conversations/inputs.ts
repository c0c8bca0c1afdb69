import { type Static, Type } from 'typebox';
import { AttachmentName } from '../attachments/inputs.ts';
import { pageQuery } from '../core/paging.ts';
import { IdParams } from '../http/operation.ts';

export const PostMessage = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' }) },
  {
    title: 'PostMessage',
    additionalProperties: false,
    examples: [{ text: '中试批次的多糖保留率数据可以先发一份吗？' }],
  },
);
export type PostMessage = Static<typeof PostMessage>;

export const ReadMessages = Type.Object(
  { upToNumber: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) },
  { title: 'ReadMessages', additionalProperties: false, examples: [{ upToNumber: 12 }] },
);
export type ReadMessages = Static<typeof ReadMessages>;

export const AcceptAgreement = Type.Object(
  {
    version: Type.String({ minLength: 1, maxLength: 40 }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the text that was read, as GET says it.' }),
  },
  {
    title: 'AcceptAgreement',
    additionalProperties: false,
    examples: [{ version: '1', sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }],
  },
);
export type AcceptAgreement = Static<typeof AcceptAgreement>;

export const ListMessages = Type.Object(pageQuery, { additionalProperties: false });
export type ListMessages = Static<typeof ListMessages>;

export const ListConversations = Type.Object(
  {
    ...pageQuery,
    unread: Type.Optional(
      Type.Boolean({ default: false, description: 'Only those with messages that one has not read.' }),
    ),
  },
  { additionalProperties: false },
);
export type ListConversations = Static<typeof ListConversations>;

export const MessageFileParams = Type.Object({
  ...IdParams.properties,
  messageId: IdParams.properties.id,
  name: AttachmentName,
});
