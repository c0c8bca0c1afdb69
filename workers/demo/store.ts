import { count, inArray } from 'drizzle-orm';
import { deliveries } from '../../db/schema/index.ts';
import type { Db } from '../../src/core/transaction.ts';

/** Deliveries that the workers have still to fulfil. */
export async function countOwed(db: Db): Promise<number> {
  const [row] = await db
    .select({ owed: count() })
    .from(deliveries)
    .where(inArray(deliveries.status, ['pending', 'published']));
  return row?.owed ?? 0;
}
