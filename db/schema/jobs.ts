import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';

export const jobStatuses = ['queued', 'running', 'done', 'failed'] as const;

/** Work that takes longer than a request, and how far it is. Its place is here, so that it survives whoever works on it. */
export const jobs = pgTable(
  'jobs',
  {
    id: idColumn(),
    kind: text('kind', { enum: ['match_refresh', 'import'] }).notNull(),
    status: text('status', { enum: jobStatuses }).notNull(),
    /** The work is about this market and all below it. */
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    requestedByUserId: uuid('requested_by_user_id').notNull(),
    /** Counted in records. */
    progressDone: integer('progress_done').notNull().default(0),
    progressTotal: integer('progress_total').notNull(),
    /** Where the next batch begins, in terms of the kind; null before the first. */
    place: jsonb('place').$type<unknown>(),
    /** What it came to, counted; grows with each batch. */
    result: jsonb('result').$type<Record<string, number>>().notNull(),
    /** Why it failed. */
    problem: jsonb('problem').$type<{ code: string; detail: { zh: string; en: string } }>(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    // Of imports there may be many: each has rows of its own.
    uniqueIndex('jobs_open_key')
      .on(t.kind, t.marketId)
      .where(sql`status in ('queued', 'running') and kind <> 'import'`),
    index('jobs_market_id_idx').on(t.marketId),
  ],
);
