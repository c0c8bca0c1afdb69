import { and, count, eq, gt, inArray, isNull } from 'drizzle-orm';
import { mailTokens } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { MailPurpose } from '../rules.ts';

/** Secrets that travel by mail. */
export type MailTokenRow = typeof mailTokens.$inferSelect;

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
