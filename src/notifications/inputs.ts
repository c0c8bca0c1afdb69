import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

export const ListNotifications = Type.Object(
  {
    ...pageQuery,
    unread: Type.Optional(Type.Boolean({ description: 'true: only what has not been read; false: only what has.' })),
    type: Type.Optional(
      Type.String({ pattern: '^[a-z_]+\\.[a-z_]+$', maxLength: 60, description: 'For example match.suggested.' }),
    ),
  },
  { additionalProperties: false },
);
export type ListNotifications = Static<typeof ListNotifications>;

export const ReadNotifications = Type.Object(
  {
    upToId: Type.String({
      format: 'uuid',
      description: 'The newest notice that was seen; it and all older ones become read.',
    }),
  },
  { additionalProperties: false, examples: [{ upToId: '0192f0c4-bb00-7e55-9006-8293a4b5c6d7' }] },
);
export type ReadNotifications = Static<typeof ReadNotifications>;
