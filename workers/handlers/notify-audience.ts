import type { Ctx } from '../../src/core/ctx.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { notify } from '../../src/notifications/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** A fact becomes a notice in the inbox of everybody whom it concerns. */
export async function notifyAudience(ctx: Ctx, message: StoredMessage, deps: WorkerDeps): Promise<void> {
  await notify(ctx, message, { suggestionsPerDay: deps.config.suggestionsPerDay });
}
