import { and, count, desc, eq, gt, inArray, isNotNull, isNull, like, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { type demands, organizations, type results } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { homeMarketOfRegion } from '../organizations/service.ts';
import { openStatuses } from './rules.ts';

/** What both tables have. The conditions are written once; each kind's store selects from its own table. */
type RecordTable = typeof demands | typeof results;

/** Whose records: anybody's that are public (null), an organization's or one member's of it, or a territory's. */
export type Within = null | { organizationId: string; ownerUserId: string | null } | { marketIds: readonly string[] };

export interface RecordFilter {
  within: Within;
  status?: string | undefined;
  technologyField?: string | undefined;
  regionCode?: string | undefined;
  after: PageKey | null;
  limit: number;
  now: Date;
}

export interface DueFilter {
  validBefore: Date;
  askedBefore: boolean;
  limit: number;
}

/** Columns of the owner that policies ask for, beside a record's own; the query joins `organizations`. */
export const ownerColumns = {
  ownerVerified: sql<boolean>`${organizations.status} = 'verified'`,
  ownerStatus: sql<string>`${organizations.status}`,
};

export function listCondition(table: RecordTable, filter: RecordFilter): SQL | undefined {
  const { status, technologyField, regionCode } = filter;
  return and(
    withinCondition(table, filter),
    status === undefined ? undefined : sql`${table.status} = ${status}`,
    technologyField === undefined ? undefined : inField(table, technologyField),
    regionCode === undefined ? undefined : like(table.regionCode, `${regionPrefix(regionCode)}%`),
    afterCondition(table, filter),
  );
}

/** Goes through the ids of a list once, within the transaction: it is planned and sorted once, however long it is. */
export async function openCursor(tx: Tx, ids: SQL): Promise<void> {
  await tx.execute(sql`declare listed no scroll cursor for ${ids}`);
}

export async function fetchIds(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`fetch forward ${sql.raw(String(limit))} from listed`);
  return rows.map(({ id }) => id);
}

function withinCondition(table: RecordTable, { within, now }: RecordFilter): SQL | undefined {
  if (within === null) {
    return and(matchableCondition(table), or(isNull(table.validUntil), sql`${table.validUntil} > ${now}`));
  }
  if ('organizationId' in within) {
    const { organizationId, ownerUserId } = within;
    return and(
      eq(table.organizationId, organizationId),
      ownerUserId === null ? undefined : eq(table.createdByUserId, ownerUserId),
    );
  }
  return and(inArray(table.homeMarketId, [...within.marketIds]), sql`${table.status} <> 'draft'`);
}

/**
 * What no index has, and may still be the same as a new record: an organization's that are not public, or no longer;
 * of a territory what waits for its market.
 */
export function pendingCondition(table: RecordTable, within: Exclude<Within, null>): SQL | undefined {
  if ('marketIds' in within) {
    return and(
      inArray(table.homeMarketId, [...within.marketIds]),
      inArray(table.status, ['submitted', 'in_diagnosis']),
    );
  }
  const { organizationId, ownerUserId } = within;
  return and(
    eq(table.organizationId, organizationId),
    ownerUserId === null ? undefined : eq(table.createdByUserId, ownerUserId),
    inArray(table.status, ['draft', 'submitted', 'in_diagnosis', 'returned', 'expired']),
  );
}

function afterCondition(table: RecordTable, { within, after }: RecordFilter): SQL | undefined {
  if (after === null) return undefined;
  if (within !== null) return lt(table.id, after.id);
  return sql`(${table.publishedAt}, ${table.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`;
}

/** Newest first: by publication for the public, by id (time of making) for owners and desks. */
export function listOrder(table: RecordTable, { within }: RecordFilter): SQL[] {
  return within === null ? [desc(table.publishedAt), desc(table.id)] : [desc(table.id)];
}

/** A field of the first level stands for all of its second level. */
function inField(table: RecordTable, code: string): SQL {
  return code.length > 1
    ? sql`${table.technologyFields} @> array[${code}]::text[]`
    : sql`exists (select 1 from unnest(${table.technologyFields}) field where field like ${`${code}%`})`;
}

