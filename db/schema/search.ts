import { customType, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

const bytewiseText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/**
 * The PostgreSQL adapter's index: a copy of public fields, rebuilt from the records at any time. Here what is shown and
 * compared of each document, and where its terms are (ADR 34).
 */
export const searchDocuments = pgTable(
  'search_documents',
  {
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    id: uuid('id').notNull(),
    version: integer('version').notNull(),
    segmentId: uuid('segment_id').notNull(),
    /** Its number in the segment, from 0. */
    place: integer('place').notNull(),
    title: text('title').notNull(),
    /** A line for each. */
    keywords: text('keywords').notNull(),
    body: text('body').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.id] })],
);

/** Documents that were written together. Nothing of it ever changes but which of them are dead, and no id is used again. */
export const searchSegments = pgTable(
  'search_segments',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind', { enum: ['demand', 'result'] }).notNull(),
    documents: integer('documents').notNull(),
    deadDocuments: integer('dead_documents').notNull(),
    /** A bit for each document, the lowest first; null for none. */
    dead: bytea('dead'),
    /** What is filtered, counted and ranked by (`segments/columns.ts`). */
    columns: bytea('columns').notNull(),
    /** Over how many the terms are spread, a power of two. */
    shards: integer('shards').notNull(),
  },
  (t) => [index('search_segments_kind_idx').on(t.kind)],
);

/** The terms of a segment with their documents, by a hash of the term (`segments/postings.ts`). */
export const searchPostings = pgTable(
  'search_postings',
  {
    segmentId: uuid('segment_id').notNull(),
    shard: integer('shard').notNull(),
    data: bytea('data').notNull(),
  },
  (t) => [primaryKey({ columns: [t.segmentId, t.shard] })],
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
