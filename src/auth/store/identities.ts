import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { apiKeys, members, organizations, sessions, users } from '../../../db/schema/index.ts';
import { prepared } from '../../core/prepared.ts';
import type { Db } from '../../core/transaction.ts';
import { current } from './members.ts';

/** Who is calling: asked once per request. */
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
