import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { oweAgain } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { transaction } from '../../core/transaction.ts';
import type { ListWebhookDeliveries } from '../inputs.ts';
import { manager, mayHaveUsCall } from '../policy.ts';
import { logDays } from '../rules.ts';
import {
  deleteAttempts,
  findDeliveryRow,
  getWebhookRow,
  listAttempts,
  listDeliveryRows,
  lockWebhook,
} from '../store.ts';
import { toDeliveryView, type WebhookDeliveryView } from '../views.ts';
import { auditWebhook, ownWebhook } from './endpoints.ts';
import { enabledWebhook } from './switch.ts';

/** What an endpoint was sent and is owed, newest first. */
export async function listWebhookDeliveries(
  ctx: Ctx,
  id: string,
  query: ListWebhookDeliveries,
): Promise<Page<WebhookDeliveryView>> {
  const { limit = 20 } = query;
  ownWebhook(manager(ctx.actor), await getWebhookRow(ctx.db, id));
  const rows = await listDeliveryRows(ctx.db, id, decodeCursor(query.cursor), limit);
  const attempts = await listAttempts(
    ctx.db,
    rows.map((row) => row.id),
  );
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) =>
      toDeliveryView(
        row,
        attempts.filter((attempt) => attempt.deliveryId === row.id),
      ),
  );
}

/** Sends a message again, under the same webhook-id, with ten tries anew. One that is on its way is left alone. */
export async function redeliverWebhook(ctx: Ctx, id: string, deliveryId: string): Promise<WebhookDeliveryView> {
  const person = mayHaveUsCall(ctx.actor);
  return await transaction(ctx, async (tx) => {
    enabledWebhook(ownWebhook(person, await lockWebhook(tx, id)));
    found(await findDeliveryRow(tx, id, deliveryId));
    await oweAgain(tx, ctx, deliveryId);
    await auditWebhook(tx, ctx, id, 'redeliver', { deliveryId });
    const row = found(await findDeliveryRow(tx, id, deliveryId));
    return toDeliveryView(row, await listAttempts(tx, [deliveryId]));
  });
}

const batchSize = 1_000;

/** Deletes tries from before 30 days. Short transactions, so that nobody waits. */
export async function pruneWebhookAttempts(ctx: Ctx): Promise<void> {
  const before = plusDays(ctx.clock.now(), -logDays);
  while ((await transaction(ctx, (tx) => deleteAttempts(tx, before, batchSize))) === batchSize);
}
