import { sql } from 'drizzle-orm';
import type { SearchKind, SearchSuggestion } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';

/** Phrases whose key begins as given, the most used first. */
export async function suggestPhrases(
  db: Db,
  kind: SearchKind,
  keyPrefix: string,
  limit: number,
): Promise<SearchSuggestion[]> {
  const { rows } = await db.execute<{ text: string; count: number }>(sql`
    select (select min(p.text) from search_phrases p where p.kind = ${kind} and p.key = common.key) as text, common.count
    from (
      select key, count(*)::int as count from search_phrases
      where kind = ${kind} and key ^@ ${keyPrefix}
      group by key order by count desc, key limit ${limit}
    ) common order by common.count desc, common.key`);
  return rows;
}
