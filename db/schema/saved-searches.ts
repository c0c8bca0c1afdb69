import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './auth.ts';
import { createdAt, idColumn, instant } from './columns.ts';
import { organizations } from './organizations.ts';

/** What a member wants to hear of. Under row-level security: what somebody looks for is nobody else's business. */
export const savedSearches = pgTable(
  'saved_searches',
  {
    id: idColumn(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    q: text('q').notNull(),
    /** As they were sent. */
    filters: jsonb('filters').$type<Record<string, string | number>>().notNull(),
    /** When the index was last asked. */
    lookedAt: instant('looked_at').notNull(),
    noticedAt: instant('noticed_at'),
    /** How many records the last notice told of. */
    noticedCount: integer('noticed_count').notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    index('saved_searches_user_id_idx').on(t.userId),
    index('saved_searches_organization_id_idx').on(t.organizationId),
    index('saved_searches_looked_at_idx').on(t.lookedAt),
  ],
);

/** Publications that a saved search has told of lately, not to be told again. */
export const savedSearchMatches = pgTable(
  'saved_search_matches',
  {
    savedSearchId: uuid('saved_search_id')
      .notNull()
      .references(() => savedSearches.id, { onDelete: 'cascade' }),
    recordId: uuid('record_id').notNull(),
    publishedAt: instant('published_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.savedSearchId, t.recordId, t.publishedAt] })],
);
