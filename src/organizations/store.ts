import {
  and,
  asc,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  ne,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import { among } from '../../db/among.ts';
import {
  disclosures,
  introductions,
  organizationContacts,
  organizations,
  organizationTiers,
  results,
} from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { prepared } from '../core/prepared.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Db, Tx } from '../core/transaction.ts';

export type OrganizationRow = typeof organizations.$inferSelect;
export type NewOrganization = typeof organizations.$inferInsert;
export type ContactRow = typeof organizationContacts.$inferSelect;
export type TierRow = typeof organizationTiers.$inferSelect;

export async function insertOrganization(tx: Tx, row: NewOrganization): Promise<OrganizationRow | undefined> {
  const [inserted] = await tx.insert(organizations).values(row).returning();
  return inserted;
}

/** Nothing happens when another process was first. */
export async function insertRootMarket(tx: Tx, row: NewOrganization): Promise<void> {
  await tx.insert(organizations).values(row).onConflictDoNothing();
}

const getOrganizationPrepared = prepared((db) =>
  db
    .select()
    .from(organizations)
    .where(eq(organizations.id, sql.placeholder('id')))
    .prepare('get_organization'),
);

export async function getOrganizationRow(db: Db, id: string): Promise<OrganizationRow | undefined> {
  const [row] = await getOrganizationPrepared(db, { id });
  return row;
}

export async function getOrganizationRows(db: Db, ids: readonly string[]): Promise<OrganizationRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(organizations)
        .where(inArray(organizations.id, [...ids]));
}

export async function listUnverifiedIds(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .select({ id: organizations.id })
    .from(organizations)
    .where(and(among(organizations.id, ids), ne(organizations.status, 'verified')));
  return rows.map((row) => row.id);
}

export async function lockOrganization(tx: Tx, id: string): Promise<OrganizationRow | undefined> {
  const [row] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('update');
  return row;
}

export async function updateOrganizationRow(
  tx: Tx,
  row: OrganizationRow,
  changes: Partial<NewOrganization>,
  now: Date,
): Promise<OrganizationRow | undefined> {
  const [updated] = await tx
    .update(organizations)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(organizations.id, row.id))
    .returning();
  return updated;
}

/** The first contact, at registration, when nobody of the organization is signed in yet. */
export async function insertContact(
  tx: Tx,
  organizationId: string,
  contact: { name: string; phone?: string; email?: string },
  now: Date,
): Promise<void> {
  await tx.insert(organizationContacts).values({ organizationId, ...contact, updatedAt: now });
}

export async function saveContact(
  tx: Tx,
  organizationId: string,
  contact: { name: string; phone?: string; email?: string },
  now: Date,
): Promise<void> {
  const values = { name: contact.name, phone: contact.phone ?? null, email: contact.email ?? null, updatedAt: now };
  await tx
    .insert(organizationContacts)
    .values({ organizationId, ...values })
    .onConflictDoUpdate({ target: organizationContacts.organizationId, set: values });
}

/** Under row-level security: undefined also when the actor may not see it. */
export async function getContact(tx: Tx, organizationId: string): Promise<ContactRow | undefined> {
  const [row] = await tx
    .select()
    .from(organizationContacts)
    .where(eq(organizationContacts.organizationId, organizationId));
  return row;
}

const hasDisclosurePrepared = prepared((db) =>
  db
    .select({ id: disclosures.id })
    .from(disclosures)
    .where(
      and(
        eq(disclosures.recordId, sql.placeholder('recordId')),
        eq(disclosures.organizationId, sql.placeholder('organizationId')),
      ),
    )
    .limit(1)
    .prepare('has_disclosure'),
);

