import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { type Category, categories, mailModes } from './categories.ts';

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

export const MailMode = Type.Enum([...mailModes], {
  description: 'at_once, in a digest each day or each Monday at 08:00 China time, or off.',
});

/** An object's properties, one for each category of notices. */
export function mapCategories<Value>(make: (category: Category) => Value): Record<Category, Value> {
  return Object.fromEntries(categories.map((category) => [category, make(category)])) as Record<Category, Value>;
}

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', examples: ['22:00'] });

export const QuietHours = Type.Object(
  { start: TimeOfDay, end: TimeOfDay },
  {
    additionalProperties: false,
    description: 'HH:MM in China time; over midnight where the end is the earlier. Notices wait until the end.',
  },
);

export const UpdateNotificationPreferences = Type.Object(
  {
    mail: Type.Optional(
      Type.Object(
        mapCategories(() => Type.Optional(MailMode)),
        {
          additionalProperties: false,
          description: 'By category; those left out stay as they are.',
        },
      ),
    ),
    quietHours: Type.Optional(Type.Union([QuietHours, Type.Null()])),
  },
  {
    additionalProperties: false,
    examples: [{ mail: { suggestions: 'weekly' }, quietHours: { start: '22:00', end: '07:00' } }],
  },
);
export type UpdateNotificationPreferences = Static<typeof UpdateNotificationPreferences>;

export const UnsubscribeParams = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 100, description: 'From the List-Unsubscribe header of a mail.' }),
});

/** RFC 8058, 3.1: the whole body that mail programs send. */
export const Unsubscribe = Type.Object(
  { 'List-Unsubscribe': Type.Enum(['One-Click']) },
  { additionalProperties: false, examples: [{ 'List-Unsubscribe': 'One-Click' }] },
);

export const RenewalParams = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 100, description: 'From the link of a mail.' }),
});

/** What the button of the page sends. */
export const KeepRecord = Type.Object(
  { keep: Type.Enum(['yes']) },
  { additionalProperties: false, examples: [{ keep: 'yes' }] },
);
