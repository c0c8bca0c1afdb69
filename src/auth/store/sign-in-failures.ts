import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { signInFailures } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

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
