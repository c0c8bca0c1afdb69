import { listMailboxes, loadActor } from '../../auth/service.ts';
import type { UserActor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, notFound } from '../../core/errors.ts';
import type { Locale } from '../../core/text.ts';
import { readTransaction } from '../../core/transaction.ts';
import { type DemandRow, getDemandRows, renewDemand } from '../../demands/service.ts';
import { isPublic, owns } from '../../records/service.ts';
import { getResultRows, type ResultRow, renewResult } from '../../results/service.ts';
import { asksAbout, type Renewal, readRenewalToken } from '../renewal-token.ts';
import { getSigningSecret } from '../store/preferences.ts';
import { renewalPage } from '../templates/renewal-page.ts';

interface Asked {
  renewal: Renewal;
  actor: UserActor;
  row: DemandRow | ResultRow;
  locale: Locale;
}

/** The page that asks; it changes nothing, since scanners of mail open links. */
export async function showRenewalPage(ctx: Ctx, token: string): Promise<string> {
  const { renewal, row, locale } = await readToken(ctx, token);
  const waits = asksAbout(renewal, row.validUntil) && isPublic(row, ctx.clock.now());
  return renewalPage({ ...renewal, row, locale, waits, isOpen: isPublic(row, ctx.clock.now()) });
}

/**
 * Keeps the record for another term, in the name and with the rights that who was asked has today. A repeat changes
 * nothing: the term is another one by then.
 * @returns the page that says so
 * @throws AppError NOT_FOUND for a token that is none of ours, or of somebody whose record it no longer is
 */
export async function keepRecord(ctx: Ctx, token: string): Promise<string> {
  const { renewal, actor, row } = await readToken(ctx, token);
  const { kind, recordId: id } = renewal;
  if (asksAbout(renewal, row.validUntil) && isPublic(row, ctx.clock.now())) {
    const own = { ...ctx, actor };
    // With the version that was read: of two clicks at once, one keeps it.
    const input = { id, expectedVersion: row.version };
    if (kind === 'demand') await renewDemand(own, input);
    else await renewResult(own, input);
  }
  return await showRenewalPage(ctx, token);
}

async function readToken(ctx: Ctx, token: string): Promise<Asked> {
  const system: Ctx = { ...ctx, actor: { kind: 'system', name: 'renewal' } };
  return await readTransaction(system, async (tx) => {
    const renewal = found(readRenewalToken(token, await getSigningSecret(tx, 'unsubscribe')));
    const { kind, recordId, userId } = renewal;
    const actor = found(await loadActor(tx, userId));
    const [mailbox] = await listMailboxes(tx, [userId]);
    const [row] = kind === 'demand' ? await getDemandRows(tx, [recordId]) : await getResultRows(tx, [recordId]);
    if (!owns(actor, found(row))) throw notFound();
    return { renewal, actor, row: found(row), locale: found(mailbox).locale };
  });
}
