import { and, eq, exists, isNotNull, sql } from 'drizzle-orm';
import { disclosures, introductions, results } from '../../../db/schema/index.ts';
import { prepared } from '../../core/prepared.ts';
import type { Db } from '../../core/transaction.ts';

const hasDisclosurePrepared = prepared((db) =>
  db
    .select({ id: disclosures.id })
    .from(disclosures)
    .where(
      and(
        eq(disclosures.recordId, sql.placeholder('recordId')),
        eq(disclosures.organizationId, sql.placeholder('organizationId')),
      ),
    )
    .limit(1)
    .prepare('has_disclosure'),
);

/** With `resultOfUserId` only introductions of results that this member made count. */
export async function hasDisclosure(
  db: Db,
  recordId: string,
  reader: { organizationId: string; resultOfUserId: string | null; withFiles: boolean },
): Promise<boolean> {
  const { organizationId, resultOfUserId, withFiles } = reader;
  if (resultOfUserId === null && !withFiles) {
    return (await hasDisclosurePrepared(db, { recordId, organizationId })).length > 0;
  }
  const ofOwnResult = (userId: string) =>
    db
      .select({ one: sql`1` })
      .from(introductions)
      .innerJoin(results, eq(results.id, introductions.resultId))
      .where(and(eq(introductions.id, disclosures.introductionId), eq(results.createdByUserId, userId)));
  const rows = await db
    .select({ id: disclosures.id })
    .from(disclosures)
    .where(
      and(
        eq(disclosures.recordId, recordId),
        eq(disclosures.organizationId, organizationId),
        resultOfUserId === null ? undefined : exists(ofOwnResult(resultOfUserId)),
        withFiles ? isNotNull(disclosures.filesOpenedAt) : undefined,
      ),
    )
    .limit(1);
  return rows.length > 0;
}
