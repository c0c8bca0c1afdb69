import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  or,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import { type demands, organizations, type results } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Tx } from '../core/transaction.ts';
import type { PublicFacts } from './policy.ts';
import { openStatuses } from './rules.ts';
import type { RecordOwner } from './views.ts';

/** What a record's query brings along of its owner. */
export interface OwnerFacts {
  ownerVerified: boolean;
  ownerStatus: string;
  owner: RecordOwner;
}

/** What both tables have. The conditions are written once; each kind's store selects from its own table. */
export type RecordTable = typeof demands | typeof results;

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

/** What most readers ask for: the newest public records. Its statement is prepared; `now` is filled in. */
export const firstPage = { within: null, after: null, limit: 20, now: sql.placeholder('now') } as const;

/** A page as asked for, or as a prepared statement has it. */
type PageFilter = Omit<RecordFilter, 'now'> & { now: Date | Placeholder };

export function isFirstPage({ within, after, limit, ...filters }: RecordFilter): boolean {
  const { status, technologyField, regionCode } = filters;
  const isFiltered = [status, technologyField, regionCode].some((value) => value !== undefined);
  return within === null && after === null && limit === firstPage.limit && !isFiltered;
}

/** A limit written out: with one among its parameters, a plan for any values expects a tenth of the table. */
export function writtenLimit(limit: number): Placeholder {
  return sql.raw(String(limit)) as unknown as Placeholder;
}

export interface DueFilter {
  validBefore: Date;
  askedBefore: boolean;
  limit: number;
}

/** What policies ask of the owner and every view shows, beside a record's own columns; the query joins `organizations`. */
export const ownerColumns = {
  ownerVerified: sql<boolean>`${organizations.status} = 'verified'`,
  ownerStatus: sql<string>`${organizations.status}`,
  owner: {
    id: organizations.id,
    name: organizations.name,
    kind: organizations.kind,
    regionCode: organizations.regionCode,
    industry: organizations.industry,
    sizeBand: organizations.sizeBand,
  },
};

export function listCondition(table: RecordTable, filter: PageFilter): SQL | undefined {
  const { status, technologyField, regionCode } = filter;
  return and(
    withinCondition(table, filter),
    status === undefined ? undefined : sql`${table.status} = ${status}`,
    technologyField === undefined ? undefined : inField(table, technologyField),
    regionCode === undefined ? undefined : like(table.regionCode, `${regionPrefix(regionCode)}%`),
    afterCondition(table, filter),
  );
}

/** The next of the list that `openList` has opened in this transaction. */
export async function fetchIds(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`fetch forward ${sql.raw(String(limit))} from listed`);
  return rows.map(({ id }) => id);
}

function withinCondition(table: RecordTable, { within, now }: PageFilter): SQL | undefined {
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

function afterCondition(table: RecordTable, { within, after }: PageFilter): SQL | undefined {
  if (after === null) return undefined;
  if (within !== null) return lt(table.id, after.id);
  return sql`(${table.publishedAt}, ${table.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`;
}

/** Newest first: by publication for the public, by id (time of making) for owners and desks. */
export function listOrder(table: RecordTable, { within }: PageFilter): SQL[] {
  return within === null ? [desc(table.publishedAt), desc(table.id)] : [desc(table.id)];
}

/** A field of the first level stands for all of its second level. */
function inField(table: RecordTable, code: string): SQL {
  return code.length > 1
    ? sql`${table.technologyFields} @> array[${code}]::text[]`
    : sql`exists (select 1 from unnest(${table.technologyFields}) field where field like ${`${code}%`})`;
}

/** Written out, not as parameters: so a plan made for any values knows that the partial index of open records serves. */
function openCondition(table: RecordTable): SQL {
  return sql`${table.status} in (${sql.raw(openStatuses.map((status) => `'${status}'`).join(', '))})`;
}

/** Open, and of a verified organization. */
export function matchableCondition(table: RecordTable): SQL | undefined {
  return and(openCondition(table), eq(organizations.status, 'verified'));
}

/** Enough to compare a record that may be public with what an index has of it. */
export interface MatchableRecord extends PublicFacts {
  id: string;
  contentVersion: number;
}

/** What is asked of many records at once that a person may never see: no more than who they are, and whether they are public. */
export interface RecordHead extends MatchableRecord {
  code: string;
  title: string;
  organizationId: string;
  /** Another one after every change to the row. */
  version: number;
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
    openCondition(table),
    lt(table.validUntil, validBefore),
    askedBefore ? isNotNull(table.expiryNoticeAt) : isNull(table.expiryNoticeAt),
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
