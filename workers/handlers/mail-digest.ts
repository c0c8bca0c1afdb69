import type { Ctx } from '../../src/core/ctx.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { digestMail } from '../../src/notifications/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** Mails one digest, under the digest's id. */
export async function mailDigest(ctx: Ctx, { message }: { message: StoredMessage }, deps: WorkerDeps): Promise<void> {
  const mail = await digestMail(ctx, message.subjectId, deps.config.publicUrl);
  if (mail !== null) await deps.mailer.send(mail);
}
