import { and, eq, inArray, sql } from 'drizzle-orm';
import { parkedDocuments } from '../../../db/schema/index.ts';
import type { RejectedDocument, SearchKind } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';

export async function parkDocuments(
  db: Db,
  engine: string,
  rejected: readonly RejectedDocument[],
  parkedAt: Date,
): Promise<void> {
  // In one order, so that two writers wait for each other instead of locking each other out.
  const rows = rejected.map((one) => ({ ...one, engine, parkedAt })).sort((a, b) => (a.id < b.id ? -1 : 1));
  await db
    .insert(parkedDocuments)
    .values(rows)
    .onConflictDoUpdate({
      target: [parkedDocuments.engine, parkedDocuments.kind, parkedDocuments.id],
      set: { reason: sql`excluded.reason`, parkedAt: sql`excluded.parked_at` },
    });
}

/** Those that are in the index after all, or have no public record any more. */
export async function unparkDocuments(db: Db, engine: string, kind: SearchKind, ids: readonly string[]): Promise<void> {
  await db
    .delete(parkedDocuments)
    .where(
      and(eq(parkedDocuments.engine, engine), eq(parkedDocuments.kind, kind), inArray(parkedDocuments.id, [...ids])),
    );
}