/** Open, and of a verified organization. */
export function matchableCondition(table: RecordTable): SQL | undefined {
  return and(inArray(table.status, [...openStatuses]), eq(organizations.status, 'verified'));
}

/** A territory's matchable records in the order of their ids, as they were at a moment: what came later has been told of. */
export interface TerritoryPage {
  marketIds: readonly string[];
  publishedUntil: Date;
  afterId: string | null;
}

export function territoryCondition(table: RecordTable, page: TerritoryPage): SQL | undefined {
  return and(
    matchableCondition(table),
    inArray(table.homeMarketId, [...page.marketIds]),
    lte(table.publishedAt, page.publishedUntil),
    page.afterId === null ? undefined : gt(table.id, page.afterId),
  );
}

export function dueCondition(table: RecordTable, { validBefore, askedBefore }: DueFilter): SQL | undefined {
  return and(
    inArray(table.status, [...openStatuses]),
    lt(table.validUntil, validBefore),
    askedBefore ? isNotNull(table.expiryNoticeAt) : isNull(table.expiryNoticeAt),
  );
}

/** After the tree of markets changed inside a region: every record in it goes to its home market. */
export async function rehomeRows(tx: Tx, table: RecordTable, regionCode: string): Promise<void> {
  const home = homeMarketOfRegion(table.regionCode);
  await tx
    .update(table)
    .set({ homeMarketId: home })
    .where(
      and(like(table.regionCode, `${regionPrefix(regionCode)}%`), sql`${table.homeMarketId} is distinct from ${home}`),
    );
}

/** What waits for a market's review: submitted records, and changes that owners proposed to published ones. */
export interface ReviewFilter {
  marketIds: readonly string[];
  /** A broker's own and what nobody has in hand; null: everybody's. */
  forUserId: string | null;
}

/** Written as the partial index has it. */
export function reviewCondition(table: RecordTable, { marketIds, forUserId }: ReviewFilter): SQL | undefined {
  return and(
    sql`(${table.status} = 'submitted' or ${table.revision} is not null)`,
    sql`${table.homeMarketId} = any(${sql.param([...marketIds])}::uuid[])`,
    forUserId === null ? undefined : or(isNull(table.assignedToUserId), eq(table.assignedToUserId, forUserId)),
  );
}

/** Up to `atMost`: a desk that is fuller than that needs no exact figure. */
export async function countReviews(db: Db, table: RecordTable, filter: ReviewFilter, atMost: number): Promise<number> {
  const some = db
    .select({ id: table.id })
    .from(table as typeof demands)
    .where(reviewCondition(table, filter))
    .limit(atMost)
    .as('some');
  return await db.$count(some);
}

/** How many reviews each person has in hand; null: nobody. */
export async function countReviewsByBroker(
  db: Db,
  table: RecordTable,
  marketIds: readonly string[],
): Promise<Map<string | null, number>> {
  const rows = await db
    .select({ userId: table.assignedToUserId, records: count() })
    .from(table as typeof demands)
    .where(reviewCondition(table, { marketIds, forUserId: null }))
    .groupBy(table.assignedToUserId);
  return new Map(rows.map((row) => [row.userId, row.records]));
}

/** Who looks at a record is the market's affair: its version, which the owner's changes are fenced by, stays. */
export async function assignRow(tx: Tx, table: RecordTable, id: string, userId: string | null): Promise<void> {
  await tx.update(table).set({ assignedToUserId: userId }).where(eq(table.id, id));
}

/** What a person who has left had in hand goes back to all. */
export async function releaseRows(
  tx: Tx,
  table: RecordTable,
  userId: string,
): Promise<{ id: string; homeMarketId: string }[]> {
  return await tx
    .update(table)
    .set({ assignedToUserId: null })
    .where(eq(table.assignedToUserId, userId))
    .returning({ id: table.id, homeMarketId: table.homeMarketId });
}
