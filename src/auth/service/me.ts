import { actorKey, type UserActor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { type Db, readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import type { EraseMe, UpdateMe } from '../inputs.ts';
import { signedIn } from '../policy.ts';
import { pseudonymOf } from '../rules.ts';
import { deleteSettingsOf, listActsOf, listSettingsOf } from '../store/personal-data.ts';
import {
  deleteSignInFailures,
  endMembership,
  getUserRow,
  listApiKeysOf,
  listMembershipsOf,
  listSessionsOf,
  lockMembers,
  lockUser,
  revokeApiKeysOf,
  revokeSessionsOf,
  type UserRow,
  updateUserRow,
  useMailTokensOf,
} from '../store.ts';
import { type MeView, type PersonalDataView, toPersonalDataView, toUserView } from '../views.ts';
import { withPassword } from './password-checks.ts';
import { ownOrganization } from './sessions.ts';

export async function getMe(ctx: Ctx): Promise<MeView> {
  const actor = signedIn(ctx.actor);
  return await toMeView(ctx, ctx.db, actor, found(await getUserRow(ctx.db, actor.userId)));
}

export async function updateMe(ctx: Ctx, input: UpdateMe, expectedVersion: number | null): Promise<MeView> {
  const actor = signedIn(ctx.actor);
  return await transaction(ctx, async (tx) => {
    const user = found(await lockUser(tx, actor.userId));
    checkVersion(user.version, expectedVersion);
    const changes = {
      ...(input.name === undefined ? {} : { name: input.name.trim() }),
      ...(input.locale === undefined ? {} : { locale: input.locale }),
    };
    const updated = found(await updateUserRow(tx, user, changes, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'user.update',
      subjectType: 'user',
      subjectId: user.id,
      details: { fields: Object.keys(changes) },
    });
    return await toMeView(ctx, tx, actor, updated);
  });
}

async function toMeView(ctx: Ctx, db: Db, actor: UserActor, user: UserRow): Promise<MeView> {
  return {
    id: user.id,
    version: user.version,
    user: toUserView(user, actor.role),
    organization: await ownOrganization(ctx, db, actor.organizationId),
    territory: [...actor.marketIds],
    scopes: actor.scopes === null ? null : [...actor.scopes],
  };
}

/** All that the platform keeps of this person besides the records they work on, which are their organization's. */
export async function exportPersonalData(ctx: Ctx): Promise<PersonalDataView> {
  const actor = signedIn(ctx.actor);
  const { userId } = actor;
  const rows = {
    user: found(await getUserRow(ctx.db, userId)),
    memberships: await listMembershipsOf(ctx.db, userId),
    sessions: await listSessionsOf(ctx.db, userId),
    apiKeys: await listApiKeysOf(ctx.db, userId, 'all'),
    acts: await listActsOf(ctx.db, actorKey(actor)),
    ...(await readTransaction(ctx, (tx) => listSettingsOf(tx, userId))),
  };
  return toPersonalDataView(rows, actor.role, ctx.clock.now());
}

/**
 * Erases what identifies the person; records and the audit trail keep a pseudonym.
 * @throws AppError INVALID_INPUT for a wrong password, CONFLICT for the administrator and for the last admin of a
 * verified organization that has other members
 */
export async function eraseMe(ctx: Ctx, input: EraseMe): Promise<void> {
  const { userId } = signedIn(ctx.actor);
  const { email } = found(await getUserRow(ctx.db, userId));
  const erased = await withPassword(ctx, email, input.password, async (tx, user) => {
    if (user.administrator) {
      throw conflict({ zh: '平台管理员账号不能注销。', en: 'The account of the administrator cannot be erased.' });
    }
    const now = ctx.clock.now();
    await leaveOrganizations(tx, userId, now);
    await emit(tx, ctx, { type: 'member.removed', subjectType: 'user', subjectId: userId });
    await revokeSessionsOf(tx, userId, now);
    await revokeApiKeysOf(tx, userId, now);
    await useMailTokensOf(tx, userId, ['verify_email', 'reset_password'], now);
    await deleteSignInFailures(tx, email);
    await deleteSettingsOf(tx, userId);
    const changes = { ...pseudonymOf(userId), passwordHash: null, emailVerifiedAt: null, erasedAt: now };
    await updateUserRow(tx, user, changes, now);
    await audit(tx, ctx, { action: 'user.erase', subjectType: 'user', subjectId: userId });
    return true;
  });
  if (erased !== null) return;
  throw invalidInput({ pointer: '/password', code: 'password', message: { zh: '密码不正确', en: 'is wrong' } });
}

async function leaveOrganizations(tx: Tx, userId: string, now: Date): Promise<void> {
  for (const { member } of await listMembershipsOf(tx, userId)) {
    if (member.removedAt !== null) continue;
    const staff = await lockMembers(tx, member.organizationId);
    const organization = found(await getOrganizationRow(tx, member.organizationId));
    const admins = staff.filter((one) => one.role === 'admin');
    const last = admins.length === 1 && admins[0]?.userId === userId;
    if (last && staff.length > 1 && organization.status === 'verified') {
      throw conflict({
        zh: '您是本机构最后一名管理员，请先添加另一名管理员。',
        en: 'You are the last admin of your organization; add another one first.',
      });
    }
    await endMembership(tx, member.id, now);
  }
}
