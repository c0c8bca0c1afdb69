import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Page } from '../../core/paging.ts';
import type { Text } from '../../core/text.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import type { CreateWebhook, UpdateWebhook } from '../inputs.ts';
import { type AddressRules, type UrlFault, urlFault } from '../outgoing/address.ts';
import { newSecret } from '../outgoing/signature.ts';
import { type Manager, manager, mayHaveUsCall } from '../policy.ts';
import { maxWebhooks } from '../rules.ts';
import {
  deleteWebhookRow,
  getWebhookRow,
  insertSecret,
  insertWebhook,
  listWebhooksOf,
  lockWebhook,
  lockWebhooksOf,
  updateWebhookRow,
  type WebhookRow,
} from '../store.ts';
import { type SecretWebhookView, toWebhookView, type WebhookView } from '../views.ts';

/**
 * An endpoint of the organization's own program. The answer is the only place where its secret is shown.
 * @throws AppError INVALID_INPUT for a URL that must not be called, CONFLICT when the organization has as many as one may have
 */
export async function createWebhook(ctx: Ctx, input: CreateWebhook, rules: AddressRules): Promise<SecretWebhookView> {
  const { organizationId } = mayHaveUsCall(ctx.actor);
  checkUrl(input.url, rules);
  return await transaction(ctx, async (tx) => {
    await lockWebhooksOf(tx, organizationId);
    if ((await listWebhooksOf(tx, organizationId)).length >= maxWebhooks) {
      throw conflict({
        zh: `一个机构最多可有 ${maxWebhooks} 个 Webhook，请先删除不用的。`,
        en: `One organization may have ${maxWebhooks} webhooks; delete one that is not used.`,
      });
    }
    const now = ctx.clock.now();
    const { url, description = null, types = null } = input;
    const row = { id: newId(), organizationId, url, description, types, createdAt: now, updatedAt: now };
    const webhook = found(await insertWebhook(tx, row));
    const secret = await addSecret(tx, webhook.id, now);
    await auditWebhook(tx, ctx, webhook.id, 'create', { types });
    return { ...toWebhookView(webhook), secret };
  });
}

/** All of the organization's, in one page: there are few. */
export async function listWebhooks(ctx: Ctx): Promise<Page<WebhookView>> {
  const { organizationId } = manager(ctx.actor);
  return { items: (await listWebhooksOf(ctx.db, organizationId)).map(toWebhookView), nextCursor: null };
}

export async function getWebhook(ctx: Ctx, id: string): Promise<WebhookView> {
  return toWebhookView(ownWebhook(manager(ctx.actor), await getWebhookRow(ctx.db, id)));
}

/** @throws AppError INVALID_INPUT for a URL that must not be called */
export async function updateWebhook(
  ctx: Ctx,
  id: string,
  input: UpdateWebhook,
  expected: number | null,
  rules: AddressRules,
): Promise<WebhookView> {
  const person = manager(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const row = ownWebhook(person, await lockWebhook(tx, id));
    const { enabled, ...changes } = input;
    // Whoever may not act may still have less sent to them.
    if (Object.keys(changes).length > 0) mayHaveUsCall(ctx.actor);
    if (changes.url !== undefined) checkUrl(changes.url, rules);
    checkVersion(row.version, expected);
    const now = ctx.clock.now();
    const off = enabled === false && row.enabled ? disabledBy('owner', now) : {};
    const updated = found(await updateWebhookRow(tx, row, { ...changes, ...off }, now));
    await auditWebhook(tx, ctx, id, 'update', { fields: Object.keys(input) });
    return toWebhookView(updated);
  });
}

/** With its secrets and its log; what it is still owed is dropped. */
export async function deleteWebhook(ctx: Ctx, id: string): Promise<void> {
  const person = manager(ctx.actor);
  await transaction(ctx, async (tx) => {
    ownWebhook(person, await lockWebhook(tx, id));
    await deleteWebhookRow(tx, id);
    await auditWebhook(tx, ctx, id, 'delete');
    return null;
  });
}

/** A new secret, shown here only. For a day messages carry the signature of the old one, too. */
export async function rotateWebhookSecret(ctx: Ctx, id: string): Promise<SecretWebhookView> {
  const person = manager(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const row = ownWebhook(person, await lockWebhook(tx, id));
    const now = ctx.clock.now();
    const secret = await addSecret(tx, id, now);
    const updated = found(await updateWebhookRow(tx, row, {}, now));
    await auditWebhook(tx, ctx, id, 'rotate_secret');
    return { ...toWebhookView(updated), secret };
  });
}

/** @throws AppError NOT_FOUND also for another organization's */
export function ownWebhook(person: Manager, row: WebhookRow | undefined): WebhookRow {
  return found(row?.organizationId === person.organizationId ? row : undefined);
}

export function disabledBy(reason: NonNullable<WebhookRow['disabledReason']>, now: Date) {
  return { enabled: false, disabledReason: reason, disabledAt: now };
}

/** Never with the URL, which may hold a key. */
export async function auditWebhook(
  tx: Tx,
  ctx: Ctx,
  id: string,
  verb: string,
  details: Record<string, unknown> = {},
): Promise<void> {
  await audit(tx, ctx, { action: `webhook.${verb}`, subjectType: 'webhook', subjectId: id, details });
}

async function addSecret(tx: Tx, webhookId: string, now: Date): Promise<string> {
  const secret = newSecret();
  await insertSecret(tx, { id: newId(), webhookId, secret, createdAt: now });
  return secret;
}

const faultTexts: Record<UrlFault, Text> = {
  syntax: { zh: '应为完整的 https 网址', en: 'must be a whole URL that begins with https://' },
  https: { zh: '应以 https:// 开头', en: 'must begin with https://' },
  credentials: { zh: '网址中不能有用户名或密码', en: 'must hold no user and no password' },
  fragment: { zh: '网址中不能有 # 片段', en: 'must hold no fragment' },
  port: { zh: '端口应为 443 或 8443', en: 'must have port 443 or 8443' },
  address: { zh: '应为公网地址', en: 'must be a public address' },
};

function checkUrl(url: string, rules: AddressRules): void {
  const fault = urlFault(url, rules);
  if (fault !== null) throw invalidInput({ pointer: '/url', code: fault, message: faultTexts[fault] });
}
