import { type Static, type TSchema, Type } from 'typebox';
import { AttachmentView, toAttachmentView } from '../attachments/views.ts';
import { IntroductionSummary } from '../matches/views.ts';
import type { OrganizationRow } from '../organizations/service.ts';
import { Nullable } from '../records/views.ts';
import type { AcceptanceRow, MessageFileRow, MessageRow } from './store.ts';

const Id = Type.String({ format: 'uuid' });

const example = {
  id: '0192f0c4-8d00-7e22-8b02-3c4d5e6f7082',
  number: 3,
  author: {
    side: 'result',
    organizationId: '0192f0c4-0000-7000-8000-000000000003',
    organizationName: '某大学',
    name: null,
    isMe: false,
  },
  text: '中试批次的多糖保留率为 91 %，报告见附件。',
  attachments: [],
  createdAt: '2026-11-22T02:00:00.000Z',
};

const Person = {
  organizationId: Type.Union([Id, Type.Null()], {
    description: 'null while the party of an anonymous demand is not disclosed.',
  }),
  organizationName: Nullable.string,
  name: Type.Union([Type.String(), Type.Null()], {
    description: 'Of the person; the other party learns it once both have accepted.',
  }),
};

const Author = Type.Object({
  side: Type.Enum(['demand', 'result', 'demand_market', 'result_market']),
  ...Person,
  isMe: Type.Boolean(),
});

export const MessageView = Type.Object(
  {
    id: Id,
    number: Type.Integer({ description: 'From 1 within the introduction, without gaps.' }),
    author: Author,
    text: Type.String(),
    attachments: Type.Array(AttachmentView),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { title: 'MessageView', examples: [example] },
);
export type MessageView = Static<typeof MessageView>;

const reading = {
  upToNumber: Type.Integer({ description: 'The number up to which the caller has read; 0 for none.' }),
  unread: Type.Integer({ description: 'Messages of others after it.' }),
};

export const ReadingView = Type.Object(reading, { title: 'ReadingView', examples: [{ upToNumber: 3, unread: 0 }] });
export type ReadingView = Static<typeof ReadingView>;

export const ConversationView = Type.Object(
  { items: Type.Array(MessageView), nextCursor: Type.Union([Type.String(), Type.Null()]), ...reading },
  { title: 'ConversationView', examples: [{ items: [example], nextCursor: null, upToNumber: 2, unread: 1 }] },
);
export type ConversationView = Static<typeof ConversationView>;

const { examples: [introductionExample] = [] } = IntroductionSummary as TSchema & { examples?: unknown[] };

export const ConversationSummary = Type.Object(
  {
    introduction: IntroductionSummary,
    lastMessage: Type.Object({
      id: Id,
      number: Type.Integer(),
      side: Author.properties.side,
      isMe: Type.Boolean(),
      excerpt: Type.String({ description: 'Its beginning.' }),
      createdAt: Type.String({ format: 'date-time' }),
    }),
    ...reading,
  },
  {
    title: 'ConversationSummary',
    examples: [
      {
        introduction: introductionExample,
        lastMessage: {
          id: example.id,
          number: 3,
          side: 'result',
          isMe: false,
          excerpt: example.text,
          createdAt: example.createdAt,
        },
        upToNumber: 2,
        unread: 1,
      },
    ],
  },
);
export type ConversationSummary = Static<typeof ConversationSummary>;

const excerptCharacters = 140;

export function toConversationSummary(
  introduction: IntroductionSummary,
  last: MessageRow,
  text: string,
  readings: { upToNumber: number; unread: number; userId: string },
): ConversationSummary {
  const characters = [...text];
  const isLong = characters.length > excerptCharacters;
  return {
    introduction,
    lastMessage: {
      id: last.id,
      number: last.number,
      side: last.authorSide,
      isMe: last.authorUserId === readings.userId,
      excerpt: isLong ? `${characters.slice(0, excerptCharacters).join('')}…` : text,
      createdAt: last.createdAt.toISOString(),
    },
    upToNumber: readings.upToNumber,
    unread: readings.unread,
  };
}

/** What one reader may know of an author. */
export interface ShownAuthor {
  organization: OrganizationRow | null;
  name: string | null;
  isMe: boolean;
}

export function toMessageView(
  row: MessageRow,
  text: string,
  attachments: readonly MessageFileRow[],
  author: ShownAuthor,
): MessageView {
  return {
    id: row.id,
    number: row.number,
    author: { side: row.authorSide, ...toPerson(author), isMe: author.isMe },
    text,
    attachments: attachments.map(toAttachmentView),
    createdAt: row.createdAt.toISOString(),
  };
}

function toPerson({ organization, name }: ShownAuthor) {
  return { organizationId: organization?.id ?? null, organizationName: organization?.name ?? null, name };
}

export const AgreementView = Type.Object(
  {
    introductionId: Id,
    text: Type.Object({
      version: Type.String(),
      sha256: Type.String({ description: 'Of zh, a line feed and en, in UTF-8; hexadecimal.' }),
      zh: Type.String(),
      en: Type.String(),
    }),
    acceptances: Type.Array(
      Type.Object({
        side: Type.Enum(['demand', 'result']),
        ...Person,
        version: Type.String(),
        sha256: Type.String(),
        acceptedAt: Type.String({ format: 'date-time' }),
      }),
    ),
    concludedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When both had accepted: from then on each party opens the files of the other.',
    }),
  },
  {
    title: 'AgreementView',
    examples: [
      {
        introductionId: '0192f0c4-8d00-7e22-8b02-3c4d5e6f7081',
        text: {
          version: '1',
          sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          zh: '技术对接保密协议……',
          en: 'Confidentiality agreement for an introduction …',
        },
        acceptances: [
          {
            side: 'demand',
            organizationId: '0192f0c4-0000-7000-8000-000000000002',
            organizationName: '利通区某枸杞乳业公司',
            name: '马工',
            version: '1',
            sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
            acceptedAt: '2026-11-22T02:00:00.000Z',
          },
        ],
        concludedAt: null,
      },
    ],
  },
);
export type AgreementView = Static<typeof AgreementView>;

/** @param people those of the acceptances, in their order, as this reader may know them */
export function toAgreementView(
  introductionId: string,
  { version, sha256, zh, en }: AgreementView['text'],
  acceptances: readonly AcceptanceRow[],
  people: readonly ShownAuthor[],
): AgreementView {
  return {
    introductionId,
    text: { version, sha256, zh, en },
    acceptances: acceptances.map((row, at) => ({
      side: row.side,
      ...toPerson(people[at] ?? { organization: null, name: null, isMe: false }),
      version: row.textVersion,
      sha256: row.textSha256,
      acceptedAt: row.acceptedAt.toISOString(),
    })),
    concludedAt: acceptances[1]?.acceptedAt.toISOString() ?? null,
  };
}
