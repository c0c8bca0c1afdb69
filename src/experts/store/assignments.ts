import { and, asc, desc, eq, gte, inArray, isNotNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { demands, expertAssignments, expertServices, experts } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { AssignmentScope } from '../policy.ts';

export type AssignmentRow = typeof expertAssignments.$inferSelect;
export type NewAssignment = typeof expertAssignments.$inferInsert;
export type ServiceRow = typeof expertServices.$inferSelect;

export async function insertAssignment(tx: Tx, row: NewAssignment): Promise<AssignmentRow | undefined> {
  const [inserted] = await tx.insert(expertAssignments).values(row).returning();
  return inserted;
}

export async function getAssignmentRows(db: Db, ids: readonly string[]): Promise<AssignmentRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(expertAssignments)
        .where(inArray(expertAssignments.id, [...ids]));
}

export async function lockAssignment(tx: Tx, id: string): Promise<AssignmentRow | undefined> {
  const [row] = await tx.select().from(expertAssignments).where(eq(expertAssignments.id, id)).for('update');
  return row;
}

/** Whether the expert works on the demand, or is asked to: asked under the lock of the profile. */
export async function hasOpenAssignment(tx: Tx, expertId: string, demandId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: expertAssignments.id })
    .from(expertAssignments)
    .where(
      and(
        eq(expertAssignments.expertId, expertId),
        eq(expertAssignments.demandId, demandId),
        inArray(expertAssignments.status, ['proposed', 'accepted']),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Counts the version up. */
export async function updateAssignmentRow(
  tx: Tx,
  row: AssignmentRow,
  changes: Partial<NewAssignment>,
  now: Date,
): Promise<AssignmentRow> {
  const [updated] = await tx
    .update(expertAssignments)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(expertAssignments.id, row.id))
    .returning();
  return updated ?? row;
}

/** Newest first, one row longer than the page. As `assignmentAudienceOf` in policy.ts. */
export async function listAssignmentRows(
  db: Db,
  filter: {
    scope: AssignmentScope;
    status?: AssignmentRow['status'] | undefined;
    expertId?: string | undefined;
    demandId?: string | undefined;
    after: PageKey | null;
    limit: number;
  },
): Promise<AssignmentRow[]> {
  const { scope, status, expertId, demandId, after, limit } = filter;
  const rows = await db
    .select({ assignment: expertAssignments })
    .from(expertAssignments)
    .innerJoin(experts, eq(experts.id, expertAssignments.expertId))
    .innerJoin(demands, eq(demands.id, expertAssignments.demandId))
    .where(
      and(
        withinScope(scope),
        status === undefined ? undefined : eq(expertAssignments.status, status),
        expertId === undefined ? undefined : eq(expertAssignments.expertId, expertId),
        demandId === undefined ? undefined : eq(expertAssignments.demandId, demandId),
        after === null ? undefined : lt(expertAssignments.id, after.id),
      ),
    )
    .orderBy(desc(expertAssignments.id))
    .limit(limit + 1);
  return rows.map((row) => row.assignment);
}

function withinScope({ marketIds, organizationId, keeperUserId }: AssignmentScope): SQL | undefined {
  const asExpert =
    organizationId === null
      ? undefined
      : and(
          eq(experts.organizationId, organizationId),
          keeperUserId === null
            ? undefined
            : sql`${keeperUserId}::uuid in (${experts.userId}, ${experts.createdByUserId})`,
        );
  const asOwner =
    organizationId === null
      ? undefined
      : and(eq(demands.organizationId, organizationId), isNotNull(expertAssignments.acceptedAt));
  const asBroker = marketIds.length === 0 ? undefined : inArray(demands.homeMarketId, [...marketIds]);
  return or(asExpert, asOwner, asBroker) ?? sql`false`;
}

export async function insertService(tx: Tx, row: typeof expertServices.$inferInsert): Promise<void> {
  await tx.insert(expertServices).values(row);
}

/** Oldest first. */
export async function listServiceRows(db: Db, assignmentIds: readonly string[]): Promise<ServiceRow[]> {
  if (assignmentIds.length === 0) return [];
  return await db
    .select()
    .from(expertServices)
    .where(inArray(expertServices.assignmentId, [...assignmentIds]))
    .orderBy(asc(expertServices.servedOn), asc(expertServices.id));
}

export interface ServiceCounts {
  assignments: number;
  services: number;
  hours: number;
}

/** What experts were accepted for and did, by expert. */
export async function countServicesOf(db: Db, expertIds: readonly string[]): Promise<Map<string, ServiceCounts>> {
  if (expertIds.length === 0) return new Map();
  const rows = await db
    .select({
      expertId: expertAssignments.expertId,
      assignments: sql<number>`count(distinct ${expertAssignments.id})::int`,
      services: sql<number>`count(${expertServices.id})::int`,
      hours: sql<number>`coalesce(sum(${expertServices.hours}), 0)::float8`,
    })
    .from(expertAssignments)
    .leftJoin(expertServices, eq(expertServices.assignmentId, expertAssignments.id))
    .where(and(inArray(expertAssignments.expertId, [...expertIds]), isNotNull(expertAssignments.acceptedAt)))
    .groupBy(expertAssignments.expertId);
  return new Map(rows.map(({ expertId, ...counts }) => [expertId, counts]));
}

export interface DispatchFilter {
  /** Home markets of the demands; null for all. */
  marketIds: readonly string[] | null;
  from?: string | undefined;
  until?: string | undefined;
  expertId?: string | undefined;
}

function dispatchCondition({ marketIds, from, until, expertId }: DispatchFilter): SQL | undefined {
  return and(
    marketIds === null ? undefined : inArray(demands.homeMarketId, [...marketIds]),
    from === undefined ? undefined : gte(expertServices.servedOn, from),
    until === undefined ? undefined : lte(expertServices.servedOn, until),
    expertId === undefined ? undefined : eq(expertAssignments.expertId, expertId),
  );
}

/** Services of all assignments in a territory and period, newest first, one row longer than the page. */
export async function listDispatchRows(db: Db, filter: DispatchFilter & { after: PageKey | null; limit: number }) {
  const { after, limit } = filter;
  return await db
    .select({
      service: expertServices,
      expertId: experts.id,
      expertName: experts.name,
      expertKind: experts.kind,
      demandId: demands.id,
      demandCode: demands.code,
      marketId: demands.homeMarketId,
      purpose: expertAssignments.purpose,
    })
    .from(expertServices)
    .innerJoin(expertAssignments, eq(expertAssignments.id, expertServices.assignmentId))
    .innerJoin(experts, eq(experts.id, expertAssignments.expertId))
    .innerJoin(demands, eq(demands.id, expertAssignments.demandId))
    .where(
      and(
        dispatchCondition(filter),
        after === null
          ? undefined
          : sql`(${expertServices.servedOn}, ${expertServices.id}) < (${after.at}::date, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(expertServices.servedOn), desc(expertServices.id))
    .limit(limit + 1);
}
export type DispatchRow = Awaited<ReturnType<typeof listDispatchRows>>[number];

export interface DispatchTotals {
  services: number;
  hours: number;
  experts: number;
  demands: number;
}

export async function totalDispatches(db: Db, filter: DispatchFilter): Promise<DispatchTotals> {
  const [totals] = await db
    .select({
      services: sql<number>`count(*)::int`,
      hours: sql<number>`coalesce(sum(${expertServices.hours}), 0)::float8`,
      experts: sql<number>`count(distinct ${expertAssignments.expertId})::int`,
      demands: sql<number>`count(distinct ${expertAssignments.demandId})::int`,
    })
    .from(expertServices)
    .innerJoin(expertAssignments, eq(expertAssignments.id, expertServices.assignmentId))
    .innerJoin(demands, eq(demands.id, expertAssignments.demandId))
    .where(dispatchCondition(filter));
  return totals ?? { services: 0, hours: 0, experts: 0, demands: 0 };
}
