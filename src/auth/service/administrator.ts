import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { transaction } from '../../core/transaction.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import { normalEmail, sessionRetentionMs, signInWindowMs } from '../rules.ts';
import {
  deleteSignInFailures,
  deleteStaleCredentials,
  findUserByEmail,
  insertUser,
  lockEmail,
  revokeApiKeysOf,
  revokeSessionsOf,
  updateUserRow,
} from '../store.ts';

/**
 * At every start: the account named in the configuration exists, is the administrator's, and has that password.
 * Writes nothing when this is so already; safe to run from many processes at once.
 */
export async function ensureAdministrator(ctx: Ctx, input: { email: string; password: string }): Promise<void> {
  const email = normalEmail(input.email);
  const seen = await findUserByEmail(ctx.db, email);
  if (seen?.administrator && (await verifyPassword(seen.passwordHash, input.password))) return;
  const passwordHash = await hashPassword(input.password);
  await transaction(ctx, async (tx) => {
    await lockEmail(tx, email);
    const user = await findUserByEmail(tx, email);
    // Another process was here first.
    if (user?.passwordHash !== seen?.passwordHash) return null;
    const now = ctx.clock.now();
    const account = { passwordHash, administrator: true, emailVerifiedAt: user?.emailVerifiedAt ?? now };
    const row = user
      ? await updateUserRow(tx, user, account, now)
      : await insertUser(tx, { id: newId(), email, name: 'Administrator', ...account, createdAt: now, updatedAt: now });
    const { id } = found(row);
    // The old password, or whoever had registered the address, is out.
    await revokeSessionsOf(tx, id, now);
    await revokeApiKeysOf(tx, id, now);
    await deleteSignInFailures(tx, email);
    await audit(tx, ctx, { action: 'user.ensure_administrator', subjectType: 'user', subjectId: id });
    return null;
  });
}

/** Housekeeping: removes failed sign-ins, mail secrets and sessions that no longer decide anything. */
export async function removeStaleCredentials(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now().getTime();
  return await transaction(ctx, async (tx) =>
    deleteStaleCredentials(tx, {
      failures: new Date(now - signInWindowMs),
      mailTokens: new Date(now - signInWindowMs),
      sessions: new Date(now - sessionRetentionMs),
    }),
  );
}
