import type pg from 'pg';
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

/** What `core/transaction.ts` tells the database about an actor. */
export function settingsOf(told: {
  actor?: string;
  organizationId?: string;
  marketIds?: readonly string[];
}): Record<string, string> {
  return {
    'duijie.actor': told.actor ?? '',
    'duijie.organization_id': told.organizationId ?? '',
    'duijie.market_ids': `{${(told.marketIds ?? []).join(',')}}`,
  };
}

/**
 * What `work` finds in a transaction with these settings of its own, rolled back whatever comes of it: one that a failed test
 * left open would hold up the readers of every test beside it.
 */
export async function rolledBack<Found>(
  pool: pg.Pool,
  settings: Record<string, string>,
  work: (client: pg.PoolClient) => Promise<Found>,
): Promise<Found> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, true)', [name, value]);
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}
