import { customType, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

const bytewiseText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/**
 * The PostgreSQL adapter's index: a copy of public fields, rebuilt from the records at any time. The migration has long
 * values stored apart, so that counting thousands of rows reads narrow ones.
 */
export const searchDocuments = pgTable(
  'search_documents',
  {
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    id: uuid('id').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    keywords: text('keywords').array().notNull().default([]),
    terms: tsvector('terms').notNull(),
    /** With their first levels. */
    technologyFields: text('technology_fields').array().notNull(),
    industries: text('industries').array().notNull(),
    cooperationModes: text('cooperation_modes').array().notNull(),
    regionCode: text('region_code').notNull(),
    trl: integer('trl'),
    moneyBand: text('money_band'),
    activityType: text('activity_type'),
    stage: text('stage'),
    iprKinds: text('ipr_kinds').array().notNull().default([]),
    language: text('language').notNull().default('zh'),
    publishedAt: instant('published_at').notNull(),
    validUntil: instant('valid_until'),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.id] }),
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
