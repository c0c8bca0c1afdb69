import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { demands } from './demands.ts';
import { organizations } from './organizations.ts';

export const campaignStatuses = ['draft', 'open', 'closed', 'reported', 'cancelled'] as const;

/** A question of the campaign's own, asked besides the fields of a demand. */
export interface CampaignQuestion {
  code: string;
  zh: string;
  en: string;
  kind: 'text' | 'number' | 'choice';
  required: boolean;
  /** Of a choice. */
  choices?: string[];
}

export interface CampaignQuota {
  /** GB/T 2260, inside the campaign's region. */
  regionCode: string;
  target: number;
}

/** A list that entries are selected into, besides those that every campaign has. */
export interface CampaignList {
  code: string;
  zh: string;
  en: string;
}

/** Counted from rows, and kept as they were at the close. */
export interface CampaignNumbers {
  total: number;
  districts: { regionCode: string; target: number | null; count: number }[];
  kinds: { activityType: string | null; count: number }[];
  /** First level; a demand of two fields counts in both. */
  fields: { technologyField: string; count: number }[];
  statuses: { status: string; count: number }[];
}

/** A solicitation of demands (征集) by a bureau or a market. */
export const campaigns = pgTable(
  'campaigns',
  {
    id: idColumn(),
    status: text('status', { enum: campaignStatuses }).notNull(),
    /** Of the bureau or market that runs it. */
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** The home market of the region, whose staff looks after it. */
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    title: text('title').notNull(),
    text: text('text').notNull(),
    regionCode: text('region_code').notNull(),
    /** Empty: all. */
    technologyFields: text('technology_fields').array().notNull(),
    activityTypes: text('activity_types').array().notNull(),
    /** Fields of a demand that are optional elsewhere. */
    requiredFields: text('required_fields').array().notNull(),
    questions: jsonb('questions').$type<CampaignQuestion[]>().notNull(),
    quotas: jsonb('quotas').$type<CampaignQuota[]>().notNull(),
    lists: jsonb('lists').$type<CampaignList[]>().notNull(),
    opensAt: instant('opens_at'),
    deadline: instant('deadline').notNull(),
    /** Days before the deadline at which those who lag are reminded. */
    reminderDays: integer('reminder_days').notNull(),
    remindedAt: instant('reminded_at'),
    closedAt: instant('closed_at'),
    cancelReason: text('cancel_reason'),
    numbers: jsonb('numbers').$type<CampaignNumbers>(),
    createdByUserId: uuid('created_by_user_id').notNull(),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('campaigns_organization_id_idx').on(t.organizationId, t.id),
    index('campaigns_market_id_idx').on(t.marketId, t.id),
    index('campaigns_status_idx').on(t.status, t.id),
    index('campaigns_due_idx').on(t.deadline).where(sql`status = 'open'`),
  ],
);

export const campaignEntries = pgTable(
  'campaign_entries',
  {
    id: idColumn(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** The part of the campaign's region that the demand is counted in, as it was entered. */
    districtCode: text('district_code').notNull(),
    createdByUserId: uuid('created_by_user_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('campaign_entries_key').on(t.campaignId, t.demandId),
    index('campaign_entries_campaign_id_idx').on(t.campaignId, t.id),
    index('campaign_entries_demand_id_idx').on(t.demandId),
    index('campaign_entries_organization_id_idx').on(t.organizationId),
  ],
);

/** What was answered to a campaign's own questions. Under row-level security: its owner, its market, the campaign's bureau. */
export const campaignAnswersConfidential = pgTable('campaign_answers_confidential', {
  entryId: uuid('entry_id')
    .primaryKey()
    .references(() => campaignEntries.id),
  answers: jsonb('answers').$type<Record<string, string | number>>().notNull(),
});

export const campaignSelections = pgTable(
  'campaign_selections',
  {
    id: idColumn(),
    entryId: uuid('entry_id')
      .notNull()
      .references(() => campaignEntries.id),
    list: text('list').notNull(),
    reason: text('reason').notNull(),
    selectedByUserId: uuid('selected_by_user_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('campaign_selections_key').on(t.entryId, t.list)],
);
