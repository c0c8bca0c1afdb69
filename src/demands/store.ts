import { and, desc, eq, getTableColumns, gt, inArray, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import { insertRows } from '../../db/insert-rows.ts';
import { demandConfidential, demandExclusions, demands, organizations } from '../../db/schema/index.ts';
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

export type DemandRow = typeof demands.$inferSelect & OwnerFacts;
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

function selectDemands(db: Db) {
  return db
    .select({ ...getTableColumns(demands), ...ownerColumns })
    .from(demands)
    .innerJoin(organizations, eq(organizations.id, demands.organizationId));
}

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

const getDemandPrepared = prepared((db) =>
  selectDemands(db)
    .where(eq(demands.id, sql.placeholder('id')))
    .prepare('get_demand'),
);

export async function getDemandRow(db: Db, id: string): Promise<DemandRow | undefined> {
  const [row] = await getDemandPrepared(db, { id });
  return row;
}

const getDemandsPrepared = prepared((db) =>
  selectDemands(db)
    .where(among(demands.id, sql.placeholder('ids')))
    .prepare('get_demands'),
);

export async function getDemandRows(db: Db, ids: readonly string[]): Promise<DemandRow[]> {
  return ids.length === 0 ? [] : await getDemandsPrepared(db, { ids });
}

const lockDemandPrepared = prepared((db) =>
  selectDemands(db)
    .where(eq(demands.id, sql.placeholder('id')))
    .for('update', { of: demands })
    .prepare('lock_demand'),
);

export async function lockDemand(tx: Tx, id: string): Promise<DemandRow | undefined> {
  const [row] = await lockDemandPrepared(tx, { id });
  return row;
}

export async function updateDemandRow(tx: Tx, row: DemandRow, changes: Columns, now: Date): Promise<DemandRow> {
  const [updated] = await tx
    .update(demands)
    .set({ ...(changes as Partial<NewDemand>), version: row.version + 1, updatedAt: now })
    .where(eq(demands.id, row.id))
    .returning();
  const { ownerVerified, ownerStatus, owner } = row;
  return { ...(updated ?? row), ownerVerified, ownerStatus, owner };
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

const listFirstDemandsPrepared = prepared((db) =>
  selectDemands(db)
    .where(listCondition(demands, firstPage))
    .orderBy(...listOrder(demands, firstPage))
    .limit(writtenLimit(firstPage.limit + 1))
    .prepare('list_first_demands'),
);

export async function listDemandRows(db: Db, filter: RecordFilter): Promise<DemandRow[]> {
  if (isFirstPage(filter)) return await listFirstDemandsPrepared(db, { now: filter.now.toISOString() });
  return await selectDemands(db)
    .where(listCondition(demands, filter))
    .orderBy(...listOrder(demands, filter))
    .limit(filter.limit + 1);
}

/** The home market of each. */
export async function listDemandMarkets(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { id, homeMarketId } = demands;
  const rows = await db.select({ id, homeMarketId }).from(demands).where(among(id, ids));
  return new Map(rows.map((row) => [row.id, row.homeMarketId]));
}

export async function lockDueDemands(tx: Tx, due: DueFilter): Promise<DemandRow[]> {
  return await selectDemands(tx)
    .where(dueCondition(demands, due))
    .orderBy(demands.id)
    .limit(due.limit)
    .for('update', { of: demands, skipLocked: true });
}

export async function listDemandReviews(
  db: Db,
  filter: ReviewFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<DemandRow[]> {
  return await selectDemands(db)
    .where(and(reviewCondition(demands, filter), after === null ? undefined : gt(demands.id, after.id)))
    .orderBy(demands.id)
    .limit(limit);
}

/** The newest of what is not public, or no longer. */
export async function listPendingDemands(db: Db, within: Exclude<Within, null>, limit: number): Promise<DemandRow[]> {
  return await selectDemands(db).where(pendingCondition(demands, within)).orderBy(desc(demands.id)).limit(limit);
}
