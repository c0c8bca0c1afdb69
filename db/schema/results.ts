import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, idColumn, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';
import { type Contact, moneyColumns, recordColumns, recordStatuses } from './records.ts';

/** Numbers codes R2026-640300-000123; gaps are allowed. */
export const resultCodes = pgSequence('result_codes');

export interface ResultIndicator {
  name: string;
  value?: number;
  min?: number;
  max?: number;
  unit: string;
  evidence?: string;
}

export interface IprItem {
  kind: string;
  number?: string;
  status?: string;
  ipcCodes?: string[];
}

export interface ResultOwner {
  name: string;
  /** Percent. */
  share: number;
}

export interface Inventor {
  name: string;
  title?: string;
}

export interface InventorContact {
  name: string;
  phone?: string;
  email?: string;
}

export const results = pgTable(
  'results',
  {
    id: idColumn(),
    ...recordColumns(),
    status: text('status', { enum: recordStatuses }).notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    homeMarketId: uuid('home_market_id')
      .notNull()
      .references(() => organizations.id),
    description: text('description'),
    advantages: text('advantages'),
    indicators: jsonb('indicators').$type<ResultIndicator[]>().notNull(),
    applicationIndustries: text('application_industries').array().notNull(),
    trl: integer('trl'),
    stage: text('stage'),
    ipr: jsonb('ipr').$type<IprItem[]>().notNull(),
    owners: jsonb('owners').$type<ResultOwner[]>().notNull(),
    inventors: jsonb('inventors').$type<Inventor[]>().notNull(),
    completedOn: text('completed_on'),
    fundingSource: text('funding_source'),
    awards: text('awards').array().notNull(),
    priceBand: text('price_band'),
    priceNegotiable: boolean('price_negotiable').notNull().default(true),
    exclusivity: text('exclusivity', { enum: ['exclusive', 'sole', 'non_exclusive', 'any'] }),
    evaluationForm: text('evaluation_form'),
    registration: jsonb('registration').$type<{ number: string; date: string }>(),
    /** Of a record that was closed as a duplicate: the one that stands for both. */
    mergedIntoId: uuid('merged_into_id').references((): AnyPgColumn => results.id),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('results_code_key').on(t.code),
    index('results_organization_id_idx').on(t.organizationId, t.id),
    index('results_home_market_id_idx').on(t.homeMarketId, t.status),
    // The newest public ones are its end, whatever their number.
    index('results_open_idx').on(t.publishedAt, t.id).where(sql`status in ('published', 'in_negotiation')`),
    index('results_valid_until_idx').on(t.validUntil),
    index('results_in_review_idx').on(t.homeMarketId, t.id).where(sql`status = 'submitted' or revision is not null`),
    index('results_assigned_to_user_id_idx').on(t.assignedToUserId).where(sql`assigned_to_user_id is not null`),
    index('results_merged_into_id_idx').on(t.mergedIntoId).where(sql`merged_into_id is not null`),
  ],
);

/** Under row-level security. */
export const resultConfidential = pgTable('result_confidential', {
  resultId: uuid('result_id')
    .primaryKey()
    .references(() => results.id),
  contact: jsonb('contact').$type<Contact>(),
  detail: text('detail'),
  inventorContacts: jsonb('inventor_contacts').$type<InventorContact[]>().notNull(),
  ...moneyColumns('price'),
  /** Amounts that wait for the broker together with the record's revision, whose band tells of them. */
  revision: jsonb('revision').$type<Record<string, unknown>>(),
});
