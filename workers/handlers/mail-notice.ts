import type { Ctx } from '../../src/core/ctx.ts';
import { notFound } from '../../src/core/errors.ts';
import { noticeMail } from '../../src/notifications/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** Mails one notice, under the notice's id. Nothing claims the delivery before the mail is out (see `send-email.ts`). */
export async function mailNotice(ctx: Ctx, { targetId }: { targetId: string | null }, deps: WorkerDeps): Promise<void> {
  if (targetId === null) throw notFound();
  const mail = await noticeMail(ctx, targetId, deps.config.publicUrl);
  if (mail !== null) await deps.mailer.send(mail);
}
