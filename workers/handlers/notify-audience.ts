import type { Ctx } from '../../src/core/ctx.ts';
import { notify, notifyTogether } from '../../src/notifications/service.ts';
import type { Owed } from '../handler.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** A fact becomes a notice in the inbox of everybody whom it concerns. */
export async function notifyAudience(ctx: Ctx, { message }: Owed, deps: WorkerDeps): Promise<void> {
  await notify(ctx, message, deps.config);
}

/** @returns the deliveries that were fulfilled */
export async function notifyAudiences(ctx: Ctx, deliveryIds: readonly string[], deps: WorkerDeps): Promise<string[]> {
  return await notifyTogether(ctx, deliveryIds, deps.config);
}
