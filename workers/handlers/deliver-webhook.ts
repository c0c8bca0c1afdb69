import type { Ctx } from '../../src/core/ctx.ts';
import { deliverWebhook, type Outgoing } from '../../src/webhooks/service.ts';
import type { Owed } from '../handler.ts';

/** One endpoint is told of a message; a delivery without an endpoint is owed to nobody. */
export function deliverToWebhook(outgoing: Outgoing) {
  return async (ctx: Ctx, owed: Owed): Promise<void> => {
    if (owed.targetId !== null) await deliverWebhook(ctx, owed.message, owed.targetId, outgoing, owed);
  };
}
