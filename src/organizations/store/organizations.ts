import { and, asc, eq, gt, inArray, like, ne, or, sql } from 'drizzle-orm';
import { among, amongTexts } from '../../../db/among.ts';
import { organizations } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import { prepared } from '../../core/prepared.ts';
import { regionPrefix } from '../../core/region-codes.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type OrganizationRow = typeof organizations.$inferSelect;
export type NewOrganization = typeof organizations.$inferInsert;

export async function insertOrganization(tx: Tx, row: NewOrganization): Promise<OrganizationRow | undefined> {
  const [inserted] = await tx.insert(organizations).values(row).returning();
  return inserted;
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
  return ids.length === 0 ? [] : await db.select().from(organizations).where(among(organizations.id, ids));
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
        or(amongTexts(organizations.name, names), amongTexts(organizations.creditCode, names)),
      ),
    );
}

/** Of these credit codes, those that an organization has. */
export async function listTakenCreditCodes(db: Db, codes: readonly string[]): Promise<Set<string>> {
  if (codes.length === 0) return new Set();
  const rows = await db
    .select({ code: organizations.creditCode })
    .from(organizations)
    .where(amongTexts(organizations.creditCode, codes));
  return new Set(rows.map(({ code }) => code ?? ''));
}
