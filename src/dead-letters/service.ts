import { audit } from '../core/audit.ts';
import type { Ctx } from '../core/ctx.ts';
import { found } from '../core/errors.ts';
import { type Channel, channelOf, handlerNames } from '../core/messages.ts';
import { decodeTimeCursor, type Page, toPage } from '../core/paging.ts';
import { transaction } from '../core/transaction.ts';
import type { DiscardDeadLetter, ListDeadLetters } from './inputs.ts';
import { deadLetterScopeOf, mayDecide } from './policy.ts';
import { discardRow, findDeadRow, listDeadRows, lockDeadRow, revive } from './store.ts';
import { type DeadLetterView, toDeadLetterView } from './views.ts';

export { listDead, revive, summarizeOwed } from './store.ts';

/** Deliveries that were given up, newest first. */
export async function listDeadLetters(ctx: Ctx, query: ListDeadLetters): Promise<Page<DeadLetterView>> {
  const { limit = 20, subject } = query;
  const rows = await listDeadRows(ctx.db, {
    scope: deadLetterScopeOf(ctx.actor),
    handlers: handlersOf(query),
    ...(subject === undefined ? {} : { subjectId: subject }),
    after: decodeTimeCursor(query.cursor),
    limit,
  });
  return toPage(rows, limit, (row) => ({ at: row.createdAt.toISOString(), id: row.id }), toDeadLetterView);
}

/** null for all, those of other versions of the program among them. */
function handlersOf({ channel, handler }: { channel?: Channel; handler?: string }): readonly string[] | null {
  if (channel === undefined) return handler === undefined ? null : [handler];
  return handlerNames.filter((name) => channelOf(name) === channel && (handler === undefined || handler === name));
}

export async function getDeadLetter(ctx: Ctx, id: string): Promise<DeadLetterView> {
  return toDeadLetterView(found(await findDeadRow(ctx.db, id, deadLetterScopeOf(ctx.actor))));
}

/** Has it tried again, from the beginning. Handlers re-read by id: what is not wanted any more does nothing. */
export async function retryDeadLetter(ctx: Ctx, id: string): Promise<DeadLetterView> {
  return await decide(ctx, id, { action: 'delivery.retry', toStatus: 'pending' });
}

/** Gives it up for good. */
export async function discardDeadLetter(ctx: Ctx, id: string, { reason }: DiscardDeadLetter): Promise<DeadLetterView> {
  return await decide(ctx, id, { action: 'delivery.discard', toStatus: 'discarded', reason });
}

async function decide(
  ctx: Ctx,
  id: string,
  { action, toStatus, reason }: { action: string; toStatus: 'pending' | 'discarded'; reason?: string },
): Promise<DeadLetterView> {
  return await transaction(ctx, async (tx) => {
    const scope = mayDecide(ctx.actor);
    const row = found(await lockDeadRow(tx, id, scope));
    const now = ctx.clock.now();
    if (toStatus === 'pending') await revive(tx, [id], now);
    else await discardRow(tx, id, now);
    await audit(tx, ctx, {
      action,
      subjectType: 'delivery',
      subjectId: id,
      marketId: row.marketIds.find((marketId) => scope === 'all' || scope.marketIds.includes(marketId)) ?? null,
      fromStatus: 'dead',
      toStatus,
      details: {
        handler: row.handler,
        messageType: row.messageType,
        aboutId: row.subjectId,
        ...(reason === undefined ? {} : { reason }),
      },
    });
    return toDeadLetterView({ ...row, status: toStatus, attempts: toStatus === 'pending' ? 0 : row.attempts });
  });
}
