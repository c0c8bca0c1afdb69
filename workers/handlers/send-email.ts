import { mailFor } from '../../src/auth/service.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import type { Owed } from '../handler.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/**
 * Sends the mail that a message asks for. The delivery is done only after the mail is out: a crash in between sends it
 * again under the same message id, so what is written before must not claim it.
 */
export async function sendEmail(ctx: Ctx, { message }: Owed, deps: WorkerDeps): Promise<void> {
  const { type, subjectId } = message;
  if (type !== 'user.email_verification_requested' && type !== 'user.password_reset_requested') return;
  const { deliveryId, ...beforeClaim } = ctx;
  const mail = await mailFor(beforeClaim, { type, subjectId }, deps.config.publicUrl);
  if (mail !== null) await deps.mailer.send({ ...mail, messageId: deliveryId ?? message.id });
}
