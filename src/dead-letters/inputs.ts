import { type Static, Type } from 'typebox';
import { channels } from '../core/messages.ts';
import { pageQuery } from '../core/paging.ts';

export const ListDeadLetters = Type.Object(
  {
    ...pageQuery,
    channel: Type.Optional(Type.Enum(channels, { description: 'For example mail.' })),
    handler: Type.Optional(
      Type.String({ pattern: '^[a-z-]+$', maxLength: 60, description: 'For example send-email.' }),
    ),
    subject: Type.Optional(
      Type.String({ format: 'uuid', description: 'The id of the record, organization … that it is about.' }),
    ),
  },
  { additionalProperties: false },
);
export type ListDeadLetters = Static<typeof ListDeadLetters>;

export const DiscardDeadLetter = Type.Object(
  {
    reason: Type.Enum(['obsolete', 'told_otherwise', 'wrong_recipient', 'cannot_be_delivered'], {
      description: 'Kept in the audit trail.',
    }),
  },
  { additionalProperties: false, examples: [{ reason: 'told_otherwise' }] },
);
export type DiscardDeadLetter = Static<typeof DiscardDeadLetter>;
