import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { transaction } from '../../core/transaction.ts';
import { addOrganization } from '../../organizations/service.ts';
import { toOwnOrganizationView } from '../../organizations/views.ts';
import type { Register } from '../inputs.ts';
import { hashPassword } from '../passwords.ts';
import type { RegistrationView } from '../views.ts';
import { addAccount } from './accounts.ts';

/**
 * An enterprise or a university registers itself: the organization is pending, whoever registers is its admin.
 * @throws AppError CONFLICT when the address or the credit code has an account
 */
export async function register(ctx: Ctx, input: Register): Promise<RegistrationView> {
  const passwordHash = await hashPassword(input.user.password);
  return await transaction(ctx, async (tx) => {
    const organization = await addOrganization(tx, ctx, input.organization);
    const { user } = await addAccount(tx, ctx, {
      organizationId: organization.id,
      name: input.user.name,
      email: input.user.email,
      passwordHash,
      role: 'admin',
      locale: input.user.locale ?? 'zh-CN',
    });
    await audit(tx, ctx, {
      action: 'user.register',
      subjectType: 'user',
      subjectId: user.id,
      marketId: organization.homeMarketId,
      details: { organizationId: organization.id, role: 'admin' },
    });
    return {
      organization: toOwnOrganizationView(organization),
      user: { id: user.id, email: user.email, name: user.name, role: 'admin' as const },
    };
  });
}
