import { and, eq, exists, inArray, sql } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import { demands, introductions, matches, organizations, results } from '../../../db/schema/index.ts';
import { prepared } from '../../core/prepared.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { RankedPair } from '../../matching/types.ts';
import type { Side } from '../policy.ts';
import type { MatchRow } from './matches.ts';

/** A stored pair as a run needs it. */
export type PairRow = Pick<
  MatchRow,
  'id' | 'demandId' | 'resultId' | 'status' | 'score' | 'demandVersion' | 'resultVersion'
> & {
  isNearMiss: boolean;
  /** A party has asked to be introduced on it: runs leave it alone. */
  inHand: boolean;
};

function pairColumns(db: Db) {
  const live = db
    .select({ one: sql`1` })
    .from(introductions)
    .where(and(eq(introductions.matchId, matches.id), inArray(introductions.status, ['requested', 'open'])));
  return {
    id: matches.id,
    demandId: matches.demandId,
    resultId: matches.resultId,
    status: matches.status,
    score: matches.score,
    demandVersion: matches.demandVersion,
    resultVersion: matches.resultVersion,
    isNearMiss: sql<boolean>`${matches.nearMiss} is not null`,
    inHand: sql<boolean>`${exists(live)}`,
  };
}

function ownColumn(side: Side) {
  return side === 'demand' ? matches.demandId : matches.resultId;
}

function preparePairsOf(side: Side) {
  return prepared((db) =>
    db
      .select(pairColumns(db))
      .from(matches)
      .where(eq(ownColumn(side), sql.placeholder('id')))
      .prepare(`pairs_of_${side}`),
  );
}

const listPairsPrepared = { demand: preparePairsOf('demand'), result: preparePairsOf('result') };

export async function listPairs(db: Db, side: Side, id: string): Promise<PairRow[]> {
  return await listPairsPrepared[side](db, { id });
}

/**
 * Of these pairs, those that are among the best `limit` suggestions of the other side's record.
 * @returns ids of matches
 */
export async function keptByOtherSide(
  db: Db,
  side: Side,
  pairs: readonly { id: string; score: number }[],
  limit: number,
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const other = side === 'demand' ? sql.raw('result_id') : sql.raw('demand_id');
  const { rows } = await db.execute<{ id: string }>(sql`
    select m.id from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as x(id uuid, score float8)
    join matches m on m.id = x.id
    where (
      select count(*) from (
        select 1 from matches o
        where o.${other} = m.${other} and o.id <> m.id and o.status = 'suggested' and o.score > x.score
          and (o.near_miss is null) = (m.near_miss is null)
        limit ${limit}
      ) better
    ) < ${limit}`);
  return new Set(rows.map((row) => row.id));
}

/** What a plan rests on, of one record as it stands. */
export interface SharedRecord {
  id: string;
  organizationId: string;
  contentVersion: number;
  status: (typeof demands.$inferSelect)['status'];
  validUntil: Date | null;
  ownerVerified: boolean;
}

/**
 * Keeps records and their organizations as they are until the transaction ends: what a run is about to keep rests on
 * them. In one order everywhere, before any match is locked. The only query on other capabilities' rows in this folder
 * besides the desk's: their own locks are exclusive, and runs of one record's many matches must not wait for each other.
 */
export async function shareRecords(
  tx: Tx,
  ids: { organizationIds: readonly string[]; demandIds: readonly string[]; resultIds: readonly string[] },
): Promise<SharedRecord[]> {
  const owners = await shareOwnersPrepared(tx, { ids: [...new Set(ids.organizationIds)] });
  const verified = new Set(owners.filter(({ status }) => status === 'verified').map(({ id }) => id));
  const records = [
    ...(await shareRows(tx, 'demand', ids.demandIds)),
    ...(await shareRows(tx, 'result', ids.resultIds)),
  ];
  return records.map((row) => ({ ...row, ownerVerified: verified.has(row.organizationId) }));
}

const shareOwnersPrepared = prepared((db) =>
  db
    .select({ id: organizations.id, status: organizations.status })
    .from(organizations)
    .where(among(organizations.id, sql.placeholder('ids')))
    .orderBy(organizations.id)
    .for('share')
    .prepare('share_owners'),
);

function prepareShare(side: Side) {
  // Both have these columns; a union of tables has no query of its own.
  const table = (side === 'demand' ? demands : results) as typeof demands;
  const { id, organizationId, contentVersion, status, validUntil } = table;
  return prepared((db) =>
    db
      .select({ id, organizationId, contentVersion, status, validUntil })
      .from(table)
      .where(among(id, sql.placeholder('ids')))
      .orderBy(id)
      .for('share')
      .prepare(`share_${side}s`),
  );
}

const sharePrepared = { demand: prepareShare('demand'), result: prepareShare('result') };

