import { and, asc, desc, eq, gt, inArray, like, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { among } from '../../db/among.ts';
import { organizations, restrictionConfidential, restrictions } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import { prepared } from '../core/prepared.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { RestrictionScope } from './policy.ts';
import type { AppealStatus, RestrictionStatus } from './rules.ts';

export type RestrictionRow = typeof restrictions.$inferSelect;
export type NewRestriction = typeof restrictions.$inferInsert;
export type RestrictionConfidential = typeof restrictionConfidential.$inferSelect;

export async function insertRestriction(
  tx: Tx,
  row: NewRestriction,
  confidential: Omit<typeof restrictionConfidential.$inferInsert, 'restrictionId'>,
): Promise<RestrictionRow | undefined> {
  const [inserted] = await tx.insert(restrictions).values(row).returning();
  await tx.insert(restrictionConfidential).values({ ...confidential, restrictionId: row.id });
  return inserted;
}

export async function getRestrictionRow(db: Db, id: string): Promise<RestrictionRow | undefined> {
  const [row] = await db.select().from(restrictions).where(eq(restrictions.id, id));
  return row;
}

export async function getRestrictionRows(db: Db, ids: readonly string[]): Promise<RestrictionRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(restrictions)
        .where(inArray(restrictions.id, [...ids]));
}

export async function lockRestriction(tx: Tx, id: string): Promise<RestrictionRow | undefined> {
  const [row] = await tx.select().from(restrictions).where(eq(restrictions.id, id)).for('update');
  return row;
}

/** Counts the version up. */
export async function updateRestrictionRow(
  tx: Tx,
  row: RestrictionRow,
  changes: Partial<NewRestriction>,
  now: Date,
): Promise<RestrictionRow | undefined> {
  const [updated] = await tx
    .update(restrictions)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(restrictions.id, row.id))
    .returning();
  return updated;
}

export async function updateRestrictionConfidential(
  tx: Tx,
  restrictionId: string,
  changes: Partial<RestrictionConfidential>,
): Promise<void> {
  await tx.update(restrictionConfidential).set(changes).where(eq(restrictionConfidential.restrictionId, restrictionId));
}

/** Under row-level security: without those that the actor may not see. */
export async function listRestrictionConfidential(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, RestrictionConfidential>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(restrictionConfidential)
    .where(inArray(restrictionConfidential.restrictionId, [...ids]));
  return new Map(rows.map((row) => [row.restrictionId, row]));
}

const listInForcePrepared = prepared((db) =>
  db
    .select()
    .from(restrictions)
    .where(
      and(
        among(restrictions.organizationId, sql.placeholder('organizationIds')),
        eq(restrictions.status, 'in_force'),
        lte(restrictions.startsAt, sql.placeholder('now')),
        gt(restrictions.endsAt, sql.placeholder('now')),
      ),
    )
    .orderBy(desc(restrictions.endsAt), asc(restrictions.id))
    .prepare('restrictions_in_force'),
);

/** In force at a moment, by the term and not by the sweep; the one that ends last comes first. */
export async function listInForce(db: Db, organizationIds: readonly string[], now: Date): Promise<RestrictionRow[]> {
  if (organizationIds.length === 0) return [];
  return await listInForcePrepared(db, { organizationIds: [...new Set(organizationIds)], now });
}

/** Whose term is over and who have not been told. Locked; those that another sweep holds are passed over. */
export async function lockEndedRestrictions(tx: Tx, now: Date, limit: number): Promise<RestrictionRow[]> {
  return await tx
    .select()
    .from(restrictions)
    .where(and(eq(restrictions.status, 'in_force'), lte(restrictions.endsAt, now)))
    .orderBy(asc(restrictions.endsAt), asc(restrictions.id))
    .limit(limit)
    .for('update', { skipLocked: true });
}

/** Newest first, one row longer than the page. */
export async function listRestrictionRows(
  db: Db,
  filter: {
    scope: RestrictionScope;
    organizationId?: string | undefined;
    status?: RestrictionStatus | undefined;
    appeal?: AppealStatus | undefined;
    now: Date;
    after: PageKey | null;
    limit: number;
  },
): Promise<RestrictionRow[]> {
  const { organizationId, status, appeal, now, after, limit } = filter;
  const rows = await db
    .select({ restriction: restrictions })
    .from(restrictions)
    .innerJoin(organizations, eq(organizations.id, restrictions.organizationId))
    .where(
      and(
        withinScope(filter.scope),
        organizationId === undefined ? undefined : eq(restrictions.organizationId, organizationId),
        status === undefined ? undefined : inStatus(status, now),
        appeal === undefined ? undefined : eq(restrictions.appeal, appeal),
        after === null ? undefined : lt(restrictions.id, after.id),
      ),
    )
    .orderBy(desc(restrictions.id))
    .limit(limit + 1);
  return rows.map((row) => row.restriction);
}

function withinScope({ all, marketIds, organizationId, regionPrefix }: RestrictionScope): SQL | undefined {
  if (all) return undefined;
  return (
    or(
      organizationId === null ? undefined : eq(restrictions.organizationId, organizationId),
      marketIds.length === 0 ? undefined : inArray(organizations.homeMarketId, [...marketIds]),
      regionPrefix === null ? undefined : like(organizations.regionCode, `${regionPrefix}%`),
    ) ?? sql`false`
  );
}

/** As `statusAt` in rules.ts. */
function inStatus(status: RestrictionStatus, now: Date): SQL | undefined {
  const isStatus = eq(restrictions.status, status);
  if (status === 'in_force') return and(isStatus, gt(restrictions.endsAt, now));
  if (status === 'lifted') return isStatus;
  return or(isStatus, and(eq(restrictions.status, 'in_force'), lte(restrictions.endsAt, now)));
}
