import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import type { SearchKind } from '../../core/search-index.ts';

const patienceMs = 2_000;
/** A term that more documents have tells little; until PostgreSQL has counted terms, nothing else says which those are. */
const readPerTerm = 500;

/** Of the documents with any of these terms (tsquery literals), those with the most of them, the most first. */
export async function findSharing(
  db: Database,
  kind: SearchKind,
  terms: readonly string[],
  limit: number,
): Promise<string[]> {
  return await db.transaction(async (tx) => {
    // The planner does not know what reading a vector costs: for many terms it would rather read all of them.
    // Nobody waits long for a hint.
    await tx.execute(
      sql`select set_config('enable_seqscan', 'off', true), set_config('statement_timeout', ${String(patienceMs)}, true)`,
    );
    const { rows } = await tx.execute<{ id: string }>(sql`
      select one.id from jsonb_array_elements_text(${JSON.stringify(terms)}::jsonb) asked (query)
      cross join lateral (
        select d.id from search_documents d where d.kind = ${kind} and d.terms @@ asked.query::tsquery limit ${readPerTerm}
      ) one
      group by one.id order by count(*) desc, one.id limit ${limit}`);
    return rows.map(({ id }) => id);
  });
}
