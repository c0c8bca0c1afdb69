import { setTimeout as delay } from 'node:timers/promises';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError, found, invalidInput, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Mail } from '../../core/mailer.ts';
import type { Message } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Db, transaction } from '../../core/transaction.ts';
import type { ConfirmEmail, RequestPasswordReset, ResetPassword } from '../inputs.ts';
import { hashPassword } from '../passwords.ts';
import { signedIn } from '../policy.ts';
import { type MailPurpose, mailTokenLifetimeMs, mailWindowMs, maxMailsPerHour, normalEmail } from '../rules.ts';
import {
  countMailTokens,
  deleteSignInFailures,
  findMailToken,
  findUserByEmail,
  getUserRow,
  insertMailToken,
  lockUser,
  revokeSessionsOf,
  updateUserRow,
  useMailTokensOf,
} from '../store.ts';
import { hashOf, newMailToken } from '../tokens.ts';
import type { AcceptedView, ConfirmedView } from '../views.ts';
import { describeMail } from './mail-texts.ts';

/** Longer than the transaction takes: the time of the answer must not tell whether the address has an account. */
const resetAnswerMs = 250;

/** @throws AppError INVALID_STATE when the address is verified, LIMIT_EXCEEDED after many mails within an hour */
export async function requestEmailVerification(ctx: Ctx): Promise<AcceptedView> {
  const { userId } = signedIn(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const user = found(await lockUser(tx, userId));
    if (user.emailVerifiedAt !== null) {
      throw invalidState('verified', { zh: '您的邮箱已验证。', en: 'Your e-mail address is verified already.' });
    }
    if (await hasHadEnoughMails(ctx, tx, userId, 'verify_email')) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        {
          zh: '验证邮件发送过于频繁，请稍后重试。',
          en: 'Many mails were sent to you within the hour; try again later.',
        },
        { retryAfterSeconds: mailWindowMs / 1000 },
      );
    }
    await emit(tx, ctx, { type: 'user.email_verification_requested', subjectType: 'user', subjectId: userId });
    await audit(tx, ctx, { action: 'user.request_email_verification', subjectType: 'user', subjectId: userId });
    return { status: 'accepted' as const };
  });
}

/** @throws AppError INVALID_INPUT for a token that is unknown, used or expired */
export async function confirmEmail(ctx: Ctx, input: ConfirmEmail): Promise<ConfirmedView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const hash = hashOf(input.token);
    const seen = await findMailToken(tx, 'verify_email', hash, now);
    const user = seen && (await lockUser(tx, seen.userId));
    // Again under the lock: of two requests with one token, the second finds it used.
    if (!user || !(await findMailToken(tx, 'verify_email', hash, now))) throw badToken();
    await useMailTokensOf(tx, user.id, ['verify_email'], now);
    if (user.emailVerifiedAt === null) await updateUserRow(tx, user, { emailVerifiedAt: now }, now);
    await audit(tx, ctx, { action: 'user.verify_email', subjectType: 'user', subjectId: user.id });
    return { status: 'confirmed' as const };
  });
}

/** The same answer after the same time, whether the address has an account or not. */
export async function requestPasswordReset(ctx: Ctx, input: RequestPasswordReset): Promise<AcceptedView> {
  const [answer] = await Promise.all([askForReset(ctx, normalEmail(input.email)), delay(resetAnswerMs)]);
  return answer;
}

async function askForReset(ctx: Ctx, email: string): Promise<AcceptedView> {
  return await transaction(ctx, async (tx) => {
    const user = await findUserByEmail(tx, email);
    if (user && user.erasedAt === null && !(await hasHadEnoughMails(ctx, tx, user.id, 'reset_password'))) {
      await emit(tx, ctx, { type: 'user.password_reset_requested', subjectType: 'user', subjectId: user.id });
      await audit(tx, ctx, { action: 'user.request_password_reset', subjectType: 'user', subjectId: user.id });
    }
    return { status: 'accepted' as const };
  });
}

/**
 * Sets a new password and ends every session. Whoever holds the mail's secret reads that mailbox, so the address
 * counts as verified too.
 * @throws AppError INVALID_INPUT for a token that is unknown, used or expired
 */
export async function resetPassword(ctx: Ctx, input: ResetPassword): Promise<ConfirmedView> {
  const hash = hashOf(input.token);
  if (!(await findMailToken(ctx.db, 'reset_password', hash, ctx.clock.now()))) throw badToken();
  const passwordHash = await hashPassword(input.password);
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const seen = await findMailToken(tx, 'reset_password', hash, now);
    const user = seen && (await lockUser(tx, seen.userId));
    if (!user || !(await findMailToken(tx, 'reset_password', hash, now))) throw badToken();
    await useMailTokensOf(tx, user.id, ['reset_password'], now);
    await updateUserRow(tx, user, { passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? now }, now);
    await revokeSessionsOf(tx, user.id, now);
    await deleteSignInFailures(tx, user.email);
    await audit(tx, ctx, { action: 'user.reset_password', subjectType: 'user', subjectId: user.id });
    return { status: 'confirmed' as const };
  });
}

/**
 * Makes the secret of one mail. Called when the mail is about to be sent, so that no secret waits in a queue; a
 * repeated delivery makes another, and the first use of either ends both.
 * Does not claim the job's delivery: the sender does, once the mail is out.
 */
async function issueMailToken(
  ctx: Ctx,
  input: { userId: string; purpose: MailPurpose },
): Promise<{ token: string; expiresAt: Date }> {
  const { deliveryId, ...unclaimed } = ctx;
  const { token, hash } = newMailToken();
  const now = ctx.clock.now();
  const expiresAt = new Date(now.getTime() + mailTokenLifetimeMs[input.purpose]);
  await transaction(unclaimed, async (tx) => {
    await insertMailToken(tx, {
      id: newId(),
      userId: input.userId,
      purpose: input.purpose,
      tokenHash: hash,
      expiresAt,
      createdAt: now,
    });
    return null;
  });
  return { token, expiresAt };
}

const purposes = {
  'user.email_verification_requested': 'verify_email',
  'user.password_reset_requested': 'reset_password',
} as const satisfies Partial<Record<Message['type'], MailPurpose>>;

/**
 * The mail that a message asks for, with a fresh secret, in the language of its reader.
 * Null when there is nothing to send any more: the account is erased, or its address verified.
 */
export async function mailFor(
  ctx: Ctx,
  message: { type: keyof typeof purposes; subjectId: string },
  publicUrl: string,
): Promise<Omit<Mail, 'messageId'> | null> {
  const purpose = purposes[message.type];
  const user = found(await getUserRow(ctx.db, message.subjectId));
  if (user.erasedAt !== null || (purpose === 'verify_email' && user.emailVerifiedAt !== null)) return null;
  const { token, expiresAt } = await issueMailToken(ctx, { userId: user.id, purpose });
  return describeMail({ purpose, locale: user.locale, to: user.email, token, expiresAt, publicUrl });
}

async function hasHadEnoughMails(ctx: Ctx, db: Db, userId: string, purpose: MailPurpose): Promise<boolean> {
  const since = new Date(ctx.clock.now().getTime() - mailWindowMs);
  return (await countMailTokens(db, userId, purpose, since)) >= maxMailsPerHour;
}

function badToken(): AppError {
  return invalidInput({
    pointer: '/token',
    code: 'token',
    message: { zh: '验证码无效、已使用或已过期', en: 'is unknown, used or expired' },
  });
}
