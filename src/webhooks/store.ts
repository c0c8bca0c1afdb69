import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import {
  deliveries,
  messages,
  webhookAttempts,
  webhookPayloads,
  webhookSecrets,
  webhooks,
} from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type WebhookRow = typeof webhooks.$inferSelect;
export type AttemptRow = typeof webhookAttempts.$inferSelect;

// Endpoints

/** Held to the end of the transaction: two requests at once do not both take an organization's last place. */
export async function lockWebhooksOf(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.webhooks.' || ${organizationId}, 0))`);
}

export async function listWebhooksOf(db: Db, organizationId: string): Promise<WebhookRow[]> {
  return await db.select().from(webhooks).where(eq(webhooks.organizationId, organizationId)).orderBy(asc(webhooks.id));
}

export async function getWebhookRow(db: Db, id: string): Promise<WebhookRow | undefined> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
  return row;
}

export async function listWebhookRows(db: Db, ids: readonly string[]): Promise<WebhookRow[]> {
  if (ids.length === 0) return [];
  return await db
    .select()
    .from(webhooks)
    .where(inArray(webhooks.id, [...ids]));
}

export async function lockWebhook(tx: Tx, id: string): Promise<WebhookRow | undefined> {
  const [row] = await tx.select().from(webhooks).where(eq(webhooks.id, id)).for('update');
  return row;
}

export async function insertWebhook(tx: Tx, row: typeof webhooks.$inferInsert): Promise<WebhookRow | undefined> {
  const [inserted] = await tx.insert(webhooks).values(row).returning();
  return inserted;
}

export async function updateWebhookRow(
  tx: Tx,
  row: WebhookRow,
  changes: Partial<typeof webhooks.$inferInsert>,
  now: Date,
): Promise<WebhookRow | undefined> {
  const [updated] = await tx
    .update(webhooks)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(webhooks.id, row.id))
    .returning();
  return updated;
}

export async function deleteWebhookRow(tx: Tx, id: string): Promise<void> {
  await tx.delete(webhooks).where(eq(webhooks.id, id));
}

/** Counts one more try that failed; a success in between has set both to nothing. Not a change that a reader made: the version stays. */
export async function countFailure(tx: Tx, id: string, now: Date): Promise<WebhookRow | undefined> {
  const [row] = await tx
    .update(webhooks)
    .set({
      failureCount: sql`${webhooks.failureCount} + 1`,
      failingSince: sql`coalesce(${webhooks.failingSince}, ${now.toISOString()}::timestamptz)`,
    })
    .where(eq(webhooks.id, id))
    .returning();
  return row;
}

export async function forgetFailures(tx: Tx, id: string): Promise<void> {
  await tx.update(webhooks).set({ failureCount: 0, failingSince: null }).where(eq(webhooks.id, id));
}

// Secrets: row-level security hides them from whoever writes them, so nothing is returned.

export async function insertSecret(tx: Tx, row: typeof webhookSecrets.$inferInsert): Promise<void> {
  await tx.insert(webhookSecrets).values(row);
}

export async function deleteSecrets(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.delete(webhookSecrets).where(inArray(webhookSecrets.id, [...ids]));
}

// What is owed

/** Endpoints of these organizations that are on, and what each wants to be told of: null for everything. */
export async function listListening(
  tx: Tx,
  organizationIds: readonly string[],
): Promise<{ id: string; organizationId: string; types: string[] | null }[]> {
  return await tx
    .select({ id: webhooks.id, organizationId: webhooks.organizationId, types: webhooks.types })
    .from(webhooks)
    .where(and(inArray(webhooks.organizationId, [...organizationIds]), eq(webhooks.enabled, true)));
}

export async function insertPayloads(tx: Tx, rows: readonly (typeof webhookPayloads.$inferInsert)[]): Promise<void> {
  await tx
    .insert(webhookPayloads)
    .values([...rows])
    .onConflictDoNothing();
}

/** An endpoint with its secrets, newest first. These are seen by the handler's actor only. */
export interface Addressee {
  webhook: WebhookRow;
  secrets: { id: string; secret: string; createdAt: Date }[];
}

export async function listAddressees(tx: Tx, ids: readonly string[]): Promise<Addressee[]> {
  const rows = await tx
    .select({
      webhook: webhooks,
      secret: { id: webhookSecrets.id, secret: webhookSecrets.secret, createdAt: webhookSecrets.createdAt },
    })
    .from(webhooks)
    .leftJoin(webhookSecrets, eq(webhookSecrets.webhookId, webhooks.id))
    .where(inArray(webhooks.id, [...ids]))
    .orderBy(desc(webhookSecrets.id));
  const addressees = new Map<string, Addressee>();
  for (const { webhook, secret } of rows) {
    const addressee = addressees.get(webhook.id) ?? { webhook, secrets: [] };
    if (secret !== null) addressee.secrets.push(secret);
    addressees.set(webhook.id, addressee);
  }
  return [...addressees.values()];
}

