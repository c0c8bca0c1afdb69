import { sql } from 'drizzle-orm';
import { doublePrecision, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { demands } from './demands.ts';
import { organizations } from './organizations.ts';
import { results } from './results.ts';

export const matchStatuses = [
  'suggested',
  'shortlisted',
  'introduced',
  'accepted',
  'declined',
  'lapsed',
  'dismissed',
  'superseded',
] as const;

/** One demand and one result, as the pipeline saw them. Fenced by the content versions of both and the model's. */
export const matches = pgTable(
  'matches',
  {
    id: idColumn(),
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    resultId: uuid('result_id')
      .notNull()
      .references(() => results.id),
    status: text('status', { enum: matchStatuses }).notNull(),
    /** 0–100. */
    score: doublePrecision('score').notNull(),
    gates: jsonb('gates').$type<unknown[]>().notNull(),
    contributions: jsonb('contributions').$type<unknown[]>().notNull(),
    explanation: jsonb('explanation').$type<unknown>().notNull(),
    indicators: jsonb('indicators').$type<unknown[]>().notNull(),
    /** What would qualify a pair that failed exactly one soft gate; null for a match without such a failure. */
    nearMiss: jsonb('near_miss').$type<unknown>(),
    demandVersion: integer('demand_version').notNull(),
    resultVersion: integer('result_version').notNull(),
    modelVersion: text('model_version').notNull(),
    dismissReason: text('dismiss_reason'),
    dismissComment: text('dismiss_comment'),
    dismissedAt: instant('dismissed_at'),
    shortlistedAt: instant('shortlisted_at'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('matches_pair_key').on(t.demandId, t.resultId),
    index('matches_demand_id_idx').on(t.demandId, t.score),
    index('matches_result_id_idx').on(t.resultId, t.score),
    index('matches_status_idx').on(t.status, t.score),
  ],
);

export const introductions = pgTable(
  'introductions',
  {
    id: idColumn(),
    matchId: uuid('match_id')
      .notNull()
      .references(() => matches.id),
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    resultId: uuid('result_id')
      .notNull()
      .references(() => results.id),
    demandOrganizationId: uuid('demand_organization_id')
      .notNull()
      .references(() => organizations.id),
    resultOrganizationId: uuid('result_organization_id')
      .notNull()
      .references(() => organizations.id),
    /** The demand's home market, which leads. */
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    resultMarketId: uuid('result_market_id')
      .notNull()
      .references(() => organizations.id),
    status: text('status', { enum: ['requested', 'open', 'accepted', 'declined', 'lapsed'] }).notNull(),
    message: text('message'),
    openedByUserId: uuid('opened_by_user_id').notNull(),
    requestedBySide: text('requested_by_side', { enum: ['demand', 'result'] }),
    dueAt: instant('due_at'),
    remindAt: instant('remind_at'),
    remindedAt: instant('reminded_at'),
    escalateAt: instant('escalate_at'),
    escalatedAt: instant('escalated_at'),
    openedAt: instant('opened_at'),
    closedAt: instant('closed_at'),
    /** From 1; a broker who reopens begins the next. The times above, and the answers of this number, are of this round. */
    round: integer('round').notNull().default(1),
    /** The broker who has it in hand. */
    assignedToUserId: uuid('assigned_to_user_id'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('introductions_match_id_idx').on(t.matchId),
    uniqueIndex('introductions_open_key').on(t.matchId).where(sql`status in ('requested', 'open')`),
    index('introductions_demand_id_idx').on(t.demandId),
    index('introductions_result_id_idx').on(t.resultId),
    index('introductions_demand_organization_id_idx').on(t.demandOrganizationId),
    index('introductions_result_organization_id_idx').on(t.resultOrganizationId),
    index('introductions_market_id_idx').on(t.marketId, t.status),
    index('introductions_result_market_id_idx').on(t.resultMarketId, t.status),
    index('introductions_due_idx').on(t.dueAt).where(sql`status in ('requested', 'open')`),
    index('introductions_assigned_to_user_id_idx')
      .on(t.assignedToUserId)
      .where(sql`assigned_to_user_id is not null and status in ('requested', 'open')`),
  ],
);

/** A round that ended and was followed by another, as it was when the broker reopened the introduction. Rows are added and never changed. */
export const introductionRounds = pgTable(
  'introduction_rounds',
  {
    id: idColumn(),
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    round: integer('round').notNull(),
    outcome: text('outcome', { enum: ['declined', 'lapsed'] }).notNull(),
    /** null for a request that no broker opened. */
    openedAt: instant('opened_at'),
    dueAt: instant('due_at'),
    escalatedAt: instant('escalated_at'),
    closedAt: instant('closed_at'),
    reopenedAt: instant('reopened_at').notNull(),
    reopenedByUserId: uuid('reopened_by_user_id').notNull(),
    /** For the staff of the markets. */
    reopenReason: text('reopen_reason').notNull(),
  },
  (t) => [uniqueIndex('introduction_rounds_key').on(t.introductionId, t.round)],
);

export const introductionAnswers = pgTable(
  'introduction_answers',
  {
    id: idColumn(),
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    round: integer('round').notNull().default(1),
    side: text('side', { enum: ['demand', 'result'] }).notNull(),
    answer: text('answer', { enum: ['accept', 'decline'] }).notNull(),
    reason: text('reason'),
    comment: text('comment'),
    answeredByUserId: uuid('answered_by_user_id').notNull(),
    answeredAt: instant('answered_at').notNull(),
  },
  (t) => [uniqueIndex('introduction_answers_side_key').on(t.introductionId, t.round, t.side)],
);

/**
 * Who was let in to which confidential record, written when both parties have accepted.
 * The row-level policies read it, so a query that forgets to ask still shows nothing.
 */
export const disclosures = pgTable(
  'disclosures',
  {
    id: idColumn(),
    /** A demand, a result or an organization. */
    recordId: uuid('record_id').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    introductionId: uuid('introduction_id')
      .notNull()
      .references(() => introductions.id),
    createdAt: createdAt(),
    /** Of a demand or a result: when both parties had accepted the confidentiality agreement. */
    filesOpenedAt: instant('files_opened_at'),
  },
  (t) => [
    uniqueIndex('disclosures_record_key').on(t.recordId, t.organizationId, t.introductionId),
    index('disclosures_organization_id_idx').on(t.organizationId),
    index('disclosures_introduction_id_idx').on(t.introductionId),
  ],
);

/**
 * A draft on its way to a process that has a matching index, and the answer on its way back: for as long as that takes.
 * Under row-level security, since a draft is its author's own.
 */
export const matchPreviews = pgTable(
  'match_previews',
  {
    id: idColumn(),
    /** Whose draft, as in audit entries. */
    actor: text('actor').notNull(),
    draft: jsonb('draft').$type<unknown>().notNull(),
    answer: jsonb('answer').$type<unknown>(),
    createdAt: createdAt(),
  },
  (t) => [index('match_previews_created_at_idx').on(t.createdAt)],
);
