import { and, asc, eq, gte, inArray, isNull, or, sql } from 'drizzle-orm';
import { organizationTiers } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type TierRow = typeof organizationTiers.$inferSelect;

export async function insertTier(tx: Tx, row: typeof organizationTiers.$inferInsert): Promise<TierRow | undefined> {
  const [inserted] = await tx.insert(organizationTiers).values(row).returning();
  return inserted;
}

export async function revokeTierRow(
  tx: Tx,
  organizationId: string,
  tierId: string,
  now: Date,
): Promise<TierRow | undefined> {
  const [row] = await tx
    .update(organizationTiers)
    .set({ revokedAt: now })
    .where(
      and(
        eq(organizationTiers.id, tierId),
        eq(organizationTiers.organizationId, organizationId),
        isNull(organizationTiers.revokedAt),
      ),
    )
    .returning();
  return row;
}

/** Certificates in force on a date (YYYY-MM-DD), of many organizations at once. */
export async function listTiersInForce(db: Db, organizationIds: readonly string[], on: string): Promise<TierRow[]> {
  if (organizationIds.length === 0) return [];
  return await db
    .select()
    .from(organizationTiers)
    .where(
      and(
        inArray(organizationTiers.organizationId, [...organizationIds]),
        isNull(organizationTiers.revokedAt),
        sql`${organizationTiers.issuedOn} <= ${on}`,
        or(isNull(organizationTiers.expiresOn), gte(organizationTiers.expiresOn, on)),
      ),
    )
    .orderBy(asc(organizationTiers.id));
}
