import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { deliveries, messages } from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { DeadLetterScope } from './policy.ts';

/** A delivery that is dead, or was until just now. */
export interface DeliveryRow {
  id: string;
  handler: string;
  status: 'dead' | 'pending' | 'discarded';
  messageId: string;
  messageType: string;
  subjectType: string;
  subjectId: string;
  targetId: string | null;
  attempts: number;
  lastError: string | null;
  createdAt: Date;
}

const columns = {
  id: deliveries.id,
  handler: deliveries.handler,
  // Only dead ones are selected.
  status: sql<'dead'>`${deliveries.status}`,
  messageId: deliveries.messageId,
  messageType: messages.type,
  subjectType: messages.subjectType,
  subjectId: messages.subjectId,
  targetId: deliveries.targetId,
  attempts: deliveries.attempts,
  lastError: deliveries.lastError,
  createdAt: deliveries.createdAt,
};

/**
 * The markets to whose territory the subject of a message belongs, or the recipient of the delivery. What row-level
 * security keeps to its owner (saved searches, previews) has none: only the administrator sees its dead letters.
 */
const marketIds = sql`(
  with subject as (select ${messages.subjectType} as type, ${messages.subjectId} as id)
  select array_agg(market_id) from (
    select coalesce(o.home_market_id, o.id) as market_id from subject s join organizations o on s.type = 'organization' and o.id = s.id
    union all select coalesce(o.home_market_id, o.id) from subject s
      join members m on s.type = 'user' and m.user_id = s.id and m.removed_at is null join organizations o on o.id = m.organization_id
    union all select d.home_market_id from subject s join demands d on s.type = 'demand' and d.id = s.id
    union all select r.home_market_id from subject s join results r on s.type = 'result' and r.id = s.id
    union all select unnest(array[d.home_market_id, r.home_market_id]) from subject s
      join matches m on s.type = 'match' and m.id = s.id join demands d on d.id = m.demand_id join results r on r.id = m.result_id
    union all select unnest(array[d.home_market_id, r.home_market_id]) from subject s
      join introductions i on s.type = 'introduction' and i.id = s.id join demands d on d.id = i.demand_id join results r on r.id = i.result_id
    union all select p.market_id from subject s join projects p on s.type = 'project' and p.id = s.id
    union all select p.market_id from subject s
      join project_milestones m on s.type = 'milestone' and m.id = s.id join projects p on p.id = m.project_id
    union all select j.market_id from subject s join jobs j on s.type = 'job' and j.id = s.id
    union all select coalesce(o.home_market_id, o.id) from notifications n join organizations o on o.id = n.organization_id
      where n.id = ${deliveries.targetId}
    union all select coalesce(o.home_market_id, o.id) from webhooks w join organizations o on o.id = w.organization_id
      where w.id = ${deliveries.targetId}
    union all select coalesce(o.home_market_id, o.id) from subject s
      join mail_digests g on s.type = 'mail_digest' and g.id = s.id
      join members m on m.user_id = g.user_id and m.removed_at is null join organizations o on o.id = m.organization_id
    union all select coalesce(o.home_market_id, o.id) from subject s
      join webhooks w on s.type = 'webhook' and w.id = s.id join organizations o on o.id = w.organization_id
  ) of_subject)`;

function within(scope: DeadLetterScope): SQL | undefined {
  return scope === 'all' ? undefined : sql`${marketIds} && ${`{${scope.marketIds.join(',')}}`}::uuid[]`;
}

/** Newest first, one row longer than the page. */
export async function listDeadRows(
  db: Db,
  filter: {
    scope: DeadLetterScope;
    handlers: readonly string[] | null;
    subjectId?: string;
    after: PageKey | null;
    limit: number;
  },
): Promise<DeliveryRow[]> {
  const { handlers, subjectId, after } = filter;
  return await db
    .select(columns)
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(
      and(
        eq(deliveries.status, 'dead'),
        handlers === null ? undefined : inArray(deliveries.handler, [...handlers]),
        subjectId === undefined ? undefined : eq(messages.subjectId, subjectId),
        after === null
          ? undefined
          : sql`(${deliveries.createdAt}, ${deliveries.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
        within(filter.scope),
      ),
    )
    .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
    .limit(filter.limit + 1);
}

export async function findDeadRow(db: Db, id: string, scope: DeadLetterScope): Promise<DeliveryRow | undefined> {
  const [row] = await db
    .select(columns)
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'dead'), within(scope)));
  return row;
}

/** The same with its markets; two who decide at once decide one after the other. */
export async function lockDeadRow(
  tx: Tx,
  id: string,
  scope: DeadLetterScope,
): Promise<(DeliveryRow & { marketIds: string[] }) | undefined> {
  const [row] = await tx
    .select({ ...columns, marketIds: sql<string[] | null>`${marketIds}::text[]` })
    .from(deliveries)
    .innerJoin(messages, eq(messages.id, deliveries.messageId))
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'dead'), within(scope)))
    .for('update', { of: deliveries });
  return row === undefined ? undefined : { ...row, marketIds: row.marketIds ?? [] };
}

export async function discardRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx
    .update(deliveries)
    .set({ status: 'discarded', doneAt: now })
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'dead')));
}

/** The newest dead deliveries. */
export async function listDead(db: Db, limit: number): Promise<DeliveryRow[]> {
  return (await listDeadRows(db, { scope: 'all', handlers: null, after: null, limit })).slice(0, limit);
}

/** Gives dead deliveries their attempts anew; null means all of them. Returns how many. */
export async function revive(db: Db, ids: readonly string[] | null, now: Date): Promise<number> {
  if (ids !== null && ids.length === 0) return 0;
  const revived = await db
    .update(deliveries)
    .set({ status: 'pending', attempts: 0, notBefore: now, leaseUntil: null })
    .where(and(eq(deliveries.status, 'dead'), ids === null ? undefined : inArray(deliveries.id, [...ids])))
    .returning({ id: deliveries.id });
  return revived.length;
}

export interface OwedSummary {
  handler: string;
  /** Not fulfilled yet. */
  owed: number;
  dead: number;
  /** Since when the first of those that are owed has been due; in the future where all wait for their time. */
  oldestDueAt: Date | null;
}

/** By handler; those that owe nothing are not there. Reads the partial indexes, whatever has been fulfilled. */
export async function summarizeOwed(db: Db): Promise<OwedSummary[]> {
  const { rows } = await db.execute<{ handler: string; owed: number; dead: number; oldestDueAt: string | null }>(sql`
    select handler, count(*) filter (where status <> 'dead')::int as owed, count(*) filter (where status = 'dead')::int as dead,
      min(not_before) filter (where status <> 'dead') as "oldestDueAt"
    from (
      select handler, status, not_before from deliveries where status = 'pending'
      union all select handler, status, not_before from deliveries where status = 'published'
      union all select handler, status, not_before from deliveries where status = 'dead'
    ) unfulfilled group by handler`);
  return rows.map((row) => ({ ...row, oldestDueAt: row.oldestDueAt === null ? null : new Date(row.oldestDueAt) }));
}
