import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn } from './columns.ts';
import { files } from './files.ts';

/** Files of demands and results. Under row-level security: a name may be confidential, and so is that there is a file. */
export const attachments = pgTable(
  'attachments',
  {
    id: idColumn(),
    recordType: text('record_type', { enum: ['demand', 'result'] }).notNull(),
    recordId: uuid('record_id').notNull(),
    name: text('name').notNull(),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id),
    /** When these bytes came: a file that replaces another is new. */
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('attachments_record_id_name_key').on(t.recordId, t.name),
    index('attachments_file_id_idx').on(t.fileId),
  ],
);
