import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './auth.ts';
import { createdAt, idColumn, instant } from './columns.ts';
import { files } from './files.ts';
import { introductions } from './matches.ts';
import { organizations } from './organizations.ts';

/** That somebody wrote something in an introduction. Never changed, never deleted. */
export const conversationMessages = pgTable(
  'conversation_messages',
  {
    id: idColumn(),
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    /** From 1 within the introduction, without gaps: what has been read is all up to a number. */
    number: integer('number').notNull(),
    authorUserId: uuid('author_user_id')
      .notNull()
      .references(() => users.id),
    authorOrganizationId: uuid('author_organization_id')
      .notNull()
      .references(() => organizations.id),
    authorSide: text('author_side', { enum: ['demand', 'result', 'demand_market', 'result_market'] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('conversation_messages_number_key').on(t.introductionId, t.number),
    index('conversation_messages_author_user_id_idx').on(t.authorUserId),
    index('conversation_messages_author_organization_id_idx').on(t.authorOrganizationId),
  ],
);

/** What was written. Under row-level security. */
export const conversationTexts = pgTable('conversation_texts', {
  messageId: uuid('message_id')
    .primaryKey()
    .references(() => conversationMessages.id),
  text: text('text').notNull(),
});

/** What was sent along. Under row-level security. */
export const conversationFiles = pgTable(
  'conversation_files',
  {
    id: idColumn(),
    messageId: uuid('message_id')
      .notNull()
      .references(() => conversationMessages.id),
    name: text('name').notNull(),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('conversation_files_message_id_name_key').on(t.messageId, t.name),
    index('conversation_files_file_id_idx').on(t.fileId),
  ],
);

/** That a party has accepted the confidentiality agreement, and which text. Never changed, never deleted. */
export const agreementAcceptances = pgTable(
  'agreement_acceptances',
  {
    id: idColumn(),
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    side: text('side', { enum: ['demand', 'result'] }).notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** As in `db/seed/agreements`. */
    textVersion: text('text_version').notNull(),
    /** Hexadecimal. */
    textSha256: text('text_sha256').notNull(),
    acceptedAt: instant('accepted_at').notNull(),
  },
  (t) => [
    uniqueIndex('agreement_acceptances_side_key').on(t.introductionId, t.side),
    index('agreement_acceptances_organization_id_idx').on(t.organizationId),
    index('agreement_acceptances_user_id_idx').on(t.userId),
  ],
);

/** How far a person has read; their own business. */
export const conversationReads = pgTable(
  'conversation_reads',
  {
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    upToNumber: integer('up_to_number').notNull(),
    readAt: instant('read_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.introductionId, t.userId] }), index('conversation_reads_user_id_idx').on(t.userId)],
);
