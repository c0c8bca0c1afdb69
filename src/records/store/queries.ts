import { and, count, eq, gt, inArray, like, sql } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import { type demands, organizations } from '../../../db/schema/index.ts';
import { prepared } from '../../core/prepared.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { homeMarketOfRegion } from '../../organizations/service.ts';
import {
  listCondition,
  listOrder,
  type MatchableRecord,
  matchableCondition,
  ownerColumns,
  type RecordFilter,
  type RecordHead,
  type RecordTable,
  type ReviewFilter,
  reviewCondition,
  type TerritoryPage,
  territoryCondition,
} from '../store.ts';

/** Taken from PostgreSQL at once: the process serves others between two pages. */
const recordsPerPage = 2_000;

/**
 * The queries of a kind of record that answer with ids and numbers, alike for both. Those that answer with rows each kind has
 * for itself: a row has its own columns.
 * @param codes the sequence that numbers the codes
 */
export function recordQueries(table: RecordTable, codes: 'demand_codes' | 'result_codes') {
  // Both have all that is asked for here; a union of tables has no query of its own.
  const of = table as typeof demands;
  const ownerOf = eq(organizations.id, of.organizationId);

  async function nextNumbers(tx: Tx, count: number): Promise<number[]> {
    const { rows } = await tx.execute<{ number: string }>(
      sql`select nextval(${sql.raw(`'${codes}'`)}) as number from generate_series(1, ${count})`,
    );
    return rows.map(({ number }) => Number(number));
  }

  async function findByCode(
    db: Db,
    codes: readonly string[],
  ): Promise<{ id: string; code: string; organizationId: string }[]> {
    if (codes.length === 0) return [];
    return await db
      .select({ id: of.id, code: of.code, organizationId: of.organizationId })
      .from(of)
      .where(inArray(of.code, [...codes]));
  }

  /** Goes through the ids of a list once, within the transaction: it is planned and sorted once, however long it is. */
  async function openList(tx: Tx, filter: RecordFilter): Promise<void> {
    const ids = tx
      .select({ id: of.id })
      .from(of)
      .innerJoin(organizations, ownerOf)
      .where(listCondition(table, filter))
      .orderBy(...listOrder(table, filter));
    await tx.execute(sql`declare listed no scroll cursor for ${ids.getSQL()}`);
  }

  /** All that may be public, in the order of their ids, page by page. What appears or goes meanwhile is told by messages. */
  async function* readMatchable(db: Db): AsyncGenerator<MatchableRecord[]> {
    const { id, contentVersion, status, validUntil } = of;
    for (let afterId: string | null = null; ; ) {
      const page: MatchableRecord[] = await db
        .select({ id, contentVersion, status, validUntil, ownerVerified: ownerColumns.ownerVerified })
        .from(of)
        .innerJoin(organizations, ownerOf)
        .where(and(matchableCondition(table), afterId === null ? undefined : gt(id, afterId)))
        .orderBy(id)
        .limit(recordsPerPage);
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < recordsPerPage) return;
      afterId = last.id;
    }
  }

  const headsPrepared = prepared((db) => {
    const { id, code, title, organizationId, version, contentVersion, status, validUntil } = of;
    const { ownerVerified } = ownerColumns;
    return db
      .select({ id, code, title, organizationId, version, contentVersion, status, validUntil, ownerVerified })
      .from(of)
      .innerJoin(organizations, ownerOf)
      .where(among(id, sql.placeholder('ids')))
      .prepare(codes === 'demand_codes' ? 'demand_heads' : 'result_heads');
  });

  async function listHeads(db: Db, ids: readonly string[]): Promise<RecordHead[]> {
    return ids.length === 0 ? [] : await headsPrepared(db, { ids });
  }

  async function listTerritoryIds(db: Db, page: TerritoryPage, limit: number): Promise<string[]> {
    const rows = await db
      .select({ id: of.id })
      .from(of)
      .innerJoin(organizations, ownerOf)
      .where(territoryCondition(table, page))
      .orderBy(of.id)
      .limit(limit);
    return rows.map((row) => row.id);
  }

  async function countTerritory(db: Db, page: TerritoryPage): Promise<number> {
    const [row] = await db
      .select({ records: count() })
      .from(of)
      .innerJoin(organizations, ownerOf)
      .where(territoryCondition(table, page));
    return row?.records ?? 0;
  }

  async function listIdsOf(db: Db, organizationId: string): Promise<string[]> {
    const rows = await db.select({ id: of.id }).from(of).where(eq(of.organizationId, organizationId));
    return rows.map((row) => row.id);
  }

  /** After the tree of markets changed inside a region: every record in it goes to its home market. */
  async function rehome(tx: Tx, regionCode: string): Promise<void> {
    const home = homeMarketOfRegion(of.regionCode);
    await tx
      .update(of)
      .set({ homeMarketId: home })
      .where(
        and(like(of.regionCode, `${regionPrefix(regionCode)}%`), sql`${of.homeMarketId} is distinct from ${home}`),
      );
  }

  /** Up to `atMost`: a desk that is fuller than that needs no exact figure. */
  async function countReviews(db: Db, filter: ReviewFilter, atMost: number): Promise<number> {
    const some = db.select({ id: of.id }).from(of).where(reviewCondition(table, filter)).limit(atMost).as('some');
    return await db.$count(some);
  }

  /** How many reviews each person has in hand; null: nobody. */
  async function countReviewsByBroker(db: Db, marketIds: readonly string[]): Promise<Map<string | null, number>> {
    const rows = await db
      .select({ userId: of.assignedToUserId, records: count() })
      .from(of)
      .where(reviewCondition(table, { marketIds, forUserId: null }))
      .groupBy(of.assignedToUserId);
    return new Map(rows.map((row) => [row.userId, row.records]));
  }

  /** Who looks at a record is the market's affair: its version, which the owner's changes are fenced by, stays. */
  async function assign(tx: Tx, id: string, userId: string | null): Promise<void> {
    await tx.update(of).set({ assignedToUserId: userId }).where(eq(of.id, id));
  }

  /** What a person who has left had in hand goes back to all. */
  async function release(tx: Tx, userId: string): Promise<{ id: string; homeMarketId: string }[]> {
    return await tx
      .update(of)
      .set({ assignedToUserId: null })
      .where(eq(of.assignedToUserId, userId))
      .returning({ id: of.id, homeMarketId: of.homeMarketId });
  }

  return {
    nextNumbers,
    listHeads,
    findByCode,
    openList,
    readMatchable,
    listTerritoryIds,
    countTerritory,
    listIdsOf,
    rehome,
    countReviews,
    countReviewsByBroker,
    assign,
    release,
  };
}