/** What messages tell the organizations that they were told to. */
export async function listPayloads(
  tx: Tx,
  messageIds: readonly string[],
  organizationIds: readonly string[],
): Promise<{ messageId: string; organizationId: string; params: Record<string, string>; at: Date }[]> {
  return await tx
    .select({
      messageId: webhookPayloads.messageId,
      organizationId: webhookPayloads.organizationId,
      params: webhookPayloads.params,
      at: messages.createdAt,
    })
    .from(webhookPayloads)
    .innerJoin(messages, eq(messages.id, webhookPayloads.messageId))
    .where(
      and(
        inArray(webhookPayloads.messageId, [...messageIds]),
        inArray(webhookPayloads.organizationId, [...organizationIds]),
      ),
    );
}

// The log

/** @returns false when the endpoint has been deleted meanwhile: then nothing is kept */
export async function insertAttempt(tx: Tx, row: AttemptRow): Promise<boolean> {
  const { id, webhookId, deliveryId, at, statusCode, durationMs, errorCode, response } = row;
  const inserted = await tx.execute(sql`
    insert into webhook_attempts (id, webhook_id, delivery_id, at, status_code, duration_ms, error_code, response)
    select ${id}::uuid, w.id, ${deliveryId}::uuid, ${at.toISOString()}::timestamptz, ${statusCode}::int,
      ${durationMs}::int, ${errorCode}::text, ${response}::text
    from webhooks w where w.id = ${webhookId} for key share`);
  return inserted.rowCount === 1;
}

/**
 * Closes a delivery with the try that delivered it, in one statement: this is what happens for nearly every message. Of an
 * endpoint that has been deleted meanwhile nothing is kept.
 */
export async function closeWithAttempt(db: Db, row: AttemptRow, now: Date): Promise<void> {
  const { id, webhookId, deliveryId, at, statusCode, durationMs, response } = row;
  await db.execute(sql`
    with closed as (
      update deliveries set status = 'done', done_at = ${now.toISOString()}::timestamptz, lease_until = null
      where id = ${deliveryId} and status in ('pending', 'published') returning id
    )
    insert into webhook_attempts (id, webhook_id, delivery_id, at, status_code, duration_ms, response)
    select ${id}::uuid, w.id, closed.id, ${at.toISOString()}::timestamptz, ${statusCode}::int, ${durationMs}::int,
      ${response}::text
    from closed, webhooks w where w.id = ${webhookId}`);
}

/** The handler whose deliveries these are, with an endpoint as their target. */
const ours = eq(deliveries.handler, 'deliver-webhook');

const deliveryColumns = {
  id: deliveries.id,
  messageId: deliveries.messageId,
  status: deliveries.status,
  notBefore: deliveries.notBefore,
  createdAt: deliveries.createdAt,
  type: messages.type,
  subjectType: messages.subjectType,
  subjectId: messages.subjectId,
};

function selectDeliveries(db: Db) {
  return db.select(deliveryColumns).from(deliveries).innerJoin(messages, eq(messages.id, deliveries.messageId));
}
export type DeliveryRow = Awaited<ReturnType<typeof selectDeliveries>>[number];

/** Newest first, one row longer than the page. */
export async function listDeliveryRows(
  db: Db,
  webhookId: string,
  after: PageKey | null,
  limit: number,
): Promise<DeliveryRow[]> {
  return await selectDeliveries(db)
    .where(and(eq(deliveries.targetId, webhookId), ours, after === null ? undefined : lt(deliveries.id, after.id)))
    .orderBy(desc(deliveries.id))
    .limit(limit + 1);
}

export async function findDeliveryRow(db: Db, webhookId: string, id: string): Promise<DeliveryRow | undefined> {
  const [row] = await selectDeliveries(db).where(and(eq(deliveries.id, id), eq(deliveries.targetId, webhookId), ours));
  return row;
}

/** Newest first. */
export async function listAttempts(db: Db, deliveryIds: readonly string[]): Promise<AttemptRow[]> {
  if (deliveryIds.length === 0) return [];
  return await db
    .select()
    .from(webhookAttempts)
    .where(inArray(webhookAttempts.deliveryId, [...deliveryIds]))
    .orderBy(desc(webhookAttempts.id));
}

/** @returns how many */
export async function deleteAttempts(tx: Tx, before: Date, limit: number): Promise<number> {
  const old = tx
    .select({ id: webhookAttempts.id })
    .from(webhookAttempts)
    .where(lt(webhookAttempts.at, before))
    .limit(limit);
  const deleted = await tx
    .delete(webhookAttempts)
    .where(inArray(webhookAttempts.id, old))
    .returning({ id: webhookAttempts.id });
  return deleted.length;
}
