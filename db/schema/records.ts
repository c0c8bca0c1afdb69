import { bigint, boolean, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** A contact person; confidential wherever it stands. */
export interface Contact {
  name: string;
  phone?: string;
  email?: string;
}

/** The states of a demand and of a result; only a demand is ever in diagnosis. The steps between are in `src/records/rules.ts`. */
export const recordStatuses = [
  'draft',
  'submitted',
  'in_diagnosis',
  'returned',
  'published',
  'in_negotiation',
  'contracted',
  'fulfilled',
  'withdrawn',
  'rejected',
  'expired',
  'closed',
] as const;

/** What a demand and a result have in common, besides their ids and keys. */
export function recordColumns() {
  return {
    code: text('code').notNull(),
    title: text('title').notNull(),
    summary: text('summary').notNull(),
    keywords: text('keywords').array().notNull(),
    technologyFields: text('technology_fields').array().notNull(),
    cooperationModes: text('cooperation_modes').array().notNull(),
    regionCode: text('region_code').notNull(),
    language: text('language', { enum: ['zh', 'en'] }).notNull(),
    source: text('source', { enum: ['self', 'campaign', 'visit', 'import', 'federation'] }).notNull(),
    validUntil: instant('valid_until'),
    publishedAt: instant('published_at'),
    /** Set when the owner was asked whether the record is still current. */
    expiryNoticeAt: instant('expiry_notice_at'),
    /** Goes up when public content changes: matches are fenced by it, and a dismissed pair may return after it. */
    contentVersion: integer('content_version').notNull().default(1),
    /** A change to a published record that waits for the broker, while the old version stays visible. */
    revision: jsonb('revision').$type<Record<string, unknown>>(),
    returnReason: text('return_reason'),
    outcome: text('outcome'),
    createdByUserId: uuid('created_by_user_id').notNull(),
    /** The broker who looks at it while it is in review. */
    assignedToUserId: uuid('assigned_to_user_id'),
  };
}

/** An exact amount of money: confidential; the public sees its band. */
export function moneyColumns(prefix: 'budget' | 'price') {
  return {
    minCny: bigint(`${prefix}_min_cny`, { mode: 'number' }),
    maxCny: bigint(`${prefix}_max_cny`, { mode: 'number' }),
    negotiable: boolean(`${prefix}_negotiable`).notNull().default(true),
  };
}
