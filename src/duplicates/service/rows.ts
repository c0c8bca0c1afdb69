import type { SearchKind } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { getResultRows, type ResultRow } from '../../results/service.ts';

/** A demand or a result. */
export type Row = DemandRow | ResultRow;

export async function rowsOf(db: Db, side: SearchKind, ids: readonly string[]): Promise<Row[]> {
  return side === 'demand' ? await getDemandRows(db, ids) : await getResultRows(db, ids);
}
