import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { apiKeys, mailTokens, members, organizations, sessions, signInFailures, users } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { prepared } from '../core/prepared.ts';
import type { Locale } from '../core/text.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { MailPurpose } from './rules.ts';

/** Where a person's mail goes, and in which language. */
export interface Mailbox {
  userId: string;
  email: string;
  locale: Locale;
}

export type UserRow = typeof users.$inferSelect;
export type MemberRow = typeof members.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type MailTokenRow = typeof mailTokens.$inferSelect;

const current = isNull(members.removedAt);

// Who is calling: one query per request.

const identityColumns = {
  userId: users.id,
  administrator: users.administrator,
  emailVerifiedAt: users.emailVerifiedAt,
  locale: users.locale,
  role: members.role,
  organizationId: organizations.id,
  organizationKind: organizations.kind,
  organizationStatus: organizations.status,
};

const identityOfSession = prepared((db) =>
  db
    .select(identityColumns)
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), isNull(users.erasedAt)))
    .leftJoin(members, and(eq(members.userId, users.id), current))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .where(
      and(
        eq(sessions.tokenHash, sql.placeholder('tokenHash')),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql.placeholder('now')),
      ),
    )
    .prepare('identity_of_session'),
);

export async function findIdentityOfSession(db: Db, tokenHash: string, now: Date) {
  const [row] = await identityOfSession(db, { tokenHash, now: now.toISOString() });
  return row;
}

const identityOfApiKey = prepared((db) =>
  db
    .select({ ...identityColumns, scopes: apiKeys.scopes })
    .from(apiKeys)
    .innerJoin(users, and(eq(users.id, apiKeys.userId), isNull(users.erasedAt)))
    .leftJoin(members, and(eq(members.userId, users.id), current))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .where(
      and(
        eq(apiKeys.keyHash, sql.placeholder('keyHash')),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql.placeholder('now'))),
      ),
    )
    .prepare('identity_of_api_key'),
);

export async function findIdentityOfApiKey(db: Db, keyHash: string, now: Date) {
  const [row] = await identityOfApiKey(db, { keyHash, now: now.toISOString() });
  return row;
}

/** The same for a person whose password was right. */
export async function findIdentityOfUser(db: Db, userId: string) {
  const [row] = await db
    .select(identityColumns)
    .from(users)
    .leftJoin(members, and(eq(members.userId, users.id), current))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .where(eq(users.id, userId));
  return row;
}

// Users

export async function getUserRow(db: Db, id: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, id));
  return row;
}

export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.email, email));
  return row;
}

/** Of these addresses, those with an account. */
export async function listTakenEmails(db: Db, emails: readonly string[]): Promise<Set<string>> {
  if (emails.length === 0) return new Set();
  const rows = await db
    .select({ email: users.email })
    .from(users)
    .where(inArray(users.email, [...emails]));
  return new Set(rows.map(({ email }) => email));
}

/** Locks the person's row: what is done to one account happens one after the other. Undefined once erased. */
export async function lockUser(tx: Tx, id: string): Promise<UserRow | undefined> {
  const [row] = await tx
    .select()
    .from(users)
    .where(and(eq(users.id, id), isNull(users.erasedAt)))
    .for('update');
  return row;
}

export async function insertUser(tx: Tx, row: typeof users.$inferInsert): Promise<UserRow | undefined> {
  const [inserted] = await tx.insert(users).values(row).returning();
  return inserted;
}

export async function updateUserRow(
  tx: Tx,
  row: UserRow,
  changes: Partial<typeof users.$inferInsert>,
  now: Date,
): Promise<UserRow | undefined> {
  const [updated] = await tx
    .update(users)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(users.id, row.id))
    .returning();
  return updated;
}

/** Of these people, whom mail reaches: the address is verified, and the account not erased. */
export async function listMailboxes(db: Db, userIds: readonly string[]): Promise<Mailbox[]> {
  if (userIds.length === 0) return [];
  return await db
    .select({ userId: users.id, email: users.email, locale: users.locale })
    .from(users)
    .where(and(inArray(users.id, [...userIds]), isNotNull(users.emailVerifiedAt), isNull(users.erasedAt)));
}

// Members

export async function insertMember(tx: Tx, row: typeof members.$inferInsert): Promise<MemberRow | undefined> {
  const [inserted] = await tx.insert(members).values(row).returning();
  return inserted;
}

export async function listMemberRows(db: Db, organizationId: string, after: PageKey | null, limit: number) {
  return await db
    .select({ member: members, user: users })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.organizationId, organizationId), current, after ? gt(members.id, after.id) : undefined))
    .orderBy(asc(members.id))
    .limit(limit + 1);
}

/** Who works for these organizations today, for readers that address them. */
export async function listActiveMembers(
  db: Db,
  organizationIds: readonly string[],
): Promise<{ userId: string; organizationId: string; role: MemberRow['role'] }[]> {
  if (organizationIds.length === 0) return [];
  return await db
    .select({ userId: members.userId, organizationId: members.organizationId, role: members.role })
    .from(members)
    .where(and(inArray(members.organizationId, [...organizationIds]), current))
    .orderBy(asc(members.id));
}