async function shareRows(tx: Tx, side: Side, ids: readonly string[]): Promise<Omit<SharedRecord, 'ownerVerified'>[]> {
  return ids.length === 0 ? [] : await sharePrepared[side](tx, { ids });
}

export interface NewMatch {
  id: string;
  pair: RankedPair;
}

/**
 * Adds pairs that nobody has stored yet; returns the ids of those that were. A pair that the run of the other side
 * adds at this moment is waited for. Rows go in sorted: with `lockPairs` after this, runs cannot deadlock.
 */
export async function insertPairs(tx: Tx, added: readonly NewMatch[], now: Date): Promise<Set<string>> {
  if (added.length === 0) return new Set();
  const sorted = added.toSorted((a, b) => comparePairs(a.pair, b.pair));
  const inserted = await tx
    .insert(matches)
    .values(
      sorted.map(({ id, pair }) => ({ id, status: 'suggested' as const, ...pair, createdAt: now, updatedAt: now })),
    )
    .onConflictDoNothing({ target: [matches.demandId, matches.resultId] })
    .returning({ id: matches.id });
  return new Set(inserted.map((row) => row.id));
}

function comparePairs(a: { demandId: string; resultId: string }, b: { demandId: string; resultId: string }): number {
  return a.demandId < b.demandId ? -1 : a.demandId > b.demandId ? 1 : a.resultId < b.resultId ? -1 : 1;
}

/** The stored pairs of a record with these others, locked in the order of the pairs. */
export async function lockPairs(tx: Tx, side: Side, id: string, otherIds: readonly string[]): Promise<PairRow[]> {
  if (otherIds.length === 0) return [];
  const other = ownColumn(side === 'demand' ? 'result' : 'demand');
  return await tx
    .select(pairColumns(tx))
    .from(matches)
    .where(and(eq(ownColumn(side), id), inArray(other, [...otherIds])))
    .orderBy(matches.demandId, matches.resultId)
    .for('update', { of: matches });
}

/** Model names end in a number that grows: hand-set-1, hand-set-2. */
function modelNumber(column: string) {
  return sql.raw(`coalesce(substring(${column} from '[0-9]+$')::int, 0)`);
}

/**
 * Writes what a run found of stored pairs, fenced: nothing that rests on older content of either record overwrites a
 * newer finding, nor an older model a newer one on the same content; a dismissed pair returns only when a side has
 * changed. What would stay the same is not touched. Returns the ids of the rows written.
 */
export async function rewritePairs(tx: Tx, found: readonly NewMatch[], now: Date): Promise<Set<string>> {
  if (found.length === 0) return new Set();
  const rows = found.map(({ id, pair }) => ({
    id,
    score: pair.score,
    gates: pair.gates,
    contributions: pair.contributions,
    explanation: pair.explanation,
    indicators: pair.indicators,
    near_miss: pair.nearMiss,
    demand_version: pair.demandVersion,
    result_version: pair.resultVersion,
    model_version: pair.modelVersion,
  }));
  const { rows: written } = await tx.execute<{ id: string }>(sql`
    update matches m set
      status = 'suggested', score = x.score, gates = x.gates, contributions = x.contributions, explanation = x.explanation,
      indicators = x.indicators, near_miss = x.near_miss, demand_version = x.demand_version, result_version = x.result_version,
      model_version = x.model_version, dismiss_reason = null, dismiss_comment = null, dismissed_at = null,
      version = m.version + 1, updated_at = ${now.toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(
      id uuid, score float8, gates jsonb, contributions jsonb, explanation jsonb, indicators jsonb, near_miss jsonb,
      demand_version int, result_version int, model_version text)
    where m.id = x.id
      and m.demand_version <= x.demand_version and m.result_version <= x.result_version
      and (m.demand_version < x.demand_version or m.result_version < x.result_version
        or ${modelNumber('m.model_version')} <= ${modelNumber('x.model_version')})
      and (m.status in ('suggested', 'superseded')
        or (m.status = 'dismissed' and (m.demand_version < x.demand_version or m.result_version < x.result_version)))
      and (m.status, m.score, m.gates, m.contributions, m.explanation, m.near_miss, m.demand_version, m.result_version, m.model_version)
        is distinct from
        ('suggested', x.score, x.gates, x.contributions, x.explanation, x.near_miss, x.demand_version, x.result_version, x.model_version)
    returning m.id`);
  return new Set(written.map((row) => row.id));
}

export async function supersedePairs(tx: Tx, ids: readonly string[], now: Date): Promise<number> {
  if (ids.length === 0) return 0;
  const superseded = await tx
    .update(matches)
    .set({ status: 'superseded', version: sql`${matches.version} + 1`, updatedAt: now })
    .where(and(inArray(matches.id, [...ids]), eq(matches.status, 'suggested')))
    .returning({ id: matches.id });
  return superseded.length;
}
