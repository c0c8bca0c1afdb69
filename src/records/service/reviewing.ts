import { requireBrokerFor } from '../../auth/service.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import type { AssignBody } from '../inputs.ts';
import { mayAssign, mayBroker } from '../policy.ts';
import { requireInReview } from '../rules.ts';
import { type ReviewAssignmentView, toReviewAssignmentView } from '../views.ts';
import type { RecordKind, RecordRow } from './kind.ts';

/** Who of a market has the review of a record in hand, for one kind of record. */
export function recordReviewing<Row extends RecordRow, Confidential, Input, PublicView, View>({
  name,
  store,
}: RecordKind<Row, Confidential, Input, PublicView, View>) {
  async function record(tx: Tx, ctx: Ctx, step: string, row: { id: string; homeMarketId: string }, details: object) {
    await audit(tx, ctx, {
      action: `${name}.${step}`,
      subjectType: name,
      subjectId: row.id,
      marketId: row.homeMarketId,
      details: { ...details },
    });
  }

  /** @throws AppError INVALID_STATE unless it waits for review, INVALID_INPUT for a person who does not broker for its market */
  async function assign(ctx: Ctx, id: string, { userId }: AssignBody): Promise<ReviewAssignmentView> {
    return await transaction(ctx, async (tx) => {
      const row = found(await store.lock(tx, id));
      mayBroker(ctx.actor, row, ctx.clock.now());
      mayAssign(ctx.actor, { from: row.assignedToUserId, to: userId });
      requireInReview(row);
      if (userId !== null) await requireBrokerFor(tx, userId, row.homeMarketId);
      await store.assign(tx, id, userId);
      await record(tx, ctx, 'assign', row, { from: row.assignedToUserId, to: userId });
      return toReviewAssignmentView({ id, assignedToUserId: userId });
    });
  }

  /** In the job of `member.removed`. */
  async function release(tx: Tx, ctx: Ctx, userId: string): Promise<void> {
    for (const row of await store.release(tx, userId)) await record(tx, ctx, 'release', row, { from: userId });
  }

  return { assign, release };
}
