import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { type Db, transaction } from '../../core/transaction.ts';
import { getOrganizationRow, listTiersInForce } from '../../organizations/service.ts';
import { type OrganizationView, toOwnOrganizationView } from '../../organizations/views.ts';
import type { SignIn } from '../inputs.ts';
import { signedIn } from '../policy.ts';
import { normalEmail, sessionLifetimeMs } from '../rules.ts';
import { findIdentityOfUser, insertSession, revokeSession } from '../store.ts';
import { bearerIn, newToken } from '../tokens.ts';
import { type SessionView, toUserView } from '../views.ts';
import { toActor } from './accounts.ts';
import { withPassword } from './password-checks.ts';

/**
 * @throws AppError UNAUTHENTICATED for an unknown address and a wrong password alike, LIMIT_EXCEEDED after ten of them
 */
export async function signIn(ctx: Ctx, input: SignIn): Promise<SessionView> {
  const { token, hash } = newToken('session');
  const session = await withPassword(ctx, normalEmail(input.email), input.password, async (tx, user) => {
    const now = ctx.clock.now();
    const expiresAt = new Date(now.getTime() + sessionLifetimeMs);
    const sessionId = newId();
    await insertSession(tx, { id: sessionId, tokenHash: hash, userId: user.id, expiresAt, createdAt: now });
    const actor = await toActor(tx, found(await findIdentityOfUser(tx, user.id)), null);
    await audit(tx, { ...ctx, actor }, { action: 'session.open', subjectType: 'session', subjectId: sessionId });
    return {
      token,
      expiresAt: expiresAt.toISOString(),
      user: toUserView(user, actor.role),
      organization: await ownOrganization(ctx, tx, actor.organizationId),
    };
  });
  if (session !== null) return session;
  throw new AppError('UNAUTHENTICATED', {
    zh: '邮箱或密码不正确。',
    en: 'The e-mail address or the password is wrong.',
  });
}

/** Ends the session whose bearer token this Authorization header carries. */
export async function signOut(ctx: Ctx, authorization: string): Promise<void> {
  signedIn(ctx.actor);
  const bearer = found(bearerIn(authorization));
  await transaction(ctx, async (tx) => {
    const session = found(await revokeSession(tx, bearer.hash, ctx.clock.now()));
    await audit(tx, ctx, { action: 'session.close', subjectType: 'session', subjectId: session.id });
    return null;
  });
}

/** What a person sees of the organization they work for. */
export async function ownOrganization(
  ctx: Ctx,
  db: Db,
  organizationId: string | null,
): Promise<OrganizationView | null> {
  if (organizationId === null) return null;
  const row = found(await getOrganizationRow(db, organizationId));
  return toOwnOrganizationView(row, await listTiersInForce(db, [organizationId], chinaDate(ctx.clock.now())));
}
