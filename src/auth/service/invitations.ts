import { randomBytes } from 'node:crypto';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import type { Tx } from '../../core/transaction.ts';
import type { OrganizationRow } from '../../organizations/service.ts';
import { hashPassword } from '../passwords.ts';
import { addAccount } from './accounts.ts';

/** The hash of a password that nobody has, for accounts whose people have not set one yet. One will do for many. */
export async function unknownPassword(): Promise<string> {
  return await hashPassword(randomBytes(32).toString('base64url'));
}

/**
 * In the caller's transaction: makes the first admin of an organization that others have added, and sends the mail with
 * which they set their password.
 * @param passwordHash of `unknownPassword`
 * @throws AppError CONFLICT when the address has an account
 */
export async function inviteAdmin(
  tx: Tx,
  ctx: Ctx,
  organization: OrganizationRow,
  person: { name: string; email: string; passwordHash: string },
): Promise<void> {
  const { user } = await addAccount(tx, ctx, {
    ...person,
    organizationId: organization.id,
    role: 'admin',
    locale: 'zh-CN',
  });
  await audit(tx, ctx, {
    action: 'user.invite',
    subjectType: 'user',
    subjectId: user.id,
    marketId: organization.homeMarketId,
    details: { organizationId: organization.id, role: 'admin' },
  });
  await emit(tx, ctx, { type: 'user.password_reset_requested', subjectType: 'user', subjectId: user.id });
}
