import { boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** Terms of every controlled vocabulary. Seeded from `db/seed/vocabularies`; the administrator may add and retire terms. */
export const vocabularyTerms = pgTable(
  'vocabulary_terms',
  {
    vocabulary: text('vocabulary').notNull(),
    code: text('code').notNull(),
    parentCode: text('parent_code'),
    zh: text('zh').notNull(),
    en: text('en'),
    position: integer('position').notNull(),
    retired: boolean('retired').notNull().default(false),
    /** True for a term that the administrator added: a newer seed leaves it alone. */
    local: boolean('local').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.vocabulary, t.code] }),
    index('vocabulary_terms_parent_idx').on(t.vocabulary, t.parentCode),
  ],
);

/** The digest of each seed that was loaded, so that a start loads only what changed. */
export const seedDigests = pgTable('seed_digests', {
  name: text('name').primaryKey(),
  digest: text('digest').notNull(),
});
