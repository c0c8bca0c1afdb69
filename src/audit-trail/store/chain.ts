import { asc, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { auditEntries, auditSeals } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { ChainLink, Head, SealedEntry } from '../rules.ts';

/** How far the sealer has read, in (xid, id) order. */
export interface Place {
  xid: string;
  entryId: string;
}

const beginning: Place = { xid: '0', entryId: '00000000-0000-0000-0000-000000000000' };

const sealedColumns = {
  id: auditEntries.id,
  // To the microsecond, which a Date would not keep.
  at: sql<string>`to_char(${auditEntries.at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  actor: auditEntries.actor,
  actorOrganizationId: auditEntries.actorOrganizationId,
  requestId: auditEntries.requestId,
  action: auditEntries.action,
  subjectType: auditEntries.subjectType,
  subjectId: auditEntries.subjectId,
  marketId: auditEntries.marketId,
  fromStatus: auditEntries.fromStatus,
  toStatus: auditEntries.toStatus,
  details: sql<unknown>`${auditEntries.details}`,
};

export async function lastSeal(db: Db): Promise<(Head & Place) | null> {
  const [row] = await db.select().from(auditSeals).orderBy(desc(auditSeals.seq)).limit(1);
  return row ?? null;
}

/** The next entries in (xid, id) order of which no earlier one can still appear. */
export async function unsealedEntries(
  db: Db,
  after: Place = beginning,
  limit: number,
): Promise<{ xid: string; entry: SealedEntry }[]> {
  return await db
    .select({ xid: auditEntries.xid, entry: sealedColumns })
    .from(auditEntries)
    .where(sql`${isBehind(after)} and ${auditEntries.xid} < pg_snapshot_xmin(pg_current_snapshot())`)
    .orderBy(asc(auditEntries.xid), asc(auditEntries.id))
    .limit(limit);
}

function isBehind({ xid, entryId }: Place) {
  return sql`(${auditEntries.xid}, ${auditEntries.id}) > (${xid}::xid8, ${entryId}::uuid)`;
}

export async function insertSeals(tx: Tx, seals: (typeof auditSeals.$inferInsert)[]): Promise<void> {
  await tx.insert(auditSeals).values(seals);
}

/** Seals in order with their entries. */
export async function linksAfter(db: Db, seq: number, limit: number): Promise<ChainLink[]> {
  return await db
    .select({ seq: auditSeals.seq, entryId: auditSeals.entryId, hash: auditSeals.hash, entry: sealedColumns })
    .from(auditSeals)
    .leftJoin(auditEntries, eq(auditEntries.id, auditSeals.entryId))
    .where(gt(auditSeals.seq, seq))
    .orderBy(asc(auditSeals.seq))
    .limit(limit);
}

export async function hashAt(db: Db, seq: number): Promise<string | null> {
  const [row] = await db.select({ hash: auditSeals.hash }).from(auditSeals).where(eq(auditSeals.seq, seq));
  return row?.hash ?? null;
}

/** Entries without a seal that the sealer has passed: it saw them in no batch. */
export async function unsealedUpTo(tx: Tx, { xid, entryId }: Place, limit: number): Promise<string[]> {
  const rows = await tx
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .leftJoin(auditSeals, eq(auditSeals.entryId, auditEntries.id))
    .where(
      sql`(${auditEntries.xid}, ${auditEntries.id}) <= (${xid}::xid8, ${entryId}::uuid) and ${isNull(auditSeals.seq)}`,
    )
    .orderBy(asc(auditEntries.xid), asc(auditEntries.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Ends with the transaction. For a look at the whole trail, which may take longer than a request may. */
export async function liftStatementTimeout(tx: Tx): Promise<void> {
  await tx.execute(sql`select set_config('statement_timeout', '0', true)`);
}

/** What waits for the sealer, and since when. */
export async function summarizeUnsealed(db: Db): Promise<{ entries: number; oldestAt: Date | null }> {
  const after = (await lastSeal(db)) ?? beginning;
  const [row] = await db
    .select({ entries: sql<number>`count(*)::int`, oldestAt: sql<string | null>`min(${auditEntries.at})` })
    .from(auditEntries)
    .where(isBehind(after));
  return { entries: row?.entries ?? 0, oldestAt: row?.oldestAt == null ? null : new Date(row.oldestAt) };
}
