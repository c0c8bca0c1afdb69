import { eq, inArray } from 'drizzle-orm';
import { notificationPreferences, signingKeys } from '../../../db/schema/index.ts';
import { found } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';

export type PreferenceRow = typeof notificationPreferences.$inferSelect;

/** Those of people who have changed something. */
export async function listPreferences(tx: Tx, userIds: readonly string[]): Promise<PreferenceRow[]> {
  if (userIds.length === 0) return [];
  return await tx
    .select()
    .from(notificationPreferences)
    .where(inArray(notificationPreferences.userId, [...userIds]));
}

export async function findPreferences(tx: Tx, userId: string): Promise<PreferenceRow | undefined> {
  const [row] = await tx.select().from(notificationPreferences).where(eq(notificationPreferences.userId, userId));
  return row;
}

/** Locks the row, made with nothing chosen where there is none: of two first changes at once, the second finds the first. */
export async function lockPreferences(tx: Tx, userId: string, now: Date): Promise<PreferenceRow> {
  await tx
    .insert(notificationPreferences)
    .values({ userId, modes: {}, createdAt: now, updatedAt: now })
    .onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(notificationPreferences)
    .where(eq(notificationPreferences.userId, userId))
    .for('update');
  return found(row);
}

export async function updatePreferences(
  tx: Tx,
  row: PreferenceRow,
  { modes, quietStart, quietEnd }: Pick<PreferenceRow, 'modes' | 'quietStart' | 'quietEnd'>,
  now: Date,
): Promise<PreferenceRow> {
  const [updated] = await tx
    .update(notificationPreferences)
    .set({ modes, quietStart, quietEnd, version: row.version + 1, updatedAt: now })
    .where(eq(notificationPreferences.userId, row.userId))
    .returning();
  return found(updated);
}

/** The secret of this name, which the migrations made. */
export async function getSigningSecret(tx: Tx, name: 'unsubscribe'): Promise<string> {
  const [row] = await tx.select({ secret: signingKeys.secret }).from(signingKeys).where(eq(signingKeys.name, name));
  return found(row).secret;
}
