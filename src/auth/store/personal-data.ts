import { asc, eq } from 'drizzle-orm';
import { auditEntries, mailDigests, notificationPreferences, savedSearches } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

/** What a person did, oldest first: their trace in the audit trail. */
export async function listActsOf(db: Db, actor: string) {
  return await db
    .select({
      at: auditEntries.at,
      action: auditEntries.action,
      subjectType: auditEntries.subjectType,
      subjectId: auditEntries.subjectId,
    })
    .from(auditEntries)
    .where(eq(auditEntries.actor, actor))
    .orderBy(asc(auditEntries.id));
}

/** What a person has set up for themselves in the capabilities that build on accounts; row-level security shows it to them. */
export async function listSettingsOf(tx: Tx, userId: string) {
  const [preferences] = await tx
    .select()
    .from(notificationPreferences)
    .where(eq(notificationPreferences.userId, userId));
  const searches = await tx
    .select()
    .from(savedSearches)
    .where(eq(savedSearches.userId, userId))
    .orderBy(asc(savedSearches.id));
  return { preferences, searches };
}

export async function deleteSettingsOf(tx: Tx, userId: string): Promise<void> {
  await tx.delete(savedSearches).where(eq(savedSearches.userId, userId));
  await tx.delete(notificationPreferences).where(eq(notificationPreferences.userId, userId));
  await tx.delete(mailDigests).where(eq(mailDigests.userId, userId));
}
