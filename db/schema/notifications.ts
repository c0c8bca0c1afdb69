import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './auth.ts';
import { createdAt, idColumn, instant, xid8 } from './columns.ts';
import { organizations } from './organizations.ts';

/** One notice in one person's inbox. The key makes a repeated delivery harmless. */
export const notifications = pgTable(
  'notifications',
  {
    id: idColumn(),
    messageId: uuid('message_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    organizationId: uuid('organization_id').references(() => organizations.id),
    type: text('type').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    /** What the sentence needs besides ids: only what this reader may see for ever. */
    params: jsonb('params').$type<Record<string, string>>().notNull(),
    readAt: instant('read_at'),
    /** Streams go by (xid, id) below the oldest running transaction: commit order is not the order of ids. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('notifications_message_key').on(t.messageId, t.userId),
    index('notifications_user_id_idx').on(t.userId, t.id),
    index('notifications_stream_idx').on(t.userId, t.xid, t.id),
    index('notifications_unread_idx').on(t.userId).where(sql`read_at is null`),
    index('notifications_organization_id_idx').on(t.organizationId, t.type, t.createdAt),
    // Of a period, for digests. Rows come in this order, so a few pages hold it.
    index('notifications_created_at_idx').using('brin', t.createdAt),
  ],
);
