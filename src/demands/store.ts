import { eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { demandConfidential, demandExclusions, demands } from '../../db/schema/index.ts';
import { prepared } from '../core/prepared.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { type Columns, type NewRecord, type RecordRow, recordQueries, recordRows } from '../records/service.ts';

export type DemandRow = RecordRow<typeof demands>;
export type NewDemand = typeof demands.$inferInsert;
/** With what has a table of its own because fewer may see it. */
interface Excluding {
  excludedOrganizations: string[];
}
export type ConfidentialRow = typeof demandConfidential.$inferSelect & Excluding;
export type ConfidentialColumns = Omit<typeof demandConfidential.$inferInsert, 'demandId'> & Partial<Excluding>;

export const {
  nextNumbers: nextDemandNumbers,
  findByCode: findDemandsByCode,
  openList: openDemandList,
  listHeads: listDemandHeads,
  readMatchable: readMatchableDemands,
  listTerritoryIds: listTerritoryDemandIds,
  countTerritory: countTerritoryDemands,
  listIdsOf: listDemandIdsOf,
  rehome: rehomeDemandRows,
  countReviews: countDemandReviews,
  countReviewsByBroker: countDemandReviewsByBroker,
  assign: assignDemandRow,
  release: releaseDemandRows,
} = recordQueries(demands, 'demand_codes');

export const {
  get: getDemandRow,
  getMany: getDemandRows,
  lock: lockDemand,
  update: updateDemandRow,
  list: listDemandRows,
  lockDue: lockDueDemands,
  listReviews: listDemandReviews,
  listPending: listPendingDemands,
} = recordRows(demands, 'demand');

export async function insertDemands(tx: Tx, records: readonly NewRecord[]): Promise<void> {
  const rows = records.map(({ columns }) => columns as NewDemand);
  await insertRows(tx, demands, rows);
  const confidential = records.map((record) => record.confidential as ConfidentialColumns);
  await insertRows(
    tx,
    demandConfidential,
    confidential.map((of, at) => ({ ...of, demandId: rows[at]?.id ?? '' })),
  );
  for (const [at, { excludedOrganizations = [] }] of confidential.entries())
    await insertExclusions(tx, rows[at]?.id ?? '', excludedOrganizations);
}

const getDemandConfidentialPrepared = prepared((db) => {
  const excluded = db
    .select({ id: demandExclusions.organizationId })
    .from(demandExclusions)
    .where(eq(demandExclusions.demandId, demandConfidential.demandId))
    .orderBy(demandExclusions.organizationId);
  return db
    .select({ ...getTableColumns(demandConfidential), excludedOrganizations: sql<string[]>`array(${excluded})` })
    .from(demandConfidential)
    .where(eq(demandConfidential.demandId, sql.placeholder('id')))
    .prepare('get_demand_confidential');
});

/** Under row-level security: undefined also when the actor may not see it. */
export async function getDemandConfidential(tx: Tx, id: string): Promise<ConfidentialRow | undefined> {
  const [row] = await getDemandConfidentialPrepared(tx, { id });
  return row;
}

export async function listDemandConfidential(tx: Tx, ids: readonly string[]): Promise<Map<string, ConfidentialRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(demandConfidential)
    .where(inArray(demandConfidential.demandId, [...ids]));
  const exclusions = await listExclusions(tx, ids);
  return new Map(
    rows.map((row) => [row.demandId, { ...row, excludedOrganizations: [...(exclusions.get(row.demandId) ?? [])] }]),
  );
}

export async function updateDemandConfidential(tx: Tx, id: string, changes: Columns): Promise<void> {
  const { excludedOrganizations, ...columns } = changes as ConfidentialColumns;
  if (Object.keys(columns).length > 0)
    await tx.update(demandConfidential).set(columns).where(eq(demandConfidential.demandId, id));
  if (excludedOrganizations === undefined) return;
  await tx.delete(demandExclusions).where(eq(demandExclusions.demandId, id));
  await insertExclusions(tx, id, excludedOrganizations);
}

async function insertExclusions(tx: Tx, demandId: string, organizationIds: readonly string[]): Promise<void> {
  if (organizationIds.length === 0) return;
  await tx.insert(demandExclusions).values(organizationIds.map((organizationId) => ({ demandId, organizationId })));
}

const listExclusionsPrepared = prepared((db) =>
  db
    .select()
    .from(demandExclusions)
    .where(among(demandExclusions.demandId, sql.placeholder('demandIds')))
    .orderBy(demandExclusions.organizationId)
    .prepare('list_exclusions'),
);

/**
 * The organizations that each of these demands excludes. Under row-level security: the owner's and its brokers' own, and
 * all of them for the actor that refreshes matches.
 */
export async function listExclusions(tx: Tx, demandIds: readonly string[]): Promise<Map<string, Set<string>>> {
  const excluded = new Map<string, Set<string>>();
  if (demandIds.length === 0) return excluded;
  const rows = await listExclusionsPrepared(tx, { demandIds });
  for (const { demandId, organizationId } of rows)
    excluded.set(demandId, (excluded.get(demandId) ?? new Set()).add(organizationId));
  return excluded;
}

/** The home market of each. */
export async function listDemandMarkets(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { id, homeMarketId } = demands;
  const rows = await db.select({ id, homeMarketId }).from(demands).where(among(id, ids));
  return new Map(rows.map((row) => [row.id, row.homeMarketId]));
}
