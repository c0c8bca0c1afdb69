import type { Ctx } from '../../src/core/ctx.ts';
import { notify } from '../../src/notifications/service.ts';
import type { Owed } from '../registry.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** A fact becomes a notice in the inbox of everybody whom it concerns. */
export async function notifyAudience(ctx: Ctx, { message }: Owed, deps: WorkerDeps): Promise<void> {
  await notify(ctx, message, { suggestionsPerDay: deps.config.suggestionsPerDay });
}
