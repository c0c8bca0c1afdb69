import { found } from '../../core/errors.ts';
import type { Db } from '../../core/transaction.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { isPublic, type PublicFacts } from '../../records/service.ts';
import { getResultRows, type ResultRow } from '../../results/service.ts';

/** What a plan rests on, of one record. */
export interface SideRow {
  id: string;
  organizationId: string;
  contentVersion: number;
  isPublic: boolean;
}

export function toSideRow(row: Omit<SideRow, 'isPublic'> & PublicFacts, now: Date): SideRow {
  return {
    id: row.id,
    organizationId: row.organizationId,
    contentVersion: row.contentVersion,
    isPublic: isPublic(row, now),
  };
}

/** Both records of a match, whole. */
export interface PairRows {
  demand: DemandRow;
  result: ResultRow;
}

export async function loadPair(db: Db, row: { demandId: string; resultId: string }): Promise<PairRows> {
  const [demand] = await getDemandRows(db, [row.demandId]);
  const [result] = await getResultRows(db, [row.resultId]);
  return { demand: found(demand), result: found(result) };
}
