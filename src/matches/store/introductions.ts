import { and, desc, eq, inArray, isNotNull, like, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { demands, disclosures, introductionRounds, introductions, matches, results } from '../../../db/schema/index.ts';
import { newId } from '../../core/ids.ts';
import type { PageKey } from '../../core/paging.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { openStatuses } from '../../records/service.ts';
import type { IntroductionScope } from '../policy.ts';
import type { MatchRow } from './matches.ts';

export type IntroductionRow = typeof introductions.$inferSelect;
export type NewIntroduction = typeof introductions.$inferInsert;

export async function insertIntroduction(tx: Tx, row: NewIntroduction): Promise<IntroductionRow | undefined> {
  const [inserted] = await tx.insert(introductions).values(row).returning();
  return inserted;
}

export async function getIntroductionRow(db: Db, id: string): Promise<IntroductionRow | undefined> {
  const [row] = await db.select().from(introductions).where(eq(introductions.id, id));
  return row;
}

export async function getIntroductionRows(db: Db, ids: readonly string[]): Promise<IntroductionRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(introductions)
        .where(inArray(introductions.id, [...ids]));
}

export async function lockIntroduction(tx: Tx, id: string): Promise<IntroductionRow | undefined> {
  const [row] = await tx.select().from(introductions).where(eq(introductions.id, id)).for('update');
  return row;
}

/** The one introduction of a match that is asked for or open. */
export async function lockLiveIntroduction(tx: Tx, matchId: string): Promise<IntroductionRow | undefined> {
  const [row] = await tx
    .select()
    .from(introductions)
    .where(and(eq(introductions.matchId, matchId), inArray(introductions.status, ['requested', 'open'])))
    .for('update');
  return row;
}

export async function updateIntroductionRow(
  tx: Tx,
  row: IntroductionRow,
  changes: Partial<NewIntroduction>,
  now: Date,
): Promise<IntroductionRow> {
  const [updated] = await tx
    .update(introductions)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(introductions.id, row.id))
    .returning();
  return updated ?? row;
}

export type RoundRow = typeof introductionRounds.$inferSelect;

export async function insertRound(tx: Tx, round: Omit<RoundRow, 'id'>): Promise<void> {
  await tx.insert(introductionRounds).values({ id: newId(), ...round });
}

/** The rounds that were followed by another, the first one first. */
export async function listRounds(db: Db, introductionIds: readonly string[]): Promise<RoundRow[]> {
  if (introductionIds.length === 0) return [];
  return await db
    .select()
    .from(introductionRounds)
    .where(inArray(introductionRounds.introductionId, [...introductionIds]))
    .orderBy(introductionRounds.round);
}

/** After the demands of a region went to another market: their introductions follow them, as the results' side does. */
export async function rehomeIntroductionRows(tx: Tx, regionCode: string): Promise<void> {
  const prefix = `${regionPrefix(regionCode)}%`;
  await tx
    .update(introductions)
    .set({ marketId: sql`${demands.homeMarketId}` })
    .from(demands)
    .where(
      and(
        eq(demands.id, introductions.demandId),
        like(demands.regionCode, prefix),
        sql`${introductions.marketId} <> ${demands.homeMarketId}`,
      ),
    );
  await tx
    .update(introductions)
    .set({ resultMarketId: sql`${results.homeMarketId}` })
    .from(results)
    .where(
      and(
        eq(results.id, introductions.resultId),
        like(results.regionCode, prefix),
        sql`${introductions.resultMarketId} <> ${results.homeMarketId}`,
      ),
    );
}

/** What a person who has left had in hand goes back to all. */
export async function releaseIntroductionRows(tx: Tx, userId: string, now: Date): Promise<IntroductionRow[]> {
  return await tx
    .update(introductions)
    .set({ assignedToUserId: null, version: sql`${introductions.version} + 1`, updatedAt: now })
    .where(and(eq(introductions.assignedToUserId, userId), inArray(introductions.status, ['requested', 'open'])))
    .returning();
}

/** Lets each party in to the other's record and contact. Row-level security reads this in the same transaction. */
export async function insertDisclosures(tx: Tx, introduction: IntroductionRow, now: Date): Promise<void> {
  const { demandId, resultId, demandOrganizationId, resultOrganizationId } = introduction;
  const letIn = [
    { recordId: demandId, organizationId: resultOrganizationId },
    { recordId: demandOrganizationId, organizationId: resultOrganizationId },
    { recordId: resultId, organizationId: demandOrganizationId },
    { recordId: resultOrganizationId, organizationId: demandOrganizationId },
  ];
  await tx
    .insert(disclosures)
    .values(letIn.map((each) => ({ id: newId(), ...each, introductionId: introduction.id, createdAt: now })));
}

