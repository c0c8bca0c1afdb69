import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';
import { type Contact, moneyColumns, recordColumns, recordStatuses } from './records.ts';

/** Numbers codes D2026-640300-000123. Gaps are allowed: a rolled-back transaction leaves one. */
export const demandCodes = pgSequence('demand_codes');

export interface DemandIndicator {
  name: string;
  comparator: '>=' | '<=' | '=' | 'between';
  value?: number;
  min?: number;
  max?: number;
  unit: string;
  mustHave: boolean;
}

export const demands = pgTable(
  'demands',
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
    problem: text('problem'),
    keyTechnology: text('key_technology'),
    expectedOutcome: text('expected_outcome'),
    indicators: jsonb('indicators').$type<DemandIndicator[]>().notNull(),
    alreadyTried: text('already_tried'),
    notAcceptable: text('not_acceptable'),
    industry: text('industry'),
    activityType: text('activity_type'),
    targetTrl: integer('target_trl'),
    neededBy: instant('needed_by'),
    preferredPartners: text('preferred_partners').array().notNull(),
    budgetBand: text('budget_band'),
    budgetNegotiable: boolean('budget_negotiable').notNull().default(true),
    /** The licence that the enterprise wants. */
    exclusivity: text('exclusivity', { enum: ['exclusive', 'sole', 'non_exclusive', 'any'] }),
    anonymous: boolean('anonymous').notNull().default(false),
    /** Of a record that was closed as a duplicate: the one that stands for both. */
    mergedIntoId: uuid('merged_into_id').references((): AnyPgColumn => demands.id),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('demands_code_key').on(t.code),
    index('demands_organization_id_idx').on(t.organizationId, t.id),
    // With the id, so that a territory's demands are listed without reading them.
    index('demands_home_market_id_idx').on(t.homeMarketId, t.status, t.id),
    // The newest public ones are its end, whatever their number.
    index('demands_open_idx').on(t.publishedAt, t.id).where(sql`status in ('published', 'in_negotiation')`),
    index('demands_valid_until_idx').on(t.validUntil),
    index('demands_in_review_idx').on(t.homeMarketId, t.id).where(sql`status = 'submitted' or revision is not null`),
    index('demands_assigned_to_user_id_idx').on(t.assignedToUserId).where(sql`assigned_to_user_id is not null`),
    index('demands_merged_into_id_idx').on(t.mergedIntoId).where(sql`merged_into_id is not null`),
  ],
);

/** Under row-level security. */
export const demandConfidential = pgTable('demand_confidential', {
  demandId: uuid('demand_id')
    .primaryKey()
    .references(() => demands.id),
  contact: jsonb('contact').$type<Contact>(),
  detail: text('detail'),
  decisionOwner: text('decision_owner'),
  ...moneyColumns('budget'),
  /** Amounts that wait for the broker together with the record's revision, whose band tells of them. */
  revision: jsonb('revision').$type<Record<string, unknown>>(),
});

/**
 * Organizations that the enterprise does not want to hear from. Under row-level security of its own: a party that was
 * let in to the demand sees its confidential row, and nothing of this.
 */
export const demandExclusions = pgTable(
  'demand_exclusions',
  {
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
  },
  (t) => [
    primaryKey({ columns: [t.demandId, t.organizationId] }),
    index('demand_exclusions_organization_id_idx').on(t.organizationId),
  ],
);
