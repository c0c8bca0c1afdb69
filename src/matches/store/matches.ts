import { and, eq, gte, inArray, isNull, notInArray, type SQL, sql } from 'drizzle-orm';
import { demands, matches } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type MatchRow = typeof matches.$inferSelect;

export async function getMatchRow(db: Db, id: string): Promise<MatchRow | undefined> {
  const [row] = await db.select().from(matches).where(eq(matches.id, id));
  return row;
}

export async function getMatchRows(db: Db, ids: readonly string[]): Promise<MatchRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(matches)
        .where(inArray(matches.id, [...ids]));
}

/** Locks go demand, match, introduction, in every verb, so that two verbs never wait for each other. */
export async function lockMatch(tx: Tx, id: string): Promise<MatchRow | undefined> {
  const [row] = await tx.select().from(matches).where(eq(matches.id, id)).for('update');
  return row;
}

export async function updateMatchRow(
  tx: Tx,
  row: MatchRow,
  changes: Partial<typeof matches.$inferInsert>,
  now: Date,
): Promise<MatchRow> {
  const [updated] = await tx
    .update(matches)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(matches.id, row.id))
    .returning();
  return updated ?? row;
}

export interface MatchFilter {
  demandId?: string | undefined;
  resultId?: string | undefined;
  /** Matches whose demand has one of these home markets. */
  marketIds?: readonly string[] | undefined;
  status?: MatchRow['status'] | undefined;
  minScore?: number | undefined;
  nearMisses: boolean;
  after: PageKey | null;
  limit: number;
}

/** Best first; reads one row more than the page has. */
export async function listMatchRows(db: Db, filter: MatchFilter): Promise<MatchRow[]> {
  const { after } = filter;
  return await db
    .select()
    .from(matches)
    .where(and(listedCondition(db, filter), after === null ? undefined : isAfter(after)))
    .orderBy(sql`${matches.score} desc`, matches.id)
    .limit(filter.limit + 1);
}

/** States that a list holds only when it is asked for them. */
export const hiddenStatuses = ['dismissed', 'superseded'] as const satisfies readonly MatchRow['status'][];

/** Which matches a list has, on whatever page. */
export function listedCondition(db: Db, filter: Omit<MatchFilter, 'after' | 'limit'>): SQL | undefined {
  const { demandId, resultId, marketIds, status, minScore } = filter;
  return and(
    demandId === undefined ? undefined : eq(matches.demandId, demandId),
    resultId === undefined ? undefined : eq(matches.resultId, resultId),
    // The market of a record moves when a new market takes its region, so no copy of it is kept with the match.
    marketIds === undefined ? undefined : inArray(matches.demandId, demandsOf(db, marketIds)),
    status === undefined ? notInArray(matches.status, [...hiddenStatuses]) : eq(matches.status, status),
    minScore === undefined ? undefined : gte(matches.score, minScore),
    filter.nearMisses ? undefined : isNull(matches.nearMiss),
  );
}

function demandsOf(db: Db, marketIds: readonly string[]) {
  return db
    .select({ id: demands.id })
    .from(demands)
    .where(inArray(demands.homeMarketId, [...marketIds]));
}

function isAfter({ at, id }: PageKey): SQL {
  return sql`(${matches.score} < ${at}::float8 or (${matches.score} = ${at}::float8 and ${matches.id} > ${id}::uuid))`;
}

export function isBefore({ score, id }: Pick<MatchRow, 'score' | 'id'>): SQL {
  return sql`(${matches.score} > ${score}::float8 or (${matches.score} = ${score}::float8 and ${matches.id} < ${id}::uuid))`;
}
