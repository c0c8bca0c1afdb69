import { inArray, sql } from 'drizzle-orm';
import { introductionAnswers } from '../../../db/schema/index.ts';
import { newId } from '../../core/ids.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type AnswerRow = typeof introductionAnswers.$inferSelect;

export async function insertAnswer(tx: Tx, answer: Omit<AnswerRow, 'id'>): Promise<void> {
  await tx.insert(introductionAnswers).values({ id: newId(), ...answer });
}

export async function listAnswers(db: Db, introductionIds: readonly string[]): Promise<AnswerRow[]> {
  if (introductionIds.length === 0) return [];
  return await db
    .select()
    .from(introductionAnswers)
    .where(inArray(introductionAnswers.introductionId, [...introductionIds]));
}

/** How an organization answers introductions. */
export interface AnswerRecordRow {
  organizationId: string;
  /** Introductions that it answered, or let lapse. */
  asked: number;
  answered: number;
  /** From opening to answer; null before the first one. */
  medianHours: number | null;
}

export async function listAnswerRecords(db: Db, organizationIds: readonly string[]): Promise<AnswerRecordRow[]> {
  const ids = [...new Set(organizationIds)];
  if (ids.length === 0) return [];
  const { rows } = await db.execute<{
    organization_id: string;
    asked: string;
    answered: string;
    median_hours: number | null;
  }>(sql`
    with asked as (
      select demand_organization_id as organization_id, 'demand' as side, id, status, opened_at from introductions
      where demand_organization_id in ${ids} and opened_at is not null
      union all
      select result_organization_id, 'result', id, status, opened_at from introductions
      where result_organization_id in ${ids} and opened_at is not null
    )
    select asked.organization_id,
      count(*) filter (where a.id is not null or asked.status = 'lapsed') as asked,
      count(a.id) as answered,
      percentile_cont(0.5) within group (order by extract(epoch from a.answered_at - asked.opened_at)::float8 / 3600)
        filter (where a.id is not null) as median_hours
    from asked left join introduction_answers a on a.introduction_id = asked.id and a.side = asked.side
    group by asked.organization_id`);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    asked: Number(row.asked),
    answered: Number(row.answered),
    medianHours: row.median_hours === null ? null : Math.round(row.median_hours * 10) / 10,
  }));
}
