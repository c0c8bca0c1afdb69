import type { Body, TestApi } from './api.ts';

/** Message types about a subject, in the order written. */
export async function messagesAbout(api: TestApi, subjectId: string): Promise<string[]> {
  const { rows } = await api.deps.pool.query<{ type: string }>(
    'select type from messages where subject_id = $1 order by id',
    [subjectId],
  );
  return rows.map((row) => row.type);
}

/** Audited actions about a subject, in the order written. */
export async function auditOf(api: TestApi, subjectId: string): Promise<string[]> {
  const { rows } = await api.deps.pool.query<{ action: string }>(
    'select action from audit_entries where subject_id = $1 order by id',
    [subjectId],
  );
  return rows.map((row) => row.action);
}

/** Rows that any verb writes: to show that a refused one wrote nothing. */
export async function countWrites(api: TestApi): Promise<{ messages: number; audit: number }> {
  const { rows } = await api.deps.pool.query<{ messages: number; audit: number }>(
    'select (select count(*)::int from messages) as messages, (select count(*)::int from audit_entries) as audit',
  );
  return rows[0] ?? { messages: -1, audit: -1 };
}

/** The match of these two as it is stored; undefined when there is none. */
export async function matchOf(api: TestApi, demandId: string, resultId: string): Promise<Body> {
  const { rows } = await api.deps.pool.query('select * from matches where demand_id = $1 and result_id = $2', [
    demandId,
    resultId,
  ]);
  return rows[0];
}
