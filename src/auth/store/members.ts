import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { members, organizations, users } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type MemberRow = typeof members.$inferSelect;

/** Who has left stays in the table. */
export const current = isNull(members.removedAt);

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
