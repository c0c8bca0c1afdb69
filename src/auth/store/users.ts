import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import { users } from '../../../db/schema/index.ts';
import type { Locale } from '../../core/text.ts';
import type { Db, Tx } from '../../core/transaction.ts';

/** Where a person's mail goes, and in which language. */
export interface Mailbox {
  userId: string;
  email: string;
  locale: Locale;
}

export type UserRow = typeof users.$inferSelect;

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