/** Lets each party in to the files of the other's record, too. */
export async function openFilesOf(tx: Tx, introductionId: string, now: Date): Promise<void> {
  await tx
    .update(disclosures)
    .set({ filesOpenedAt: now })
    .from(introductions)
    .where(
      and(
        eq(disclosures.introductionId, introductionId),
        eq(introductions.id, introductionId),
        or(eq(disclosures.recordId, introductions.demandId), eq(disclosures.recordId, introductions.resultId)),
      ),
    );
}

/**
 * Introductions of which the clock asks something, or whose demand or result was withdrawn, closed or has expired, with
 * their matches, both locked; what somebody holds is passed over
 * and found again by the next sweep, so a sweep waits for nobody.
 */
export async function lockDueIntroductions(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ introduction: IntroductionRow; match: MatchRow; isOver: boolean }[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const isOver = or(notInArray(demands.status, [...openStatuses]), notInArray(results.status, [...openStatuses]));
  return await tx
    .select({ introduction: introductions, match: matches, isOver: sql<boolean>`${isOver}` })
    .from(introductions)
    .innerJoin(matches, eq(matches.id, introductions.matchId))
    .innerJoin(demands, eq(demands.id, introductions.demandId))
    .innerJoin(results, eq(results.id, introductions.resultId))
    .where(
      and(
        inArray(introductions.status, ['requested', 'open']),
        or(
          isOver,
          lte(introductions.dueAt, at),
          and(
            eq(introductions.status, 'open'),
            sql`${introductions.escalatedAt} is null`,
            or(
              lte(introductions.escalateAt, at),
              and(lte(introductions.remindAt, at), sql`${introductions.remindedAt} is null`),
            ),
          ),
        ),
      ),
    )
    .orderBy(introductions.dueAt)
    .limit(limit)
    .for('update', { of: [introductions, matches], skipLocked: true });
}

export interface IntroductionFilter {
  scope: IntroductionScope;
  status?: IntroductionRow['status'] | undefined;
  after: PageKey | null;
  limit: number;
}

/** Newest first; the conditions are those of `standingInIntroduction`. */
export async function listIntroductionRows(
  db: Db,
  { scope, status, after, limit }: IntroductionFilter,
): Promise<IntroductionRow[]> {
  const rows = await db
    .select({ introduction: introductions })
    .from(introductions)
    .innerJoin(demands, eq(demands.id, introductions.demandId))
    .innerJoin(results, eq(results.id, introductions.resultId))
    .where(
      and(
        or(...mine(scope), sql`false`),
        status === undefined ? undefined : eq(introductions.status, status),
        after === null ? undefined : lt(introductions.id, after.id),
      ),
    )
    .orderBy(desc(introductions.id))
    .limit(limit + 1);
  return rows.map((row) => row.introduction);
}

/** As a condition on what belongs to introductions: the ids of those that `listIntroductionRows` would list. */
export function introductionIdsOf(db: Db, scope: IntroductionScope) {
  return db
    .select({ id: introductions.id })
    .from(introductions)
    .innerJoin(demands, eq(demands.id, introductions.demandId))
    .innerJoin(results, eq(results.id, introductions.resultId))
    .where(or(...mine(scope), sql`false`));
}

function mine({ marketIds, organizationId, ownerUserId }: IntroductionScope): (SQL | undefined)[] {
  const opened = isNotNull(introductions.openedAt);
  const conditions: (SQL | undefined)[] = [];
  if (marketIds.length > 0) {
    conditions.push(inArray(demands.homeMarketId, [...marketIds]));
    conditions.push(and(inArray(results.homeMarketId, [...marketIds]), opened));
  }
  if (organizationId !== null) {
    conditions.push(
      and(
        eq(demands.organizationId, organizationId),
        ownerUserId === null ? undefined : eq(demands.createdByUserId, ownerUserId),
        or(opened, eq(introductions.requestedBySide, 'demand')),
      ),
    );
    conditions.push(
      and(
        eq(results.organizationId, organizationId),
        ownerUserId === null ? undefined : eq(results.createdByUserId, ownerUserId),
        or(opened, eq(introductions.requestedBySide, 'result')),
      ),
    );
  }
  return conditions;
}
