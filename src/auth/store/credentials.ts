import { and, asc, eq, isNull } from 'drizzle-orm';
import { apiKeys, sessions } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type SessionRow = typeof sessions.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;

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
