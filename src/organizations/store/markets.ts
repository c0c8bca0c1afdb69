import { and, asc, desc, eq, like, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { organizations } from '../../../db/schema/index.ts';
import { prepared } from '../../core/prepared.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { NewOrganization, OrganizationRow } from './organizations.ts';

/** Nothing happens when another process was first. */
export async function insertRootMarket(tx: Tx, row: NewOrganization): Promise<void> {
  await tx.insert(organizations).values(row).onConflictDoNothing();
}

export async function listMarketRows(db: Db): Promise<OrganizationRow[]> {
  return await db.select().from(organizations).where(eq(organizations.kind, 'market')).orderBy(asc(organizations.id));
}

/** Spells MRKT: who takes a home market and who changes the tree of markets wait for each other. */
const marketTreeLock = 0x4d524b54;

/** Until the transaction ends, the tree stands still for a reader, and for one that changes it nobody has it. */
export async function lockMarketTree(tx: Tx, mode: 'read' | 'change'): Promise<void> {
  if (mode === 'change') await tx.execute(sql`select pg_advisory_xact_lock(${marketTreeLock})`);
  else await tx.execute(sql`select pg_advisory_xact_lock_shared(${marketTreeLock})`);
}

export async function getRootMarket(db: Db): Promise<OrganizationRow | undefined> {
  const [row] = await db.select().from(organizations).where(eq(organizations.marketKind, 'root'));
  return row;
}

export async function findTerritorialMarket(db: Db, regionCode: string): Promise<OrganizationRow | undefined> {
  const [row] = await db
    .select()
    .from(organizations)
    .where(and(eq(organizations.marketKind, 'territorial'), eq(organizations.regionCode, regionCode)));
  return row;
}

const findHomeMarketPrepared = prepared((db) =>
  db
    .select()
    .from(organizations)
    .where(
      or(
        eq(organizations.marketKind, sql`'root'`),
        and(
          eq(organizations.marketKind, sql`'territorial'`),
          sql`${organizations.regionCode} = any(${sql.placeholder('regionCodes')}::text[])`,
        ),
      ),
    )
    .orderBy(
      sql`${organizations.marketKind} = 'root'`,
      desc(sql`length(rtrim(${organizations.regionCode}, '0'))`),
      desc(organizations.regionCode),
    )
    .limit(1)
    .prepare('find_home_market'),
);

/** The territorial market of the smallest of these regions that has one, else the root market. */
export async function findHomeMarket(db: Db, regionCodes: readonly string[]): Promise<OrganizationRow | undefined> {
  const [row] = await findHomeMarketPrepared(db, { regionCodes });
  return row;
}

/** A market and all below it. */
export async function territoryOf(db: Db, marketId: string): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive territory as (
      select id from organizations where id = ${marketId} and kind = 'market'
      union all
      select child.id from organizations child join territory on child.parent_id = territory.id where child.kind = 'market'
    ) select id from territory`);
  return rows.map((row) => row.id);
}

/**
 * SQL for the home market of a region code: the smallest territorial market whose region contains it, else the root.
 * The one place where the rule is written for many rows at once.
 */
export function homeMarketOfRegion(regionCode: SQLWrapper): SQL<string> {
  return sql<string>`coalesce(
    (select market.id from organizations market
      where market.market_kind = 'territorial'
        and market.region_code in (${regionCode}, left(${regionCode}, 4) || '00', left(${regionCode}, 2) || '0000')
      order by length(rtrim(market.region_code, '0')) desc, market.region_code desc limit 1),
    (select root.id from organizations root where root.market_kind = 'root'))`;
}

/** After the tree changed inside a region: every organization in it goes to its home market. */
export async function rehomeOrganizationRows(tx: Tx, regionCode: string, now: Date): Promise<void> {
  const home = homeMarketOfRegion(organizations.regionCode);
  await tx
    .update(organizations)
    .set({ homeMarketId: home, version: sql`${organizations.version} + 1`, updatedAt: now })
    .where(
      and(
        sql`${organizations.kind} <> 'market'`,
        like(organizations.regionCode, `${regionPrefix(regionCode)}%`),
        sql`${organizations.homeMarketId} is distinct from ${home}`,
      ),
    );
}

export async function reparentMarketRows(tx: Tx, market: OrganizationRow, now: Date): Promise<void> {
  await tx
    .update(organizations)
    .set({ parentId: market.id, version: sql`${organizations.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(organizations.marketKind, 'territorial'),
        eq(organizations.parentId, market.parentId ?? ''),
        like(organizations.regionCode, `${regionPrefix(market.regionCode)}%`),
        sql`${organizations.id} <> ${market.id}`,
      ),
    );
}