/** With `resultOfUserId` only introductions of results that this member made count. */
export async function hasDisclosure(
  db: Db,
  recordId: string,
  reader: { organizationId: string; resultOfUserId: string | null; withFiles: boolean },
): Promise<boolean> {
  const { organizationId, resultOfUserId, withFiles } = reader;
  if (resultOfUserId === null && !withFiles) {
    return (await hasDisclosurePrepared(db, { recordId, organizationId })).length > 0;
  }
  const ofOwnResult = (userId: string) =>
    db
      .select({ one: sql`1` })
      .from(introductions)
      .innerJoin(results, eq(results.id, introductions.resultId))
      .where(and(eq(introductions.id, disclosures.introductionId), eq(results.createdByUserId, userId)));
  const rows = await db
    .select({ id: disclosures.id })
    .from(disclosures)
    .where(
      and(
        eq(disclosures.recordId, recordId),
        eq(disclosures.organizationId, organizationId),
        resultOfUserId === null ? undefined : exists(ofOwnResult(resultOfUserId)),
        withFiles ? isNotNull(disclosures.filesOpenedAt) : undefined,
      ),
    )
    .limit(1);
  return rows.length > 0;
}

export async function listOrganizationRows(
  db: Db,
  filter: {
    kind?: string;
    status?: string;
    homeMarketIds?: readonly string[];
    regionCode?: string;
    after: PageKey | null;
    limit: number;
  },
): Promise<OrganizationRow[]> {
  return await db
    .select()
    .from(organizations)
    .where(
      and(
        sql`${organizations.kind} <> 'market'`,
        filter.kind === undefined ? undefined : sql`${organizations.kind} = ${filter.kind}`,
        filter.status === undefined ? undefined : sql`${organizations.status} = ${filter.status}`,
        filter.homeMarketIds === undefined ? undefined : inArray(organizations.homeMarketId, [...filter.homeMarketIds]),
        filter.regionCode === undefined
          ? undefined
          : like(organizations.regionCode, `${regionPrefix(filter.regionCode)}%`),
        filter.after === null ? undefined : gt(organizations.id, filter.after.id),
      ),
    )
    .orderBy(asc(organizations.id))
    .limit(filter.limit + 1);
}

/** Organizations that a spreadsheet names, by full name or credit code. */
export async function findNamedOrganizations(
  db: Db,
  query: { kind: OrganizationRow['kind']; names: readonly string[]; homeMarketIds: readonly string[] },
): Promise<OrganizationRow[]> {
  const { kind, names, homeMarketIds } = query;
  if (names.length === 0) return [];
  return await db
    .select()
    .from(organizations)
    .where(
      and(
        eq(organizations.kind, kind),
        inArray(organizations.homeMarketId, [...homeMarketIds]),
        or(inArray(organizations.name, [...names]), inArray(organizations.creditCode, [...names])),
      ),
    );
}

/** Of these credit codes, those that an organization has. */
export async function listTakenCreditCodes(db: Db, codes: readonly string[]): Promise<Set<string>> {
  if (codes.length === 0) return new Set();
  const rows = await db
    .select({ code: organizations.creditCode })
    .from(organizations)
    .where(inArray(organizations.creditCode, [...codes]));
  return new Set(rows.map(({ code }) => code ?? ''));
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

export async function insertTier(tx: Tx, row: typeof organizationTiers.$inferInsert): Promise<TierRow | undefined> {
  const [inserted] = await tx.insert(organizationTiers).values(row).returning();
  return inserted;
}

export async function revokeTierRow(
  tx: Tx,
  organizationId: string,
  tierId: string,
  now: Date,
): Promise<TierRow | undefined> {
  const [row] = await tx
    .update(organizationTiers)
    .set({ revokedAt: now })
    .where(
      and(
        eq(organizationTiers.id, tierId),
        eq(organizationTiers.organizationId, organizationId),
        isNull(organizationTiers.revokedAt),
      ),
    )
    .returning();
  return row;
}

/** Certificates in force on a date (YYYY-MM-DD), of many organizations at once. */
export async function listTiersInForce(db: Db, organizationIds: readonly string[], on: string): Promise<TierRow[]> {
  if (organizationIds.length === 0) return [];
  return await db
    .select()
    .from(organizationTiers)
    .where(
      and(
        inArray(organizationTiers.organizationId, [...organizationIds]),
        isNull(organizationTiers.revokedAt),
        sql`${organizationTiers.issuedOn} <= ${on}`,
        or(isNull(organizationTiers.expiresOn), gte(organizationTiers.expiresOn, on)),
      ),
    )
    .orderBy(asc(organizationTiers.id));
}
