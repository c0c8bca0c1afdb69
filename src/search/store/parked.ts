import { and, desc, eq, sql } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import { parkedDocuments } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { RejectedDocument, SearchKind } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';

/** A record that some engines refuse, and what each says. */
export interface ParkedRecordRow {
  kind: SearchKind;
  id: string;
  /** Of the latest refusal. */
  parkedAt: Date;
  refusals: { engine: string; reason: string; parkedAt: string }[];
}

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
    .where(and(eq(parkedDocuments.engine, engine), eq(parkedDocuments.kind, kind), among(parkedDocuments.id, ids)));
}

const p = parkedDocuments;
const latest = sql<Date>`max(${p.parkedAt})`.mapWith(p.parkedAt);

/** The latest first, so many after a place. */
export async function listParkedRecords(db: Db, after: PageKey | null, limit: number): Promise<ParkedRecordRow[]> {
  return await readRecords(db)
    .having(after === null ? undefined : sql`(${latest}, ${p.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`)
    .orderBy(desc(latest), desc(p.id))
    .limit(limit);
}

/** Undefined when no engine refuses it any more. */
export async function findParkedRecord(db: Db, id: string): Promise<ParkedRecordRow | undefined> {
  const [row] = await readRecords(db).having(eq(p.id, id));
  return row;
}

function readRecords(db: Db) {
  const refusal = sql`json_build_object('engine', ${p.engine}, 'reason', ${p.reason}, 'parkedAt', ${p.parkedAt})`;
  const refusals = sql<ParkedRecordRow['refusals']>`json_agg(${refusal} order by ${p.engine})`;
  return db.select({ kind: p.kind, id: p.id, parkedAt: latest, refusals }).from(p).groupBy(p.kind, p.id).$dynamic();
}
