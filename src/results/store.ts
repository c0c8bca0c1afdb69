import { and, desc, eq, getTableColumns, inArray, isNotNull, isNull, like, lt, or, sql } from 'drizzle-orm';
import { organizations, resultConfidential, results } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { homeMarketOfRegion } from '../organizations/service.ts';
import { openStatuses } from '../records/service.ts';

export type ResultRow = typeof results.$inferSelect & { ownerVerified: boolean; ownerStatus: string };
export type NewResult = typeof results.$inferInsert;
export type ConfidentialRow = typeof resultConfidential.$inferSelect;
export type ConfidentialColumns = Omit<typeof resultConfidential.$inferInsert, 'resultId'>;

const withOwner = {
  ...getTableColumns(results),
  ownerVerified: sql<boolean>`${organizations.status} = 'verified'`,
  ownerStatus: sql<string>`${organizations.status}`,
};

function selectResults(db: Db) {
  return db.select(withOwner).from(results).innerJoin(organizations, eq(organizations.id, results.organizationId));
}

export async function insertResult(tx: Tx, row: NewResult, confidential: ConfidentialColumns): Promise<void> {
  await tx.insert(results).values(row);
  await tx.insert(resultConfidential).values({ resultId: row.id, ...confidential });
}

export async function nextResultNumber(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ number: string }>(sql`select nextval('result_codes') as number`);
  return Number(rows[0]?.number);
}

export async function getResultRow(db: Db, id: string): Promise<ResultRow | undefined> {
  const [row] = await selectResults(db).where(eq(results.id, id));
  return row;
}

export async function getResultRows(db: Db, ids: readonly string[]): Promise<ResultRow[]> {
  return ids.length === 0 ? [] : await selectResults(db).where(inArray(results.id, [...ids]));
}

export async function lockResult(tx: Tx, id: string): Promise<ResultRow | undefined> {
  const [row] = await selectResults(tx).where(eq(results.id, id)).for('update', { of: results });
  return row;
}

export async function updateResultRow(
  tx: Tx,
  row: ResultRow,
  changes: Partial<NewResult>,
  now: Date,
): Promise<ResultRow> {
  const [updated] = await tx
    .update(results)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(results.id, row.id))
    .returning();
  return { ...(updated ?? row), ownerVerified: row.ownerVerified, ownerStatus: row.ownerStatus };
}

/** Under row-level security: undefined also when the actor may not see it. */
export async function getResultConfidential(tx: Tx, id: string): Promise<ConfidentialRow | undefined> {
  const [row] = await tx.select().from(resultConfidential).where(eq(resultConfidential.resultId, id));
  return row;
}

export async function updateResultConfidential(
  tx: Tx,
  id: string,
  changes: Partial<ConfidentialColumns>,
): Promise<void> {
  if (Object.keys(changes).length > 0)
    await tx.update(resultConfidential).set(changes).where(eq(resultConfidential.resultId, id));
}

export interface ResultFilter {
  /** null: what anybody may read. */
  within: { organizationId: string; ownerUserId: string | null } | { marketIds: readonly string[] } | null;
  status?: string | undefined;
  technologyField?: string | undefined;
  regionCode?: string | undefined;
  after: PageKey | null;
  limit: number;
  now: Date;
}

/** Newest first: by publication for the public, by id (time of making) for owners and desks. */
export async function listResultRows(db: Db, filter: ResultFilter): Promise<ResultRow[]> {
  const { within, after } = filter;
  const isPublicList = within === null;
  return await selectResults(db)
    .where(
      and(
        isPublicList
          ? and(
              inArray(results.status, [...openStatuses]),
              eq(organizations.status, 'verified'),
              or(isNull(results.validUntil), sql`${results.validUntil} > ${filter.now}`),
            )
          : 'organizationId' in within
            ? and(
                eq(results.organizationId, within.organizationId),
                within.ownerUserId === null ? undefined : eq(results.createdByUserId, within.ownerUserId),
              )
            : and(inArray(results.homeMarketId, [...within.marketIds]), sql`${results.status} <> 'draft'`),
        filter.status === undefined ? undefined : sql`${results.status} = ${filter.status}`,
        filter.technologyField === undefined ? undefined : inField(filter.technologyField),
        filter.regionCode === undefined ? undefined : like(results.regionCode, `${regionPrefix(filter.regionCode)}%`),
        after === null
          ? undefined
          : isPublicList
            ? sql`(${results.publishedAt}, ${results.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`
            : lt(results.id, after.id),
      ),
    )
    .orderBy(...(isPublicList ? [desc(results.publishedAt), desc(results.id)] : [desc(results.id)]))
    .limit(filter.limit + 1);
}

/** A field of the first level stands for all of its second level. */
function inField(code: string) {
  return code.length > 1
    ? sql`${results.technologyFields} @> array[${code}]::text[]`
    : sql`exists (select 1 from unnest(${results.technologyFields}) field where field like ${`${code}%`})`;
}

export async function listMatchableResultIds(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: results.id })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId))
    .where(and(inArray(results.status, [...openStatuses]), eq(organizations.status, 'verified')))
    .orderBy(results.id);
  return rows.map((row) => row.id);
}

export async function listResultIdsOf(db: Db, organizationId: string): Promise<string[]> {
  const rows = await db.select({ id: results.id }).from(results).where(eq(results.organizationId, organizationId));
  return rows.map((row) => row.id);
}

export async function lockDueResults(
  tx: Tx,
  due: { validBefore: Date; askedBefore: boolean; limit: number },
): Promise<ResultRow[]> {
  return await selectResults(tx)
    .where(
      and(
        inArray(results.status, [...openStatuses]),
        lt(results.validUntil, due.validBefore),
        due.askedBefore ? isNotNull(results.expiryNoticeAt) : isNull(results.expiryNoticeAt),
      ),
    )
    .orderBy(results.id)
    .limit(due.limit)
    .for('update', { of: results, skipLocked: true });
}

/** After the tree of markets changed inside a region: every result in it goes to its home market. */
export async function rehomeResultRows(tx: Tx, regionCode: string): Promise<void> {
  const home = homeMarketOfRegion(results.regionCode);
  await tx
    .update(results)
    .set({ homeMarketId: home })
    .where(
      and(
        like(results.regionCode, `${regionPrefix(regionCode)}%`),
        sql`${results.homeMarketId} is distinct from ${home}`,
      ),
    );
}
