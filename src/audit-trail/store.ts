import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import { auditEntries } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db } from '../core/transaction.ts';
import type { AuditScope } from './policy.ts';

export type AuditEntryRow = typeof auditEntries.$inferSelect;

/** Newest first, one row longer than the page. */
export async function listEntryRows(
  db: Db,
  filter: { subjectId: string; scope: AuditScope; after: PageKey | null; limit: number },
): Promise<AuditEntryRow[]> {
  const { scope } = filter;
  return await db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.subjectId, filter.subjectId),
        scope === 'all' ? undefined : inArray(auditEntries.marketId, [...scope.marketIds]),
        filter.after === null ? undefined : lt(auditEntries.id, filter.after.id),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(filter.limit + 1);
}
