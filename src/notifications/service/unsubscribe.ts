import { listMailboxes } from '../../auth/service.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { categories, type MailModes } from '../categories.ts';
import { modesOf } from '../rules.ts';
import { getSigningSecret, lockPreferences, updatePreferences } from '../store/preferences.ts';
import { unsubscribePage } from '../templates/unsubscribe-page.ts';
import { isCategory, readUnsubscribeToken, type Subscription } from '../unsubscribe-token.ts';

/** Whoever holds a mail's link ends mails of its kind, signed in or not; row-level security knows them by this name. */
function unsubscriber(ctx: Ctx): Ctx {
  return { ...ctx, actor: { kind: 'system', name: 'unsubscribe' } };
}

/** The page that asks; it changes nothing, since scanners of mail open links. */
export async function showUnsubscribePage(ctx: Ctx, token: string, publicUrl: string): Promise<string> {
  const { subscription, locale } = await readTransaction(unsubscriber(ctx), (tx) => readToken(tx, token));
  return unsubscribePage({ subscription, locale, publicUrl, ended: false });
}

/**
 * Ends mails of one kind; a repeat changes nothing more.
 * @returns the page that says so
 * @throws AppError NOT_FOUND for a token that is none of ours, or of an account that is no more
 */
export async function unsubscribe(ctx: Ctx, token: string, publicUrl: string): Promise<string> {
  const acting = unsubscriber(ctx);
  const { subscription, locale } = await transaction(acting, async (tx) => {
    const held = await readToken(tx, token);
    const now = ctx.clock.now();
    const row = await lockPreferences(tx, held.userId, now);
    const ended = endedBy(held.subscription, modesOf(row));
    if (ended.length === 0) return held;
    const off = Object.fromEntries(ended.map((category) => [category, 'off' as const]));
    await updatePreferences(tx, row, { ...row, modes: { ...row.modes, ...off } }, now);
    await audit(tx, acting, {
      action: 'user.unsubscribe',
      subjectType: 'user',
      subjectId: held.userId,
      details: { categories: ended },
    });
    return held;
  });
  return unsubscribePage({ subscription, locale, publicUrl, ended: true });
}

function endedBy(subscription: Subscription, modes: MailModes): string[] {
  if (!isCategory(subscription)) return categories.filter((category) => modes[category] === subscription);
  return modes[subscription] === 'off' ? [] : [subscription];
}

async function readToken(tx: Tx, token: string) {
  const held = found(readUnsubscribeToken(token, await getSigningSecret(tx, 'unsubscribe')));
  const [mailbox] = await listMailboxes(tx, [held.userId]);
  return { ...held, locale: found(mailbox).locale };
}
