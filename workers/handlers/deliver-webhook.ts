import type { Ctx } from '../../src/core/ctx.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { deliverWebhook, type Outgoing } from '../../src/webhooks/service.ts';

/** One endpoint is told of a message; a delivery without an endpoint is owed to nobody. */
export function deliverToWebhook(outgoing: Outgoing) {
  return async (ctx: Ctx, owed: { message: StoredMessage; targetId: string | null }): Promise<void> => {
    if (owed.targetId !== null) await deliverWebhook(ctx, owed.message, owed.targetId, outgoing);
  };
}
