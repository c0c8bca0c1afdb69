import { customType, index, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

const bytewiseText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/**
 * The PostgreSQL adapter's index: a copy of public fields, rebuilt from the records at any time. Counting thousands of
 * rows reads narrow ones: the migration stores long values apart, and lists of codes are texts (",402,4,"), which are
 * compared and grouped several times as fast as arrays. It also makes the partitions: by kind, and within each the
 * buckets below 8, an eighth of the documents, on which facets of many are counted.
 */
export const searchDocuments = pgTable(
  'search_documents',
  {
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    /** `uuid_hash(id) & 63`. */
    bucket: smallint('bucket').notNull(),
    id: uuid('id').notNull(),
    publishedAt: instant('published_at').notNull(),
    validUntil: instant('valid_until'),
    version: integer('version').notNull(),
    trl: integer('trl'),
    /** With their first levels. */
    technologyFields: text('technology_fields').notNull(),
    industries: text('industries').notNull(),
    cooperationModes: text('cooperation_modes').notNull(),
    iprKinds: text('ipr_kinds').notNull(),
    regionCode: text('region_code').notNull(),
    moneyBand: text('money_band'),
    activityType: text('activity_type'),
    stage: text('stage'),
    language: text('language').notNull(),
    title: text('title').notNull(),
    /** A line for each. */
    keywords: text('keywords').notNull(),
    body: text('body').notNull(),
    terms: tsvector('terms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.id, t.bucket] }),
    index('search_documents_terms_idx').using('gin', t.terms),
    index('search_documents_title_idx').using('gin', t.title.op('gin_trgm_ops')),
    index('search_documents_newest_idx').on(t.kind, t.publishedAt, t.id),
  ],
);

/** What is suggested while somebody types: titles and keywords of the documents, one row for each that has it. */
export const searchPhrases = pgTable(
  'search_phrases',
  {
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    /** The text in lower case, cut where it gets long; in the order of its bytes, so that a beginning is a range. */
    key: bytewiseText('key').notNull(),
    documentId: uuid('document_id').notNull(),
    text: text('text').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.key, t.documentId] })],
);

/** Documents that an engine refuses for themselves, until their record changes. The engine by its name. */
export const parkedDocuments = pgTable(
  'parked_documents',
  {
    engine: text('engine').notNull(),
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    id: uuid('id').notNull(),
    reason: text('reason').notNull(),
    parkedAt: instant('parked_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.engine, t.kind, t.id] })],
);
