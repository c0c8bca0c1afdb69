import { and, asc, desc, eq, gt, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import {
  type CampaignNumbers,
  campaignAnswersConfidential,
  campaignEntries,
  campaignSelections,
  campaigns,
  demands,
} from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { homeMarketOfRegion } from '../organizations/service.ts';
import type { EntryScope } from './policy.ts';

export type CampaignRow = typeof campaigns.$inferSelect;
export type NewCampaign = typeof campaigns.$inferInsert;
export type EntryRow = typeof campaignEntries.$inferSelect;
export type SelectionRow = typeof campaignSelections.$inferSelect;

export async function insertCampaign(tx: Tx, row: NewCampaign): Promise<CampaignRow | undefined> {
  const [inserted] = await tx.insert(campaigns).values(row).returning();
  return inserted;
}

export async function getCampaignRow(db: Db, id: string): Promise<CampaignRow | undefined> {
  const [row] = await db.select().from(campaigns).where(eq(campaigns.id, id));
  return row;
}

export async function getCampaignRows(db: Db, ids: readonly string[]): Promise<CampaignRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(campaigns)
        .where(inArray(campaigns.id, [...ids]));
}

export async function lockCampaign(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  const [row] = await tx.select().from(campaigns).where(eq(campaigns.id, id)).for('update');
  return row;
}

/** Who enters waits for who closes, and not for one another. */
export async function shareCampaign(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  const [row] = await tx.select().from(campaigns).where(eq(campaigns.id, id)).for('share');
  return row;
}

/** Counts the version up. */
export async function updateCampaignRow(
  tx: Tx,
  row: CampaignRow,
  changes: Partial<NewCampaign>,
  now: Date,
): Promise<CampaignRow> {
  const [updated] = await tx
    .update(campaigns)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(campaigns.id, row.id))
    .returning();
  return updated ?? row;
}

export interface CampaignFilter {
  /** What those who run campaigns see of their own and the staff of their territory; null: what is public. */
  within: { organizationId: string; marketIds: readonly string[] } | null;
  status: CampaignRow['status'] | undefined;
  now: Date;
  after: PageKey | null;
  limit: number;
}

/** Newest first, one row longer than the page. Public: those open unless another state is asked for; never drafts. */
export async function listCampaignRows(db: Db, filter: CampaignFilter): Promise<CampaignRow[]> {
  const { within, status, now, after, limit } = filter;
  const mine =
    within === null
      ? inArray(campaigns.status, ['open', 'closed', 'reported'])
      : or(
          eq(campaigns.organizationId, within.organizationId),
          within.marketIds.length === 0
            ? undefined
            : sql`${campaigns.marketId} = any(${sql.param([...within.marketIds])}::uuid[])`,
        );
  return await db
    .select()
    .from(campaigns)
    .where(and(mine, inState(status, now), after === null ? undefined : lt(campaigns.id, after.id)))
    .orderBy(desc(campaigns.id))
    .limit(limit + 1);
}

/** As `effectiveStatus` says. */
function inState(status: CampaignRow['status'] | undefined, now: Date): SQL | undefined {
  if (status === undefined) return undefined;
  if (status === 'open') return and(eq(campaigns.status, 'open'), gt(campaigns.deadline, now));
  if (status === 'closed')
    return or(eq(campaigns.status, 'closed'), and(eq(campaigns.status, 'open'), lte(campaigns.deadline, now)));
  return eq(campaigns.status, status);
}

/** Past their deadline, or past the day on which those who lag are reminded; what somebody holds is passed over. */
export async function lockDueCampaigns(tx: Tx, now: Date, limit: number): Promise<CampaignRow[]> {
  const remindAt = sql`${campaigns.deadline} - make_interval(days => ${campaigns.reminderDays})`;
  return await tx
    .select()
    .from(campaigns)
    .where(
      and(
        sql`${campaigns.status} = 'open'`,
        or(
          lte(campaigns.deadline, now),
          and(
            sql`${campaigns.remindedAt} is null`,
            sql`${remindAt} <= ${now.toISOString()}::timestamptz`,
            sql`${campaigns.reminderDays} > 0`,
          ),
        ),
      ),
    )
    .orderBy(campaigns.deadline)
    .limit(limit)
    .for('update', { skipLocked: true });
}

export async function insertEntries(tx: Tx, rows: (typeof campaignEntries.$inferInsert)[]): Promise<EntryRow[]> {
  return await tx.insert(campaignEntries).values(rows).returning();
}

/** Under row-level security. */
export async function insertAnswers(tx: Tx, rows: (typeof campaignAnswersConfidential.$inferInsert)[]): Promise<void> {
  await tx.insert(campaignAnswersConfidential).values(rows);
}

