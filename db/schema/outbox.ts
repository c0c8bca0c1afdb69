import { sql } from 'drizzle-orm';
import { index, integer, json, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, xid8 } from './columns.ts';

/** Facts, immutable. Kept until every reader has passed and for at least 7 days. */
export const messages = pgTable(
  'messages',
  {
    id: idColumn(),
    /** Commit order is not sequence order: cursor readers go by (xid, id) below the oldest running transaction. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    type: text('type').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    actorOrganizationId: uuid('actor_organization_id'),
    /** W3C Trace Context of what caused it, where traces are made. */
    traceparent: text('traceparent'),
    createdAt: createdAt(),
  },
  (t) => [index('messages_xid_id_idx').on(t.xid, t.id), index('messages_created_at_idx').on(t.createdAt)],
);

/** What is owed: one row per message, handler and target. pending -> published -> done, or dead, and then perhaps discarded. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: idColumn(),
    messageId: uuid('message_id')
      .notNull()
      .references(() => messages.id),
    handler: text('handler').notNull(),
    /** Whom or what it is for, where a message owes the handler several: a notice to be mailed, a webhook's endpoint. */
    targetId: uuid('target_id'),
    status: text('status', { enum: ['pending', 'published', 'done', 'dead', 'discarded'] })
      .notNull()
      .default('pending'),
    attempts: integer('attempts').notNull().default(0),
    /** A pending row is not published before this; it carries the retry times. */
    notBefore: instant('not_before').notNull(),
    /** Of a published row: when it counts as lost. Of a pending one: it was published before, and goes before all that was not. */
    leaseUntil: instant('lease_until'),
    doneAt: instant('done_at'),
    lastError: text('last_error'),
    createdAt: createdAt(),
  },
  (t) => [
    unique('deliveries_owed_once').on(t.messageId, t.handler, t.targetId).nullsNotDistinct(),
    index('deliveries_target_id_idx').on(t.targetId, t.id).where(sql`target_id is not null`),
    index('deliveries_pending_idx').on(t.notBefore).where(sql`status = 'pending'`),
    index('deliveries_published_idx').on(t.leaseUntil).where(sql`status = 'published'`),
    index('deliveries_dead_idx').on(t.createdAt).where(sql`status = 'dead'`),
  ],
);

/** How far each batch reader has read. */
export const cursors = pgTable('cursors', {
  name: text('name').primaryKey(),
  xid: xid8('xid').notNull(),
  messageId: uuid('message_id').notNull(),
  /** Of what the reader writes to, where that is kept elsewhere and may be replaced behind its back. */
  targetIdentity: text('target_identity'),
  updatedAt: instant('updated_at').notNull(),
});

export const auditEntries = pgTable(
  'audit_entries',
  {
    id: idColumn(),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    actorOrganizationId: uuid('actor_organization_id'),
    requestId: text('request_id').notNull(),
    action: text('action').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    marketId: uuid('market_id'),
    fromStatus: text('from_status'),
    toStatus: text('to_status'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** As of messages: the sealer goes by (xid, id) below the oldest running transaction. No part of what is sealed. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
  },
  (t) => [
    index('audit_entries_xid_id_idx').on(t.xid, t.id),
    index('audit_entries_subject_idx').on(t.subjectId, t.id),
    index('audit_entries_market_id_idx').on(t.marketId),
  ],
);

/** Responses to POSTs with an Idempotency-Key, kept 24 hours; under row-level security, since a response may hold confidential fields. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    actor: text('actor').notNull(),
    route: text('route').notNull(),
    key: text('key').notNull(),
    bodyHash: text('body_hash').notNull(),
    /** Not jsonb: a repeat is answered with the same bytes, and jsonb forgets the order of keys. */
    response: json('response'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.actor, t.route, t.key] }), index('idempotency_keys_created_at_idx').on(t.createdAt)],
);
