import { sql } from 'drizzle-orm';
import type { SearchKind, SuggestAnswer } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import { filledMark } from './cursors.ts';

/** Phrases whose key begins as given, the most used first. Whether that is all there is, is of the same snapshot. */
export async function suggestPhrases(
  db: Db,
  kind: SearchKind,
  keyPrefix: string,
  limit: number,
): Promise<SuggestAnswer> {
  const { rows } = await db.execute<{ filled: boolean; text: string | null; count: number }>(sql`
    select mark.filled, common.count,
      (select min(p.text) from search_phrases p where p.kind = ${kind} and p.key = common.key) as text
    from (select exists (select from cursors where ${filledMark}) as filled) mark left join lateral (
      select key, count(*)::int as count from search_phrases
      where kind = ${kind} and key ^@ ${keyPrefix}
      group by key order by count desc, key limit ${limit}
    ) common on true order by common.count desc, common.key`);
  return {
    suggestions: rows.flatMap(({ text, count }) => (text === null ? [] : [{ text, count }])),
    degraded: rows.some(({ filled }) => !filled),
  };
}