/** The names of people, also of those who have left; a pseudonym once they have erased their data. */
export async function listPersonNames(db: Db, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(inArray(users.id, [...new Set(userIds)]));
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function listMembershipsOf(db: Db, userId: string) {
  return await db
    .select({ member: members, organizationName: organizations.name })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .where(eq(members.userId, userId))
    .orderBy(asc(members.id));
}

/** Locks the whole staff in one order, so that two admins who remove each other do not both succeed. */
export async function lockMembers(tx: Tx, organizationId: string): Promise<MemberRow[]> {
  return await tx
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), current))
    .orderBy(asc(members.id))
    .for('update');
}

export async function endMembership(tx: Tx, memberId: string, now: Date): Promise<void> {
  await tx.update(members).set({ removedAt: now }).where(eq(members.id, memberId));
}

// Sessions and API keys

export async function insertSession(tx: Tx, row: typeof sessions.$inferInsert): Promise<void> {
  await tx.insert(sessions).values(row);
}

export async function revokeSession(tx: Tx, tokenHash: string, now: Date): Promise<SessionRow | undefined> {
  const [row] = await tx
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.tokenHash, tokenHash), isNull(sessions.revokedAt)))
    .returning();
  return row;
}

export async function revokeSessionsOf(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt)));
}

export async function listSessionsOf(db: Db, userId: string): Promise<SessionRow[]> {
  return await db.select().from(sessions).where(eq(sessions.userId, userId)).orderBy(asc(sessions.id));
}

export async function insertApiKey(tx: Tx, row: typeof apiKeys.$inferInsert): Promise<ApiKeyRow | undefined> {
  const [inserted] = await tx.insert(apiKeys).values(row).returning();
  return inserted;
}

export async function listApiKeysOf(db: Db, userId: string, which: 'standing' | 'all'): Promise<ApiKeyRow[]> {
  return await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), which === 'standing' ? isNull(apiKeys.revokedAt) : undefined))
    .orderBy(asc(apiKeys.id));
}

export async function revokeApiKeyRow(tx: Tx, userId: string, id: string, now: Date): Promise<ApiKeyRow | undefined> {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .returning();
  return row;
}

export async function revokeApiKeysOf(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)));
}

// Secrets that travel by mail

export async function insertMailToken(tx: Tx, row: typeof mailTokens.$inferInsert): Promise<void> {
  await tx.insert(mailTokens).values(row);
}

export async function findMailToken(
  db: Db,
  purpose: MailPurpose,
  tokenHash: string,
  now: Date,
): Promise<MailTokenRow | undefined> {
  const [row] = await db
    .select()
    .from(mailTokens)
    .where(
      and(
        eq(mailTokens.tokenHash, tokenHash),
        eq(mailTokens.purpose, purpose),
        isNull(mailTokens.usedAt),
        gt(mailTokens.expiresAt, now),
      ),
    );
  return row;
}

export async function countMailTokens(db: Db, userId: string, purpose: MailPurpose, since: Date): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(mailTokens)
    .where(and(eq(mailTokens.userId, userId), eq(mailTokens.purpose, purpose), gt(mailTokens.createdAt, since)));
  return row?.n ?? 0;
}

/** One use ends them all: an older mail of the same purpose opens nothing any more. */
export async function useMailTokensOf(
  tx: Tx,
  userId: string,
  purposes: readonly MailPurpose[],
  now: Date,
): Promise<void> {
  await tx
    .update(mailTokens)
    .set({ usedAt: now })
    .where(and(eq(mailTokens.userId, userId), inArray(mailTokens.purpose, [...purposes]), isNull(mailTokens.usedAt)));
}

// Failed sign-ins

/** Tries on one address, known or not, are judged one after the other until the transaction ends. */
export async function lockEmail(tx: Tx, email: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${email}, 0))`);
}

/** Newest first; no more than decide. */
export async function listSignInFailures(db: Db, email: string, since: Date): Promise<Date[]> {
  const rows = await db
    .select({ at: signInFailures.at })
    .from(signInFailures)
    .where(and(eq(signInFailures.email, email), gt(signInFailures.at, since)))
    .orderBy(desc(signInFailures.at))
    .limit(100);
  return rows.map((row) => row.at);
}

export async function insertSignInFailure(tx: Tx, row: typeof signInFailures.$inferInsert): Promise<void> {
  await tx.insert(signInFailures).values(row);
}

export async function deleteSignInFailures(tx: Tx, email: string): Promise<void> {
  await tx.delete(signInFailures).where(eq(signInFailures.email, email));
}

// Housekeeping

export async function deleteStaleCredentials(
  tx: Tx,
  before: { failures: Date; mailTokens: Date; sessions: Date },
): Promise<number> {
  const failures = await tx.delete(signInFailures).where(lt(signInFailures.at, before.failures));
  const tokens = await tx.delete(mailTokens).where(lt(mailTokens.expiresAt, before.mailTokens));
  const ended = await tx.delete(sessions).where(lt(sessions.expiresAt, before.sessions));
  return (failures.rowCount ?? 0) + (tokens.rowCount ?? 0) + (ended.rowCount ?? 0);
}
