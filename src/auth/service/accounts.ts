import type { MemberRole, UserActor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import type { Locale } from '../../core/text.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { territoryOf } from '../../organizations/service.ts';
import { actorOf, type Identity, normalEmail } from '../rules.ts';
import {
  findIdentityOfUser,
  findUserByEmail,
  getUserRow,
  insertMember,
  insertUser,
  type MemberRow,
  type UserRow,
} from '../store.ts';

interface NewAccount {
  organizationId: string;
  name: string;
  email: string;
  passwordHash: string;
  role: MemberRole;
  locale: Locale;
}

/**
 * Adds a person with their place in an organization and asks them, by mail, to confirm their address.
 * @throws AppError CONFLICT when the address has an account
 */
export async function addAccount(tx: Tx, ctx: Ctx, account: NewAccount): Promise<{ user: UserRow; member: MemberRow }> {
  const now = ctx.clock.now();
  const email = normalEmail(account.email);
  if (await findUserByEmail(tx, email)) {
    throw conflict({ zh: '该邮箱已注册。', en: 'This e-mail address has an account already.' });
  }
  const { organizationId, role } = account;
  const user = found(
    await insertUser(tx, {
      id: newId(),
      email,
      name: account.name.trim(),
      passwordHash: account.passwordHash,
      locale: account.locale,
      createdAt: now,
      updatedAt: now,
    }),
  );
  const member = found(await insertMember(tx, { id: newId(), organizationId, userId: user.id, role, createdAt: now }));
  await emit(tx, ctx, { type: 'user.email_verification_requested', subjectType: 'user', subjectId: user.id });
  return { user, member };
}

/** The actor that a person is now, for work that goes on after their request; null once the account is erased. */
export async function loadActor(db: Db, userId: string): Promise<UserActor | null> {
  const identity = await findIdentityOfUser(db, userId);
  return identity === undefined || (await getUserRow(db, userId))?.erasedAt ? null : await toActor(db, identity, null);
}

/** The actor that a person is. Only people of a market have a territory, which costs a second query. */
export async function toActor(db: Db, identity: Identity, scopes: readonly string[] | null): Promise<UserActor> {
  const { organizationId, organizationKind } = identity;
  const marketIds =
    organizationKind === 'market' && organizationId !== null ? await territoryOf(db, organizationId) : [];
  return actorOf(identity, marketIds, scopes);
}
