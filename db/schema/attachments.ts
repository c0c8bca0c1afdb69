import { customType, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * Files of demands and results, bytes and all: every process has them, and a backup of the database holds them.
 * Under row-level security.
 */
export const attachments = pgTable(
  'attachments',
  {
    id: idColumn(),
    recordType: text('record_type', { enum: ['demand', 'result'] }).notNull(),
    recordId: uuid('record_id').notNull(),
    name: text('name').notNull(),
    /** As the sender named it, in lower case and without parameters. */
    mediaType: text('media_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** Hexadecimal. */
    sha256: text('sha256').notNull(),
    content: bytea('content').notNull(),
    createdByUserId: uuid('created_by_user_id').notNull(),
    /** When these bytes came: a file that replaces another is new. */
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('attachments_record_id_name_key').on(t.recordId, t.name)],
);
