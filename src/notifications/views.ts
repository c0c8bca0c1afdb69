import { type Static, Type } from 'typebox';
import type { Locale } from '../core/text.ts';
import { MailMode, mapCategories, QuietHours } from './inputs.ts';
import { modesOf, quietHoursOf } from './rules.ts';
import type { PreferenceRow } from './store/preferences.ts';
import type { NotificationRow } from './store.ts';
import { renderNotice } from './templates/render.ts';

const id = Type.String({ format: 'uuid' });

export const NotificationView = Type.Object(
  {
    id,
    messageId: Type.String({ format: 'uuid', description: 'The same in the inboxes of all who hear of one fact.' }),
    type: Type.String(),
    subject: Type.Object({ type: Type.String(), id }),
    title: Type.String(),
    body: Type.String({ description: 'In the language of Accept-Language, else of the reader.' }),
    createdAt: Type.String({ format: 'date-time' }),
    readAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  },
  {
    examples: [
      {
        id: '0192f0c4-bb00-7e55-9006-8293a4b5c6d7',
        messageId: '0192f0c4-ba00-7e54-9006-8293a4b5c6d6',
        type: 'match.suggested',
        subject: { type: 'match', id: '0192f0c4-b000-7e50-9005-8293a4b5c6d0' },
        title: '新的匹配建议',
        body: '需求“功能性枸杞乳制品开发”（D2026-640300-000012）与成果“枸杞多糖定向提取技术”（R2026-640100-000034）相匹配，得分 86。',
        createdAt: '2026-11-22T02:00:00.000Z',
        readAt: null,
      },
    ],
  },
);
export type NotificationView = Static<typeof NotificationView>;

export const NotificationSummary = Type.Object({ unread: Type.Integer({ minimum: 0 }) }, { examples: [{ unread: 3 }] });
export type NotificationSummary = Static<typeof NotificationSummary>;

export function toNotificationView(row: NotificationRow, locale: Locale): NotificationView {
  return {
    id: row.id,
    messageId: row.messageId,
    type: row.type,
    subject: { type: row.subjectType, id: row.subjectId },
    ...renderNotice(row.type, row.params, locale),
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
  };
}

export const NotificationPreferencesView = Type.Object(
  {
    version: Type.Integer(),
    mail: Type.Object(
      mapCategories(() => MailMode),
      {
        description:
          'By category of notices. The inbox has every notice at once; an address that is not verified gets none.',
      },
    ),
    quietHours: Type.Union([QuietHours, Type.Null()]),
  },
  {
    title: 'NotificationPreferencesView',
    examples: [
      {
        version: 2,
        mail: {
          introductions: 'at_once',
          suggestions: 'weekly',
          projects: 'at_once',
          records: 'at_once',
          savedSearches: 'daily',
          organization: 'at_once',
        },
        quietHours: { start: '22:00', end: '07:00' },
      },
    ],
  },
);
export type NotificationPreferencesView = Static<typeof NotificationPreferencesView>;

/** As they stand before anything was changed, too. */
export function toPreferencesView(row: PreferenceRow | undefined): NotificationPreferencesView {
  return { version: row?.version ?? 1, mail: modesOf(row), quietHours: quietHoursOf(row) };
}
