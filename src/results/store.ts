import { eq, inArray, sql } from 'drizzle-orm';
import { insertRows } from '../../db/insert-rows.ts';
import { resultConfidential, results } from '../../db/schema/index.ts';
import { prepared } from '../core/prepared.ts';
import type { Tx } from '../core/transaction.ts';
import { type Columns, type NewRecord, type RecordRow, recordQueries, recordRows } from '../records/service.ts';

export type ResultRow = RecordRow<typeof results>;
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

export const {
  get: getResultRow,
  getMany: getResultRows,
  lock: lockResult,
  update: updateResultRow,
  list: listResultRows,
  lockDue: lockDueResults,
  listReviews: listResultReviews,
  listPending: listPendingResults,
} = recordRows(results, 'result');

export async function insertResults(tx: Tx, records: readonly NewRecord[]): Promise<void> {
  const rows = records.map(({ columns }) => columns as NewResult);
  await insertRows(tx, results, rows);
  await insertRows(
    tx,
    resultConfidential,
    records.map(({ confidential }, at) => ({ inventorContacts: [], ...confidential, resultId: rows[at]?.id ?? '' })),
  );
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
