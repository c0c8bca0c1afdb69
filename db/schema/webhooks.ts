import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';
import { deliveries, messages } from './outbox.ts';

/** Where an organization wants to be told, by its own program. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: idColumn(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    url: text('url').notNull(),
    description: text('description'),
    /** The types it is told of; null for all. */
    types: text('types').array(),
    enabled: boolean('enabled').notNull().default(true),
    /** By whom or what it was turned off. */
    disabledReason: text('disabled_reason', { enum: ['owner', 'gone', 'failing'] }),
    disabledAt: instant('disabled_at'),
    /** Since when every try has failed; null after one that did not. */
    failingSince: instant('failing_since'),
    /** Tries that have failed since. */
    failureCount: integer('failure_count').notNull().default(0),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('webhooks_organization_id_idx').on(t.organizationId)],
);

/**
 * What an endpoint's messages are signed with. Rows are added and never changed: an older one is good for a day more
 * after the next was made. Under row-level security: whoever adds one cannot read it, only the handler that signs can.
 */
export const webhookSecrets = pgTable(
  'webhook_secrets',
  {
    id: idColumn(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    secret: text('secret').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('webhook_secrets_webhook_id_idx').on(t.webhookId)],
);

/** What a message tells an organization: the same at each of its endpoints, each try and each replay. */
export const webhookPayloads = pgTable(
  'webhook_payloads',
  {
    messageId: uuid('message_id')
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** Only what this organization may see for ever. */
    params: jsonb('params').$type<Record<string, string>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.messageId, t.organizationId] }),
    index('webhook_payloads_organization_id_idx').on(t.organizationId),
  ],
);

/** One try to deliver. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: idColumn(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    deliveryId: uuid('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    at: instant('at').notNull(),
    /** Null where no answer came. */
    statusCode: integer('status_code'),
    durationMs: integer('duration_ms').notNull(),
    /** Null for a try that delivered. */
    errorCode: text('error_code'),
    /** How the answer's body begins. */
    response: text('response'),
  },
  (t) => [
    index('webhook_attempts_webhook_id_idx').on(t.webhookId),
    index('webhook_attempts_delivery_id_idx').on(t.deliveryId, t.id),
    index('webhook_attempts_at_idx').on(t.at),
  ],
);
