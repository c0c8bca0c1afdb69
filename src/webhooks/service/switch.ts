import type { Ctx } from '../../core/ctx.ts';
import { found, invalidState } from '../../core/errors.ts';
import { emit, owe } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import { mayHaveUsCall } from '../policy.ts';
import { findDeliveryRow, insertPayloads, lockWebhook, updateWebhookRow, type WebhookRow } from '../store.ts';
import { toDeliveryView, toWebhookView, type WebhookDeliveryView, type WebhookView } from '../views.ts';
import { auditWebhook, disabledBy, ownWebhook } from './endpoints.ts';

/** Turns an endpoint on again. What was dropped meanwhile stays dropped; each can be sent again from the log. */
export async function enableWebhook(ctx: Ctx, id: string, expected: number | null): Promise<WebhookView> {
  const person = mayHaveUsCall(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const row = ownWebhook(person, await lockWebhook(tx, id));
    checkVersion(row.version, expected);
    if (row.enabled) throw invalidState('enabled', { zh: '这个 Webhook 已启用。', en: 'This webhook is enabled.' });
    const on = { enabled: true, disabledReason: null, disabledAt: null, failingSince: null, failureCount: 0 };
    const updated = found(await updateWebhookRow(tx, row, on, ctx.clock.now()));
    await auditWebhook(tx, ctx, id, 'enable', { after: row.disabledReason });
    return toWebhookView(updated);
  });
}

/** Sends a message that says nothing, once. What came of it is in the log. */
export async function testWebhook(ctx: Ctx, id: string): Promise<WebhookDeliveryView> {
  const person = mayHaveUsCall(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const { organizationId } = enabledWebhook(ownWebhook(person, await lockWebhook(tx, id)));
    const [messageId = ''] = await emit(tx, ctx, { type: 'webhook.test', subjectType: 'webhook', subjectId: id });
    await insertPayloads(tx, [{ messageId, organizationId, params: {} }]);
    const [deliveryId = ''] = await owe(tx, ctx, { messageId, handler: 'deliver-webhook', targets: [{ id }] });
    await auditWebhook(tx, ctx, id, 'test');
    return toDeliveryView(found(await findDeliveryRow(tx, id, deliveryId)), []);
  });
}

/** @throws AppError INVALID_STATE for one that is turned off */
export function enabledWebhook(row: WebhookRow): WebhookRow {
  if (row.enabled) return row;
  throw invalidState('disabled', {
    zh: '这个 Webhook 已停用，请先启用。',
    en: 'This webhook is turned off; enable it first.',
  });
}

/** Turns an endpoint off that does not want to be told, or cannot be, and tells its organization. */
export async function disableWebhook(tx: Tx, ctx: Ctx, id: string, reason: 'gone' | 'failing'): Promise<void> {
  const row = await lockWebhook(tx, id);
  // Of several tries at once, one turns it off.
  if (!row?.enabled) return;
  await updateWebhookRow(tx, row, disabledBy(reason, ctx.clock.now()), ctx.clock.now());
  await auditWebhook(tx, ctx, id, 'disable', { reason });
  await emit(tx, ctx, { type: 'webhook.disabled', subjectType: 'webhook', subjectId: id });
}
