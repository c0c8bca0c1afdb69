import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './auth.ts';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';

/** How a person wants notices mailed; nobody has a row who has changed nothing. Under row-level security: the person's own. */
export const notificationPreferences = pgTable('notification_preferences', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** By category, only what was chosen. */
  modes: jsonb('modes').$type<Record<string, 'at_once' | 'daily' | 'weekly' | 'off'>>().notNull(),
  /** HH:MM in China; both or neither. */
  quietStart: text('quiet_start'),
  quietEnd: text('quiet_end'),
  version: versionColumn(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** One digest of one person: the notices from `fromAt` until before `upToAt`. The key makes it one, whoever makes it. */
export const mailDigests = pgTable(
  'mail_digests',
  {
    id: idColumn(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    mode: text('mode', { enum: ['daily', 'weekly'] }).notNull(),
    fromAt: instant('from_at').notNull(),
    upToAt: instant('up_to_at').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('mail_digests_period_key').on(t.userId, t.mode, t.upToAt),
    index('mail_digests_created_at_idx').on(t.createdAt),
  ],
);

/** Periods all of whose digests are made. */
export const digestRuns = pgTable(
  'digest_runs',
  {
    mode: text('mode', { enum: ['daily', 'weekly'] }).notNull(),
    upToAt: instant('up_to_at').notNull(),
    digests: integer('digests').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.mode, t.upToAt] })],
);

/** Keys of this installation's own, made by the migration: what they sign, only it can have signed. */
export const signingKeys = pgTable('signing_keys', {
  name: text('name').primaryKey(),
  /** 256 random bits, hexadecimal. */
  secret: text('secret').notNull(),
  createdAt: createdAt(),
});
