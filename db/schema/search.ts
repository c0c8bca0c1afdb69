import { customType, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** The PostgreSQL adapter's index: a copy of public fields, rebuilt from the records at any time. */
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
