import { requireBrokerFor } from '../../auth/service.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import { mayAssign } from '../../records/service.ts';
import type { AssignIntroduction } from '../inputs.ts';
import { mayLead } from '../policy.ts';
import { requireLive } from '../rules.ts';
import { releaseIntroductionRows, updateIntroductionRow } from '../store.ts';
import type { IntroductionView } from '../views.ts';
import { lockIntroductionOf } from './introduce.ts';
import { viewIntroduction } from './introductions.ts';

/**
 * Says which broker has a live introduction in hand, or that nobody has.
 * @throws AppError INVALID_INPUT for a person who does not broker for the demand's market
 */
export async function assignIntroduction(
  ctx: Ctx,
  id: string,
  { userId }: AssignIntroduction,
  expectedVersion: number | null,
): Promise<IntroductionView> {
  return await transaction(ctx, async (tx) => {
    const { row, pair } = await lockIntroductionOf(tx, ctx.actor, id);
    mayLead(ctx.actor, pair);
    mayAssign(ctx.actor, { from: row.assignedToUserId, to: userId });
    checkVersion(row.version, expectedVersion);
    requireLive(row.status);
    if (userId !== null) await requireBrokerFor(tx, userId, pair.demand.homeMarketId);
    const updated = await updateIntroductionRow(tx, row, { assignedToUserId: userId }, ctx.clock.now());
    await audit(tx, ctx, {
      action: 'introduction.assign',
      subjectType: 'introduction',
      subjectId: id,
      marketId: pair.demand.homeMarketId,
      fromStatus: row.status,
      toStatus: row.status,
      details: { from: row.assignedToUserId, to: userId },
    });
    await emit(tx, ctx, { type: 'introduction.assigned', subjectType: 'introduction', subjectId: id });
    return await viewIntroduction(tx, ctx, updated);
  });
}

/** In the job of `member.removed`: what the person had in hand waits for anybody again. */
export async function releaseIntroductionsOf(tx: Tx, ctx: Ctx, userId: string): Promise<void> {
  for (const row of await releaseIntroductionRows(tx, userId, ctx.clock.now())) {
    await audit(tx, ctx, {
      action: 'introduction.release',
      subjectType: 'introduction',
      subjectId: row.id,
      marketId: row.marketId,
      fromStatus: row.status,
      toStatus: row.status,
      details: { from: userId },
    });
    await emit(tx, ctx, { type: 'introduction.assigned', subjectType: 'introduction', subjectId: row.id });
  }
}
