import { and, count, desc, eq, getTableColumns, gt, inArray, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import { organizations, resultConfidential, results } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { prepared } from '../core/prepared.ts';
import type { Db, Tx } from '../core/transaction.ts';
import {
  assignRow,
  type Columns,
  countReviews,
  countReviewsByBroker,
  type DueFilter,
  dueCondition,
  firstPage,
  isFirstPage,
  listCondition,
  listOrder,
  type MatchableRecord,
  type NewRecord,
  type OwnerFacts,
  openCursor,
  ownerColumns,
  pendingCondition,
  type RecordFilter,
  type ReviewFilter,
  readMatchable,
  rehomeRows,
  releaseRows,
  reviewCondition,
  type TerritoryPage,
  territoryCondition,
  type Within,
  writtenLimit,
} from '../records/service.ts';

export type ResultRow = typeof results.$inferSelect & OwnerFacts;
export type NewResult = typeof results.$inferInsert;
export type ConfidentialRow = typeof resultConfidential.$inferSelect;
export type ConfidentialColumns = Omit<typeof resultConfidential.$inferInsert, 'resultId'>;

function selectResults(db: Db) {
  return db
    .select({ ...getTableColumns(results), ...ownerColumns })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId));
}

export async function insertResults(tx: Tx, records: readonly NewRecord[]): Promise<void> {
  const rows = records.map(({ columns }) => columns as NewResult);
  await tx.insert(results).values(rows);
  await tx
    .insert(resultConfidential)
    .values(
      records.map(({ confidential }, at) => ({ inventorContacts: [], ...confidential, resultId: rows[at]?.id ?? '' })),
    );
}

export async function nextResultNumbers(tx: Tx, count: number): Promise<number[]> {
  const { rows } = await tx.execute<{ number: string }>(
    sql`select nextval('result_codes') as number from generate_series(1, ${count})`,
  );
  return rows.map(({ number }) => Number(number));
}

const getResultPrepared = prepared((db) =>
  selectResults(db)
    .where(eq(results.id, sql.placeholder('id')))
    .prepare('get_result'),
);

export async function getResultRow(db: Db, id: string): Promise<ResultRow | undefined> {
  const [row] = await getResultPrepared(db, { id });
  return row;
}

export async function getResultRows(db: Db, ids: readonly string[]): Promise<ResultRow[]> {
  return ids.length === 0 ? [] : await selectResults(db).where(among(results.id, ids));
}

export async function findResultsByCode(
  db: Db,
  codes: readonly string[],
): Promise<{ id: string; code: string; organizationId: string }[]> {
  if (codes.length === 0) return [];
  return await db
    .select({ id: results.id, code: results.code, organizationId: results.organizationId })
    .from(results)
    .where(inArray(results.code, [...codes]));
}

const lockResultPrepared = prepared((db) =>
  selectResults(db)
    .where(eq(results.id, sql.placeholder('id')))
    .for('update', { of: results })
    .prepare('lock_result'),
);

export async function lockResult(tx: Tx, id: string): Promise<ResultRow | undefined> {
  const [row] = await lockResultPrepared(tx, { id });
  return row;
}

export async function updateResultRow(tx: Tx, row: ResultRow, changes: Columns, now: Date): Promise<ResultRow> {
  const [updated] = await tx
    .update(results)
    .set({ ...(changes as Partial<NewResult>), version: row.version + 1, updatedAt: now })
    .where(eq(results.id, row.id))
    .returning();
  const { ownerVerified, ownerStatus, owner } = row;
  return { ...(updated ?? row), ownerVerified, ownerStatus, owner };
}

const getResultConfidentialPrepared = prepared((db) =>
  db
    .select()
    .from(resultConfidential)
    .where(eq(resultConfidential.resultId, sql.placeholder('id')))
    .prepare('get_result_confidential'),
);

/** Under row-level security: undefined also when the actor may not see it. */
export async function getResultConfidential(tx: Tx, id: string): Promise<ConfidentialRow | undefined> {
  const [row] = await getResultConfidentialPrepared(tx, { id });
  return row;
}