/** Under row-level security: without those that the actor may not see. */
export async function listAnswersOf(
  tx: Tx,
  entryIds: readonly string[],
): Promise<Map<string, Record<string, string | number>>> {
  if (entryIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(campaignAnswersConfidential)
    .where(inArray(campaignAnswersConfidential.entryId, [...entryIds]));
  return new Map(rows.map((row) => [row.entryId, row.answers]));
}

export async function getEntryRow(db: Db, id: string): Promise<EntryRow | undefined> {
  const [row] = await db.select().from(campaignEntries).where(eq(campaignEntries.id, id));
  return row;
}

/** In the order entered. */
export async function listEntryRows(
  db: Db,
  filter: { campaignId: string; scope: EntryScope; after: PageKey | null; limit: number },
): Promise<EntryRow[]> {
  const { campaignId, scope, after, limit } = filter;
  const mine =
    'all' in scope
      ? undefined
      : or(
          scope.organizationId === null ? undefined : eq(campaignEntries.organizationId, scope.organizationId),
          sql`${demands.homeMarketId} = any(${sql.param([...scope.marketIds])}::uuid[])`,
        );
  const rows = await db
    .select({ entry: campaignEntries })
    .from(campaignEntries)
    .innerJoin(demands, eq(demands.id, campaignEntries.demandId))
    .where(
      and(
        eq(campaignEntries.campaignId, campaignId),
        mine,
        after === null ? undefined : gt(campaignEntries.id, after.id),
      ),
    )
    .orderBy(asc(campaignEntries.id))
    .limit(limit);
  return rows.map((row) => row.entry);
}

/** What the clock counts is an entry from before the deadline, in whatever state its demand is now. */
export async function countEntries(
  db: Db,
  campaign: Pick<CampaignRow, 'id' | 'quotas' | 'deadline'>,
): Promise<CampaignNumbers> {
  const { rows } = await db.execute<{ dimension: string; value: string | null; count: number }>(sql`
    with entered as (
      select e.district_code, d.activity_type, d.status, d.technology_fields
      from campaign_entries e join demands d on d.id = e.demand_id
      where e.campaign_id = ${campaign.id} and e.created_at < ${campaign.deadline.toISOString()}::timestamptz
    )
    select 'total' as dimension, null as value, count(*)::int as count from entered
    union all select 'district', district_code, count(*)::int from entered group by 2
    union all select 'kind', activity_type, count(*)::int from entered group by 2
    union all select 'status', status, count(*)::int from entered group by 2
    union all select 'field', field, count(*)::int from entered
      cross join lateral (select distinct left(code, 1) as field from unnest(technology_fields) code) fields group by 2
    order by 1, 2`);
  const of = (dimension: string) => rows.filter((row) => row.dimension === dimension);
  const targets = new Map(campaign.quotas.map((quota) => [quota.regionCode, quota.target]));
  const counts = new Map(of('district').map((row) => [row.value ?? '', row.count]));
  return {
    total: of('total')[0]?.count ?? 0,
    districts: [...new Set([...targets.keys(), ...counts.keys()])].sort().map((regionCode) => ({
      regionCode,
      target: targets.get(regionCode) ?? null,
      count: counts.get(regionCode) ?? 0,
    })),
    kinds: of('kind').map((row) => ({ activityType: row.value, count: row.count })),
    fields: of('field').map((row) => ({ technologyField: row.value ?? '', count: row.count })),
    statuses: of('status').map((row) => ({ status: row.value ?? '', count: row.count })),
  };
}

export async function insertSelection(tx: Tx, row: typeof campaignSelections.$inferInsert): Promise<void> {
  await tx.insert(campaignSelections).values(row);
}

export async function deleteSelection(tx: Tx, entryId: string, list: string): Promise<boolean> {
  const gone = await tx
    .delete(campaignSelections)
    .where(and(eq(campaignSelections.entryId, entryId), eq(campaignSelections.list, list)))
    .returning({ id: campaignSelections.id });
  return gone.length > 0;
}

/** In the order selected. */
export async function listSelections(
  db: Db,
  campaignId: string,
): Promise<{ selection: SelectionRow; demandId: string }[]> {
  return await db
    .select({ selection: campaignSelections, demandId: campaignEntries.demandId })
    .from(campaignSelections)
    .innerJoin(campaignEntries, eq(campaignEntries.id, campaignSelections.entryId))
    .where(eq(campaignEntries.campaignId, campaignId))
    .orderBy(asc(campaignSelections.id));
}

/** Organizations of a region with a demand that they began for a campaign and have not submitted, at most `limit`. */
export async function listDraftOwners(db: Db, regionPrefix: string, since: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ organizationId: demands.organizationId })
    .from(demands)
    .where(
      and(
        inArray(demands.status, ['draft', 'returned']),
        eq(demands.source, 'campaign'),
        gt(demands.createdAt, since),
        sql`${demands.regionCode} like ${`${regionPrefix}%`}`,
      ),
    )
    .limit(limit);
  return rows.map((row) => row.organizationId);
}

/** Organizations that have entered something. */
export async function listEntrants(db: Db, campaignId: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ organizationId: campaignEntries.organizationId })
    .from(campaignEntries)
    .where(eq(campaignEntries.campaignId, campaignId))
    .limit(limit);
  return rows.map((row) => row.organizationId);
}

/** The markets that look after regions. */
export async function listHomeMarkets(db: Db, regionCodes: readonly string[]): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select distinct ${homeMarketOfRegion(sql`region.code`)} as id
    from unnest(${sql.param([...regionCodes])}::text[]) as region(code)`);
  return rows.map((row) => row.id);
}
