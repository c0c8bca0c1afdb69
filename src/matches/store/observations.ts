import { and, asc, count, eq, gte, isNull, lte, notExists, notInArray, or, sql } from 'drizzle-orm';
import { matches, matchObservations } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { Side } from '../policy.ts';
import { hiddenStatuses, isBefore, listedCondition, type MatchFilter, type MatchRow } from './matches.ts';

export type ObservationRow = typeof matchObservations.$inferSelect;

/** What was seen before, by the same organization on the same day and of the same finding, is passed over. */
export async function insertObservations(db: Db, rows: readonly ObservationRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insert(matchObservations)
    .values([...rows])
    .onConflictDoNothing();
}

/** Where a match stands in the lists of its two records, from 1, and how long they are. */
export interface Places {
  demandPosition: number;
  demandListLength: number;
  resultPosition: number;
  resultListLength: number;
}

/**
 * Places in the order and with the members of `GET /v1/{demands,results}/{id}/matches` without filters, by match id. A
 * match is always counted in, also when it has just left the list; near misses, which the lists leave out, have no place.
 */
export async function listPlaces(db: Db, ids: readonly string[]): Promise<Map<string, Places>> {
  if (ids.length === 0) return new Map();
  const hidden = sql.join(
    hiddenStatuses.map((status) => sql`${status}`),
    sql`, `,
  );
  const inListOf = (column: 'demand_id' | 'result_id') => sql`
    select count(*)::int + 1 as length,
      count(*) filter (where o.score > m.score or (o.score = m.score and o.id < m.id))::int + 1 as position
    from matches o
    where o.${sql.raw(column)} = m.${sql.raw(column)} and o.id <> m.id and o.near_miss is null and o.status not in (${hidden})`;
  const { rows } = await db.execute<{ id: string } & Record<'dp' | 'dl' | 'rp' | 'rl', number>>(sql`
    select m.id, d.position as dp, d.length as dl, r.position as rp, r.length as rl from matches m
    cross join lateral (${inListOf('demand_id')}) d
    cross join lateral (${inListOf('result_id')}) r
    where m.id in ${[...ids]} and m.near_miss is null`);
  return new Map(
    rows.map(({ id, dp, dl, rp, rl }) => [
      id,
      { demandPosition: dp, demandListLength: dl, resultPosition: rp, resultListLength: rl },
    ]),
  );
}

/** A desk may be long: beyond, nobody has read to the end, and the places are not told. */
const countAtMost = 1_000;

/**
 * What lies before this match on a list as it was asked for, and how long that list is.
 * @returns null where there are more than 1,000
 */
export async function countListed(
  db: Db,
  filter: Omit<MatchFilter, 'after' | 'limit'>,
  first: Pick<MatchRow, 'id' | 'score'>,
): Promise<{ ahead: number | null; length: number | null }> {
  async function counted(...conditions: Parameters<typeof and>): Promise<number | null> {
    const bounded = db
      .select({ id: matches.id })
      .from(matches)
      .where(and(listedCondition(db, filter), ...conditions))
      .limit(countAtMost + 1)
      .as('bounded');
    const [row] = await db.select({ count: count() }).from(bounded);
    return row === undefined || row.count > countAtMost ? null : row.count;
  }
  return { ahead: await counted(isBefore(first)), length: await counted() };
}

/**
 * Matches of a record that ended, as far as people had or could have them: those that runs have meanwhile taken off the
 * lists for it, too. Without those whose end was written already.
 */
export async function listEndedMatches(
  tx: Tx,
  ended: { side: Side; id: string; action: ObservationRow['action']; since: Date },
): Promise<MatchRow[]> {
  const written = tx
    .select({ one: sql`1` })
    .from(matchObservations)
    .where(
      and(
        eq(matchObservations.matchId, matches.id),
        eq(matchObservations.action, ended.action),
        gte(matchObservations.at, ended.since),
      ),
    );
  return await tx
    .select()
    .from(matches)
    .where(
      and(
        eq(ended.side === 'demand' ? matches.demandId : matches.resultId, ended.id),
        or(
          notInArray(matches.status, [...hiddenStatuses]),
          and(eq(matches.status, 'superseded'), gte(matches.updatedAt, ended.since)),
        ),
        or(isNull(matches.nearMiss), notInArray(matches.status, ['suggested', 'superseded'])),
        notExists(written),
      ),
    )
    .orderBy(asc(matches.id));
}

/** Oldest first, one row longer than the page; `until` keeps out what an open transaction may still put rows before. */
export async function listObservationRows(
  db: Db,
  { after, until, limit }: { after: PageKey | null; until: Date; limit: number },
): Promise<ObservationRow[]> {
  return await db
    .select()
    .from(matchObservations)
    .where(
      and(
        lte(matchObservations.at, until),
        after === null
          ? undefined
          : sql`(${matchObservations.at}, ${matchObservations.id}) > (${after.at}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(matchObservations.at), asc(matchObservations.id))
    .limit(limit + 1);
}
