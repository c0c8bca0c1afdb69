import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import type { SearchKind } from '../../core/search-index.ts';

const patienceMs = 2_000;

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
      select d.id from jsonb_array_elements_text(${JSON.stringify(terms)}::jsonb) asked (query)
      join search_documents d on d.kind = ${kind} and d.terms @@ asked.query::tsquery
      group by d.id order by count(*) desc, d.id limit ${limit}`);
    return rows.map(({ id }) => id);
  });
}
