import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { campaignTransitions } from '../rules.ts';
import { type CampaignRow, countEntries, lockDueCampaigns, updateCampaignRow } from '../store.ts';

const batchSize = 20;

/**
 * Closes campaigns at their deadline and reminds those who lag behind, each once, however many sweeps run. What counts is
 * the deadline: entries are refused from that moment on, and the numbers are of the entries before it.
 */
export async function sweepCampaigns(ctx: Ctx): Promise<{ closed: number; reminded: number }> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const due = await lockDueCampaigns(tx, now, batchSize);
    const ended = due.filter((row) => row.deadline <= now);
    for (const row of ended) await close(tx, ctx, row);
    const lagging = due.filter((row) => row.deadline > now);
    for (const row of lagging) await updateCampaignRow(tx, row, { remindedAt: now }, now);
    await emit(tx, ctx, [
      ...ended.map((row) => ({
        type: 'campaign.closed' as const,
        subjectType: 'campaign' as const,
        subjectId: row.id,
      })),
      ...lagging.map((row) => ({
        type: 'campaign.closing' as const,
        subjectType: 'campaign' as const,
        subjectId: row.id,
      })),
    ]);
    return { closed: ended.length, reminded: lagging.length };
  });
}

async function close(tx: Tx, ctx: Ctx, row: CampaignRow): Promise<void> {
  const status = nextState(campaignTransitions, 'close', row.status);
  const numbers = await countEntries(tx, row);
  await updateCampaignRow(tx, row, { status, closedAt: row.deadline, numbers }, ctx.clock.now());
  await audit(tx, ctx, {
    action: 'campaign.close',
    subjectType: 'campaign',
    subjectId: row.id,
    marketId: row.marketId,
    fromStatus: row.status,
    toStatus: status,
    details: { total: numbers.total },
  });
}
