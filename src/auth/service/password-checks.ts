import type { Ctx } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { type Db, type Tx, transaction } from '../../core/transaction.ts';
import { verifyPassword } from '../passwords.ts';
import { secondsUntilSignIn, signInWindowMs } from '../rules.ts';
import {
  deleteSignInFailures,
  findUserByEmail,
  insertSignInFailure,
  listSignInFailures,
  lockEmail,
  lockUser,
  type UserRow,
} from '../store.ts';

/**
 * Does `work` in a transaction when the password is right; null when it is not, and the failure is kept.
 * The verdict is given under a lock per address, so tries sent at once tell no more than tries sent one by one; and
 * against the account as it is then, so a password that was reset meanwhile opens nothing.
 * @throws AppError LIMIT_EXCEEDED after too many wrong passwords, whether the address has an account or not
 */
export async function withPassword<T>(
  ctx: Ctx,
  email: string,
  password: string,
  work: (tx: Tx, user: UserRow) => Promise<T>,
): Promise<T | null> {
  const early = await secondsToWait(ctx, ctx.db, email);
  if (early !== null) throw tooManyTries(early);
  const seen = await findUserByEmail(ctx.db, email);
  // Outside the transaction: hashing takes longer than anything else here and would hold a connection.
  const right = await verifyPassword(seen?.passwordHash ?? null, password);
  const outcome = await transaction(ctx, async (tx) => {
    await lockEmail(tx, email);
    const waitSeconds = await secondsToWait(ctx, tx, email);
    if (waitSeconds !== null) return { waitSeconds, value: null };
    const user = right && seen ? await lockUser(tx, seen.id) : undefined;
    if (user === undefined || user.passwordHash !== seen?.passwordHash) {
      await insertSignInFailure(tx, { id: newId(), email, at: ctx.clock.now() });
      return { waitSeconds: null, value: null };
    }
    await deleteSignInFailures(tx, email);
    return { waitSeconds: null, value: await work(tx, user) };
  });
  // After the commit, so that the failure stays.
  if (outcome.waitSeconds !== null) throw tooManyTries(outcome.waitSeconds);
  return outcome.value;
}

async function secondsToWait(ctx: Ctx, db: Db, email: string): Promise<number | null> {
  const now = ctx.clock.now();
  return secondsUntilSignIn(await listSignInFailures(db, email, new Date(now.getTime() - signInWindowMs)), now);
}

function tooManyTries(retryAfterSeconds: number): AppError {
  return new AppError(
    'LIMIT_EXCEEDED',
    { zh: '密码错误次数过多，请稍后重试。', en: 'Too many wrong passwords for this address; try again later.' },
    { retryAfterSeconds },
  );
}
