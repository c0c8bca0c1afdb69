import { sql } from 'drizzle-orm';
import { check, customType, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * What is known of bytes in the file store. Names, and who may see a file, are with the tables that refer to these rows:
 * an id is learned there, under their row-level security.
 */
export const files = pgTable(
  'files',
  {
    id: idColumn(),
    mediaType: text('media_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** Hexadecimal. */
    sha256: text('sha256').notNull(),
    /** Null while the bytes are still in `content`. */
    storageKey: text('storage_key'),
    /** Bytes from before there was a file store, until they are moved there. */
    content: bytea('content'),
    createdByUserId: uuid('created_by_user_id').notNull(),
    createdAt: createdAt(),
    /** When the last that referred to it let it go; the bytes stay a day longer, for those who are reading and for backups. */
    releasedAt: instant('released_at'),
  },
  (t) => [
    uniqueIndex('files_storage_key_key').on(t.storageKey),
    index('files_released_at_idx').on(t.releasedAt).where(sql`${t.releasedAt} is not null`),
    index('files_content_idx').on(t.id).where(sql`${t.storageKey} is null`),
    check('files_bytes_are_in_one_place', sql`(${t.storageKey} is null) <> (${t.content} is null)`),
  ],
);
