import { eq } from 'drizzle-orm';
import { cursors } from '../../../db/schema/index.ts';
import type { SearchIndex } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';

/** Of the reader that keeps this engine's index in step; its cursor has the same name. */
export function indexReaderName({ name }: Pick<SearchIndex, 'name'>): string {
  return name === 'postgres' ? 'search-index' : `search-index-${name}`;
}

/** An engine gets its cursor when its index has been filled, and loses it with the index. */
export async function isIndexFilled(db: Db, engine: Pick<SearchIndex, 'name'>): Promise<boolean> {
  const rows = await db
    .select({ name: cursors.name })
    .from(cursors)
    .where(eq(cursors.name, indexReaderName(engine)));
  return rows.length > 0;
}
