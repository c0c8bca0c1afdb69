import { and, eq, exists, inArray, or, sql } from 'drizzle-orm';
import { introductions, matches } from '../../../db/schema/index.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { Side } from '../policy.ts';
import type { MatchRow } from './matches.ts';

export async function hasBegunIntroduction(db: Db, side: Side, id: string): Promise<boolean> {
  const own = side === 'demand' ? introductions.demandId : introductions.resultId;
  const [row] = await db
    .select({ id: introductions.id })
    .from(introductions)
    .where(and(eq(own, id), inArray(introductions.status, ['open', 'accepted'])))
    .limit(1);
  return row !== undefined;
}

/** Matches of a record that were shortlisted, or on which a party asked to be introduced; in the order of their ids. */
export async function listHandledMatches(db: Db, side: Side, id: string): Promise<{ id: string }[]> {
  const requested = db
    .select({ one: sql`1` })
    .from(introductions)
    .where(and(eq(introductions.matchId, matches.id), eq(introductions.status, 'requested')));
  return await db
    .select({ id: matches.id })
    .from(matches)
    .where(
      and(
        eq(side === 'demand' ? matches.demandId : matches.resultId, id),
        or(eq(matches.status, 'shortlisted'), exists(requested)),
      ),
    )
    .orderBy(matches.id);
}

/** The match of a record with this record of the other side. */
export async function findPair(tx: Tx, side: Side, id: string, otherId: string): Promise<MatchRow | undefined> {
  const [own, other] = side === 'demand' ? [matches.demandId, matches.resultId] : [matches.resultId, matches.demandId];
  const [row] = await tx
    .select()
    .from(matches)
    .where(and(eq(own, id), eq(other, otherId)));
  return row;
}
