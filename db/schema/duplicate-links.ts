import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn } from './columns.ts';

/** Two demands, or two results, of which a broker says that they tell of the same. A row goes when the broker takes it back. */
export const duplicateLinks = pgTable(
  'duplicate_links',
  {
    id: idColumn(),
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    /** The smaller of the two ids, so that a pair is linked once. */
    firstId: uuid('first_id').notNull(),
    secondId: uuid('second_id').notNull(),
    /** For the staff of markets. */
    reason: text('reason').notNull(),
    linkedByUserId: uuid('linked_by_user_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('duplicate_links_pair_key').on(t.firstId, t.secondId),
    index('duplicate_links_second_id_idx').on(t.secondId),
  ],
);
