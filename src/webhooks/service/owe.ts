import type { Ctx } from '../../core/ctx.ts';
import { owe } from '../../core/outbox.ts';
import type { Tx } from '../../core/transaction.ts';
import { isEventType } from '../rules.ts';
import { insertPayloads, listListening } from '../store.ts';

/** What one person is told of a message, as a member of an organization. */
export interface ToldOne {
  messageId: string;
  type: string;
  organizationId?: string | null | undefined;
  params: Record<string, string>;
}

/**
 * Owes messages to the endpoints of all organizations whose people are told of them, in the transaction that tells them.
 * What is said depends on the organization only, so any of its people stands for it. One query and two inserts, however
 * many messages and endpoints.
 */
export async function oweWebhooks(tx: Tx, ctx: Ctx, told: readonly ToldOne[]): Promise<void> {
  const paramsOf = new Map<string, Map<string, Record<string, string>>>();
  const typeOf = new Map<string, string>();
  for (const { messageId, type, organizationId, params } of told) {
    if (!organizationId || !isEventType(type)) continue;
    typeOf.set(messageId, type);
    paramsOf.set(messageId, (paramsOf.get(messageId) ?? new Map()).set(organizationId, params));
  }
  if (paramsOf.size === 0) return;
  const organizationIds = new Set([...paramsOf.values()].flatMap((params) => [...params.keys()]));
  const listening = await listListening(tx, [...organizationIds]);
  if (listening.length === 0) return;
  const owing = [...paramsOf].map(([messageId, params]) => ({
    messageId,
    handler: 'deliver-webhook' as const,
    targets: listening.filter(
      ({ organizationId, types }) =>
        params.has(organizationId) && (types?.includes(typeOf.get(messageId) ?? '') ?? true),
    ),
  }));
  const payloads = owing.flatMap(({ messageId, targets }) =>
    [...new Set(targets.map((one) => one.organizationId))].map((organizationId) => ({
      messageId,
      organizationId,
      params: paramsOf.get(messageId)?.get(organizationId) ?? {},
    })),
  );
  if (payloads.length === 0) return;
  await insertPayloads(tx, payloads);
  await owe(tx, ctx, owing);
}
