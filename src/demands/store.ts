import { and, desc, eq, getTableColumns, inArray, isNotNull, isNull, like, lt, or, sql } from 'drizzle-orm';
import { demandConfidential, demands, organizations } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { homeMarketOfRegion } from '../organizations/service.ts';
import { openStatuses } from '../records/service.ts';

export type DemandRow = typeof demands.$inferSelect & { ownerVerified: boolean; ownerStatus: string };
export type NewDemand = typeof demands.$inferInsert;
export type ConfidentialRow = typeof demandConfidential.$inferSelect;
export type ConfidentialColumns = Omit<typeof demandConfidential.$inferInsert, 'demandId'>;

const withOwner = {
  ...getTableColumns(demands),
  ownerVerified: sql<boolean>`${organizations.status} = 'verified'`,
  ownerStatus: sql<string>`${organizations.status}`,
};

function selectDemands(db: Db) {
  return db.select(withOwner).from(demands).innerJoin(organizations, eq(organizations.id, demands.organizationId));
}

export async function insertDemand(tx: Tx, row: NewDemand, confidential: ConfidentialColumns): Promise<void> {
  await tx.insert(demands).values(row);
  await tx.insert(demandConfidential).values({ demandId: row.id, ...confidential });
}

export async function nextDemandNumber(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ number: string }>(sql`select nextval('demand_codes') as number`);
  return Number(rows[0]?.number);
}

export async function getDemandRow(db: Db, id: string): Promise<DemandRow | undefined> {
  const [row] = await selectDemands(db).where(eq(demands.id, id));
  return row;
}

export async function getDemandRows(db: Db, ids: readonly string[]): Promise<DemandRow[]> {
  return ids.length === 0 ? [] : await selectDemands(db).where(inArray(demands.id, [...ids]));
}

export async function lockDemand(tx: Tx, id: string): Promise<DemandRow | undefined> {
  const [row] = await selectDemands(tx).where(eq(demands.id, id)).for('update', { of: demands });
  return row;
}

export async function updateDemandRow(
  tx: Tx,
  row: DemandRow,
  changes: Partial<NewDemand>,
  now: Date,
): Promise<DemandRow> {
  const [updated] = await tx
    .update(demands)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(demands.id, row.id))
    .returning();
  return { ...(updated ?? row), ownerVerified: row.ownerVerified, ownerStatus: row.ownerStatus };
}

/** Under row-level security: undefined also when the actor may not see it. */
export async function getDemandConfidential(tx: Tx, id: string): Promise<ConfidentialRow | undefined> {
  const [row] = await tx.select().from(demandConfidential).where(eq(demandConfidential.demandId, id));
  return row;
}

export async function updateDemandConfidential(
  tx: Tx,
  id: string,
  changes: Partial<ConfidentialColumns>,
): Promise<void> {
  if (Object.keys(changes).length > 0)
    await tx.update(demandConfidential).set(changes).where(eq(demandConfidential.demandId, id));
}

export interface DemandFilter {
  /** null: what anybody may read. */
  within: { organizationId: string } | { marketIds: readonly string[] } | null;
  status?: string | undefined;
  technologyField?: string | undefined;
  regionCode?: string | undefined;
  after: PageKey | null;
  limit: number;
  now: Date;
}

/** Newest first: by publication for the public, by id (time of making) for owners and desks. */
export async function listDemandRows(db: Db, filter: DemandFilter): Promise<DemandRow[]> {
  const { within, after } = filter;
  const isPublicList = within === null;
  return await selectDemands(db)
    .where(
      and(
        isPublicList
          ? and(
              inArray(demands.status, [...openStatuses]),
              eq(organizations.status, 'verified'),
              or(isNull(demands.validUntil), sql`${demands.validUntil} > ${filter.now}`),
            )
          : 'organizationId' in within
            ? eq(demands.organizationId, within.organizationId)
            : and(inArray(demands.homeMarketId, [...within.marketIds]), sql`${demands.status} <> 'draft'`),
        filter.status === undefined ? undefined : sql`${demands.status} = ${filter.status}`,
        filter.technologyField === undefined ? undefined : inField(filter.technologyField),
        filter.regionCode === undefined ? undefined : like(demands.regionCode, `${regionPrefix(filter.regionCode)}%`),
        after === null
          ? undefined
          : isPublicList
            ? sql`(${demands.publishedAt}, ${demands.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`
            : lt(demands.id, after.id),
      ),
    )
    .orderBy(...(isPublicList ? [desc(demands.publishedAt), desc(demands.id)] : [desc(demands.id)]))
    .limit(filter.limit + 1);
}

/** A field of the first level stands for all of its second level. */
function inField(code: string) {
  return code.length > 1
    ? sql`${demands.technologyFields} @> array[${code}]::text[]`
    : sql`exists (select 1 from unnest(${demands.technologyFields}) field where field like ${`${code}%`})`;
}

export async function listMatchableDemandIds(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: demands.id })
    .from(demands)
    .innerJoin(organizations, eq(organizations.id, demands.organizationId))
    .where(and(inArray(demands.status, [...openStatuses]), eq(organizations.status, 'verified')))
    .orderBy(demands.id);
  return rows.map((row) => row.id);
}

export async function listDemandIdsOf(db: Db, organizationId: string): Promise<string[]> {
  const rows = await db.select({ id: demands.id }).from(demands).where(eq(demands.organizationId, organizationId));
  return rows.map((row) => row.id);
}

export async function lockDueDemands(
  tx: Tx,
  due: { validBefore: Date; askedBefore: boolean; limit: number },
): Promise<DemandRow[]> {
  return await selectDemands(tx)
    .where(
      and(
        inArray(demands.status, [...openStatuses]),
        lt(demands.validUntil, due.validBefore),
        due.askedBefore ? isNotNull(demands.expiryNoticeAt) : isNull(demands.expiryNoticeAt),
      ),
    )
    .orderBy(demands.id)
    .limit(due.limit)
    .for('update', { of: demands, skipLocked: true });
}

/** After the tree of markets changed inside a region: every demand in it goes to its home market. */
export async function rehomeDemandRows(tx: Tx, regionCode: string): Promise<void> {
  const home = homeMarketOfRegion(demands.regionCode);
  await tx
    .update(demands)
    .set({ homeMarketId: home })
    .where(
      and(
        like(demands.regionCode, `${regionPrefix(regionCode)}%`),
        sql`${demands.homeMarketId} is distinct from ${home}`,
      ),
    );
}
