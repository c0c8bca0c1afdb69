import { and, desc, eq, getTableColumns, gt, inArray, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { organizations, resultConfidential, results } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { prepared } from '../core/prepared.ts';
import type { Db, Tx } from '../core/transaction.ts';
import {
  type Columns,
  type DueFilter,
  dueCondition,
  firstPage,
  isFirstPage,
  listCondition,
  listOrder,
  type NewRecord,
  type OwnerFacts,
  ownerColumns,
  pendingCondition,
  type RecordFilter,
  type ReviewFilter,
  recordQueries,
  reviewCondition,
  type Within,
  writtenLimit,
} from '../records/service.ts';

export type ResultRow = typeof results.$inferSelect & OwnerFacts;
export type NewResult = typeof results.$inferInsert;
export type ConfidentialRow = typeof resultConfidential.$inferSelect;
export type ConfidentialColumns = Omit<typeof resultConfidential.$inferInsert, 'resultId'>;

export const {
  nextNumbers: nextResultNumbers,
  findByCode: findResultsByCode,
  openList: openResultList,
  listHeads: listResultHeads,
  readMatchable: readMatchableResults,
  listTerritoryIds: listTerritoryResultIds,
  countTerritory: countTerritoryResults,
  listIdsOf: listResultIdsOf,
  rehome: rehomeResultRows,
  countReviews: countResultReviews,
  countReviewsByBroker: countResultReviewsByBroker,
  assign: assignResultRow,
  release: releaseResultRows,
} = recordQueries(results, 'result_codes');

function selectResults(db: Db) {
  return db
    .select({ ...getTableColumns(results), ...ownerColumns })
    .from(results)
    .innerJoin(organizations, eq(organizations.id, results.organizationId));
}

export async function insertResults(tx: Tx, records: readonly NewRecord[]): Promise<void> {
  const rows = records.map(({ columns }) => columns as NewResult);
  await insertRows(tx, results, rows);
  await insertRows(
    tx,
    resultConfidential,
    records.map(({ confidential }, at) => ({ inventorContacts: [], ...confidential, resultId: rows[at]?.id ?? '' })),
  );
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

const getResultsPrepared = prepared((db) =>
  selectResults(db)
    .where(among(results.id, sql.placeholder('ids')))
    .prepare('get_results'),
);

export async function getResultRows(db: Db, ids: readonly string[]): Promise<ResultRow[]> {
  return ids.length === 0 ? [] : await getResultsPrepared(db, { ids });
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

export async function lockDueResults(tx: Tx, due: DueFilter): Promise<ResultRow[]> {
  return await selectResults(tx)
    .where(dueCondition(results, due))
    .orderBy(results.id)
    .limit(due.limit)
    .for('update', { of: results, skipLocked: true });
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

/** The newest of what is not public, or no longer. */
export async function listPendingResults(db: Db, within: Exclude<Within, null>, limit: number): Promise<ResultRow[]> {
  return await selectResults(db).where(pendingCondition(results, within)).orderBy(desc(results.id)).limit(limit);
}