export async function listResultConfidential(tx: Tx, ids: readonly string[]): Promise<Map<string, ConfidentialRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(resultConfidential)
    .where(inArray(resultConfidential.resultId, [...ids]));
  return new Map(rows.map((row) => [row.resultId, row]));
}

export async function updateResultConfidential(tx: Tx, id: string, changes: Columns): Promise<void> {
  if (Object.keys(changes).length > 0)
    await tx.update(resultConfidential).set(changes).where(eq(resultConfidential.resultId, id));
}

const listFirstResultsPrepared = prepared((db) =>
  selectResults(db)
    .where(listCondition(results, firstPage))
    .orderBy(...listOrder(results, firstPage))
    .limit(writtenLimit(firstPage.limit + 1))
    .prepare('list_first_results'),
);

export async function listResultRows(db: Db, filter: RecordFilter): Promise<ResultRow[]> {
  if (isFirstPage(filter)) return await listFirstResultsPrepared(db, { now: filter.now.toISOString() });
  return await selectResults(db)
    .where(listCondition(results, filter))
    .orderBy(...listOrder(results, filter))
    .limit(filter.limit + 1);
}

/** Their ids, to be fetched in the transaction. */
export async function openResultList(tx: Tx, filter: RecordFilter): Promise<void> {
  const ids = tx
    .select({ id: results.id })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId))
    .where(listCondition(results, filter))
    .orderBy(...listOrder(results, filter));
  await openCursor(tx, ids.getSQL());
}

/** All that may be public, page by page. */
export function readMatchableResults(db: Db): AsyncGenerator<MatchableRecord[]> {
  return readMatchable(db, results);
}

export async function listTerritoryResultIds(db: Db, page: TerritoryPage, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: results.id })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId))
    .where(territoryCondition(results, page))
    .orderBy(results.id)
    .limit(limit);
  return rows.map((row) => row.id);
}

export async function countTerritoryResults(db: Db, page: TerritoryPage): Promise<number> {
  const [row] = await db
    .select({ records: count() })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId))
    .where(territoryCondition(results, page));
  return row?.records ?? 0;
}

export async function listResultIdsOf(db: Db, organizationId: string): Promise<string[]> {
  const rows = await db.select({ id: results.id }).from(results).where(eq(results.organizationId, organizationId));
  return rows.map((row) => row.id);
}

export async function lockDueResults(tx: Tx, due: DueFilter): Promise<ResultRow[]> {
  return await selectResults(tx)
    .where(dueCondition(results, due))
    .orderBy(results.id)
    .limit(due.limit)
    .for('update', { of: results, skipLocked: true });
}

/** After the tree of markets changed inside a region. */
export async function rehomeResultRows(tx: Tx, regionCode: string): Promise<void> {
  await rehomeRows(tx, results, regionCode);
}

export async function listResultReviews(
  db: Db,
  filter: ReviewFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<ResultRow[]> {
  return await selectResults(db)
    .where(and(reviewCondition(results, filter), after === null ? undefined : gt(results.id, after.id)))
    .orderBy(results.id)
    .limit(limit);
}

export async function countResultReviews(db: Db, filter: ReviewFilter, atMost: number): Promise<number> {
  return await countReviews(db, results, filter, atMost);
}

export async function countResultReviewsByBroker(
  db: Db,
  marketIds: readonly string[],
): Promise<Map<string | null, number>> {
  return await countReviewsByBroker(db, results, marketIds);
}

export async function assignResultRow(tx: Tx, id: string, userId: string | null): Promise<void> {
  await assignRow(tx, results, id, userId);
}

export async function releaseResultRows(tx: Tx, userId: string): Promise<{ id: string; homeMarketId: string }[]> {
  return await releaseRows(tx, results, userId);
}

/** The newest of what is not public, or no longer. */
export async function listPendingResults(db: Db, within: Exclude<Within, null>, limit: number): Promise<ResultRow[]> {
  return await selectResults(db).where(pendingCondition(results, within)).orderBy(desc(results.id)).limit(limit);
}
