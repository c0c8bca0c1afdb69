import { and, count, eq, gte, inArray, isNull, lte, notExists, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { demands, introductions, matches } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import type { IntroductionRow } from './introductions.ts';
import type { MatchRow } from './matches.ts';

/** One parameter, however many markets: the root has thousands below it, and each one would be parsed and planned for. */
function isOneOf(column: PgColumn, marketIds: readonly string[]): SQL {
  return sql`${column} = any(${sql.param([...marketIds])}::uuid[])`;
}

/** Good suggestions of a territory's demands that nobody has shortlisted, dismissed or asked to be introduced on. */
interface UnhandledFilter {
  marketIds: readonly string[];
  minScore: number;
}

function unhandled(db: Db, { marketIds, minScore }: UnhandledFilter): SQL | undefined {
  const ofTerritory = db.select({ id: demands.id }).from(demands).where(isOneOf(demands.homeMarketId, marketIds));
  const asked = db
    .select({ one: sql`1` })
    .from(introductions)
    .where(and(eq(introductions.matchId, matches.id), inArray(introductions.status, ['requested', 'open'])));
  return and(
    eq(matches.status, 'suggested'),
    gte(matches.score, minScore),
    isNull(matches.nearMiss),
    inArray(matches.demandId, ofTerritory),
    notExists(asked),
  );
}

/** Best first. */
export async function listUnhandledMatches(
  db: Db,
  filter: UnhandledFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<MatchRow[]> {
  const isAfter = (key: PageKey) =>
    sql`(${matches.score} < ${key.at}::float8 or (${matches.score} = ${key.at}::float8 and ${matches.id} > ${key.id}::uuid))`;
  return await db
    .select()
    .from(matches)
    .where(and(unhandled(db, filter), after === null ? undefined : isAfter(after)))
    .orderBy(sql`${matches.score} desc`, matches.id)
    .limit(limit);
}

export async function countUnhandledMatches(db: Db, filter: UnhandledFilter, atMost: number): Promise<number> {
  const some = db.select({ id: matches.id }).from(matches).where(unhandled(db, filter)).limit(atMost).as('some');
  return await db.$count(some);
}

/** Introductions of a territory's demands on which its staff has something to do. */
export interface DeskIntroductionFilter {
  marketIds: readonly string[];
  /** A broker's own and what nobody has in hand; null: everybody's. */
  forUserId: string | null;
  /** Asked for by a party; or open and past its reminder at this moment. */
  which: 'requested' | { lateAt: Date };
}

function deskCondition({ marketIds, forUserId, which }: DeskIntroductionFilter): SQL | undefined {
  return and(
    // Implied by the next, and what the partial indexes say.
    sql`${introductions.status} in ('requested', 'open')`,
    which === 'requested'
      ? eq(introductions.status, 'requested')
      : and(eq(introductions.status, 'open'), lte(introductions.remindAt, which.lateAt)),
    isOneOf(introductions.marketId, marketIds),
    forUserId === null
      ? undefined
      : or(isNull(introductions.assignedToUserId), eq(introductions.assignedToUserId, forUserId)),
  );
}

/** The first due first. */
export async function listDeskIntroductions(
  db: Db,
  filter: DeskIntroductionFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<IntroductionRow[]> {
  return await db
    .select()
    .from(introductions)
    .where(
      and(
        deskCondition(filter),
        after === null
          ? undefined
          : sql`(${introductions.dueAt}, ${introductions.id}) > (${after.at}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(introductions.dueAt, introductions.id)
    .limit(limit);
}

export async function countDeskIntroductions(db: Db, filter: DeskIntroductionFilter, atMost: number): Promise<number> {
  const some = db
    .select({ id: introductions.id })
    .from(introductions)
    .where(deskCondition(filter))
    .limit(atMost)
    .as('some');
  return await db.$count(some);
}

/** Live introductions by who has them in hand (null: nobody), and how many of them are past their reminder. */
export async function countIntroductionsByBroker(
  db: Db,
  marketIds: readonly string[],
  now: Date,
): Promise<{ userId: string | null; live: number; late: number }[]> {
  const isLate = sql`${introductions.status} = 'open' and ${introductions.remindAt} <= ${now.toISOString()}::timestamptz`;
  return await db
    .select({
      userId: introductions.assignedToUserId,
      live: count(),
      late: sql<number>`(count(*) filter (where ${isLate}))::int`,
    })
    .from(introductions)
    .where(and(sql`${introductions.status} in ('requested', 'open')`, isOneOf(introductions.marketId, marketIds)))
    .groupBy(introductions.assignedToUserId);
}
