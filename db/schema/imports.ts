import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { campaigns } from './campaigns.ts';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { jobs } from './jobs.ts';
import { organizations } from './organizations.ts';

export const importKinds = ['demand', 'result', 'organization', 'expert'] as const;
export const importStatuses = ['reading', 'checked', 'committing', 'done'] as const;
export const importRowStatuses = ['ready', 'faulty', 'existing', 'created'] as const;

/** A column of the file, and the name of what it was recognised as. */
export interface ImportedColumn {
  at: number;
  header: string;
  name: string | null;
}

export interface StoredProblem {
  column: number | null;
  header: string;
  code: string;
  message: { zh: string; en: string };
}

/** A spreadsheet that was read, and what has become of its rows. */
export const imports = pgTable(
  'imports',
  {
    id: idColumn(),
    kind: text('kind', { enum: importKinds }).notNull(),
    status: text('status', { enum: importStatuses }).notNull(),
    /** Of whoever imports. */
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** The market that the job is told to. */
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    requestedByUserId: uuid('requested_by_user_id').notNull(),
    name: text('name').notNull(),
    format: text('format', { enum: ['xlsx', 'csv'] }).notNull(),
    encoding: text('encoding'),
    sheet: text('sheet'),
    headerRow: integer('header_row').notNull(),
    columns: jsonb('columns').$type<ImportedColumn[]>().notNull(),
    total: integer('total').notNull(),
    ready: integer('ready').notNull(),
    faulty: integer('faulty').notNull(),
    existing: integer('existing').notNull(),
    created: integer('created').notNull().default(0),
    /** Of organizations: whether they are verified as they are added. */
    verify: boolean('verify').notNull().default(false),
    /** Of experts: whether they are active as they are added. */
    activate: boolean('activate').notNull().default(false),
    /** Of demands: the campaign that they are entered in as they are made. */
    campaignId: uuid('campaign_id').references(() => campaigns.id),
    jobId: uuid('job_id').references(() => jobs.id),
    /** The rows, which hold contacts and amounts, are deleted then. */
    expiresAt: instant('expires_at').notNull(),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('imports_organization_id_idx').on(t.organizationId, t.id),
    index('imports_market_id_idx').on(t.marketId),
    index('imports_job_id_idx').on(t.jobId),
    index('imports_campaign_id_idx').on(t.campaignId),
    index('imports_expires_at_idx').on(t.expiresAt),
  ],
);

/** Under row-level security. */
export const importRows = pgTable(
  'import_rows',
  {
    importId: uuid('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    /** As the spreadsheet counts. */
    rowNumber: integer('row_number').notNull(),
    status: text('status', { enum: importRowStatuses }).notNull(),
    /** What stood in the file. */
    cells: jsonb('cells').$type<(string | number | null)[]>().notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    /** Whose record it will be; null for an organization, and where it is not known. */
    ownerId: uuid('owner_id'),
    /** By which it is known again. */
    rowKey: text('row_key').notNull(),
    problems: jsonb('problems').$type<StoredProblem[]>().notNull(),
    /** The record that was made of it, or of the same row before. */
    recordId: uuid('record_id'),
  },
  (t) => [primaryKey({ columns: [t.importId, t.rowNumber] })],
);

/** The rows that records were made of, so that the same file makes none twice. */
export const importKeys = pgTable(
  'import_keys',
  {
    kind: text('kind', { enum: importKinds }).notNull(),
    /** Whose record it is; for an organization, the market that added it. */
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    rowKey: text('row_key').notNull(),
    recordId: uuid('record_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.kind, t.rowKey] })],
);
