import { and, eq, inArray, sql } from 'drizzle-orm';
import { introductionAnswers, introductions } from '../../../db/schema/index.ts';
import { newId } from '../../core/ids.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type AnswerRow = typeof introductionAnswers.$inferSelect;

export async function insertAnswer(tx: Tx, answer: Omit<AnswerRow, 'id'>): Promise<void> {
  await tx.insert(introductionAnswers).values({ id: newId(), ...answer });
}

/** Of all rounds, in the order given. */
export async function listAnswers(db: Db, introductionIds: readonly string[]): Promise<AnswerRow[]> {
  if (introductionIds.length === 0) return [];
  return await db
    .select()
    .from(introductionAnswers)
    .where(inArray(introductionAnswers.introductionId, [...introductionIds]))
    .orderBy(introductionAnswers.id);
}

/** Of the round that each introduction is in. */
export async function listCurrentAnswers(db: Db, introductionIds: readonly string[]): Promise<AnswerRow[]> {
  if (introductionIds.length === 0) return [];
  const rows = await db
    .select({ answer: introductionAnswers })
    .from(introductionAnswers)
    .innerJoin(
      introductions,
      and(eq(introductions.id, introductionAnswers.introductionId), eq(introductions.round, introductionAnswers.round)),
    )
    .where(inArray(introductionAnswers.introductionId, [...introductionIds]));
  return rows.map((row) => row.answer);
}

/** How an organization answers introductions, each round of one for itself. */
export interface AnswerRecordRow {
  organizationId: string;
  /** Rounds that it answered, or let lapse. */
  asked: number;
  answered: number;
  /** Hours by the clock from opening to answer; null before the first one. See docs/adr/0023. */
  medianHours: number | null;
}

/**
 * Without what was asked about anonymous demands: a figure that moves with the answer would tell whose the demand is.
 * @param since rounds that were opened before it are left out
 */
export async function listAnswerRecords(
  db: Db,
  organizationIds: readonly string[],
  since: Date,
): Promise<AnswerRecordRow[]> {
  const ids = [...new Set(organizationIds)];
  if (ids.length === 0) return [];
  const { rows } = await db.execute<{
    organization_id: string;
    asked: string;
    answered: string;
    median_hours: number | null;
  }>(sql`
    with concerned as (
      select demand_organization_id as organization_id, 'demand' as side, i.id, i.round, i.status, i.opened_at
      from introductions i join demands d on d.id = i.demand_id and not d.anonymous
      where demand_organization_id = any (${sql.param(ids)}::uuid[])
      union all
      select result_organization_id, 'result', id, round, status, opened_at from introductions
      where result_organization_id = any (${sql.param(ids)}::uuid[])
    ), asked as (
      select organization_id, side, id, round, status as outcome, opened_at from concerned
      union all
      select concerned.organization_id, concerned.side, concerned.id, past.round, past.outcome, past.opened_at
      from concerned join introduction_rounds past on past.introduction_id = concerned.id
    )
    select asked.organization_id,
      count(*) filter (where a.id is not null or asked.outcome = 'lapsed') as asked,
      count(a.id) as answered,
      percentile_cont(0.5) within group (order by extract(epoch from a.answered_at - asked.opened_at)::float8 / 3600)
        filter (where a.id is not null) as median_hours
    from asked left join introduction_answers a
      on a.introduction_id = asked.id and a.side = asked.side and a.round = asked.round
    where asked.opened_at >= ${since.toISOString()}::timestamptz
    group by asked.organization_id`);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    asked: Number(row.asked),
    answered: Number(row.answered),
    medianHours: row.median_hours === null ? null : Math.round(row.median_hours * 10) / 10,
  }));
}
