import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { transaction } from '../../core/transaction.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import type { AddMember, ListMembers } from '../inputs.ts';
import { hashPassword } from '../passwords.ts';
import { marketOf, mayListMembers, mayManageMembers } from '../policy.ts';
import { requireRoleOf } from '../rules.ts';
import { endMembership, listMemberRows, lockMembers, lockUser, revokeApiKeysOf, revokeSessionsOf } from '../store.ts';
import { type MemberView, toMemberView } from '../views.ts';
import { addAccount } from './accounts.ts';

/**
 * Adds a person to an organization, with a first password that they may reset.
 * @throws AppError INVALID_INPUT for a role that this kind of organization does not have, CONFLICT for an address with an account
 */
export async function addMember(ctx: Ctx, organizationId: string, input: AddMember): Promise<MemberView> {
  // Judged before hashing, which is what a stranger could make us do for nothing.
  mayManageMembers(ctx.actor, found(await getOrganizationRow(ctx.db, organizationId)));
  const passwordHash = await hashPassword(input.password);
  return await transaction(ctx, async (tx) => {
    const organization = found(await getOrganizationRow(tx, organizationId));
    mayManageMembers(ctx.actor, organization);
    requireRoleOf(organization.kind, input.role);
    const { user, member } = await addAccount(tx, ctx, {
      organizationId,
      name: input.name,
      email: input.email,
      passwordHash,
      role: input.role,
      locale: input.locale ?? 'zh-CN',
    });
    await audit(tx, ctx, {
      action: 'member.add',
      subjectType: 'user',
      subjectId: user.id,
      marketId: marketOf(organization),
      details: { organizationId, role: member.role },
    });
    return toMemberView(user, member);
  });
}

export async function listMembers(ctx: Ctx, organizationId: string, query: ListMembers): Promise<Page<MemberView>> {
  mayListMembers(ctx.actor, found(await getOrganizationRow(ctx.db, organizationId)));
  const { limit = 20 } = query;
  const rows = await listMemberRows(ctx.db, organizationId, decodeCursor(query.cursor), limit);
  return toPage(
    rows,
    limit,
    ({ member }) => ({ at: member.createdAt.toISOString(), id: member.id }),
    ({ member, user }) => toMemberView(user, member),
  );
}

/**
 * Ends a person's work for the organization, at once: their sessions and API keys with it. The account stays theirs.
 * @throws AppError CONFLICT for the last admin, without whom nobody could add another
 */
export async function removeMember(ctx: Ctx, organizationId: string, userId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const organization = found(await getOrganizationRow(tx, organizationId));
    mayManageMembers(ctx.actor, organization);
    // The person before the staff, as erasure locks them. A key that is being made now is there to be revoked after.
    await lockUser(tx, userId);
    const staff = await lockMembers(tx, organizationId);
    const member = found(staff.find((one) => one.userId === userId));
    if (member.role === 'admin' && staff.filter((one) => one.role === 'admin').length === 1) {
      throw conflict({
        zh: '不能移除最后一名管理员，请先添加另一名管理员。',
        en: 'The last admin cannot be removed; add another one first.',
      });
    }
    const now = ctx.clock.now();
    await endMembership(tx, member.id, now);
    await revokeSessionsOf(tx, userId, now);
    await revokeApiKeysOf(tx, userId, now);
    await emit(tx, ctx, { type: 'member.removed', subjectType: 'user', subjectId: userId });
    await audit(tx, ctx, {
      action: 'member.remove',
      subjectType: 'user',
      subjectId: userId,
      marketId: marketOf(organization),
      details: { organizationId, role: member.role },
    });
    return null;
  });
}
