import { and, asc, lt, type SQL, sql } from 'drizzle-orm';
import { contracts } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import type { ContractRow } from '../store.ts';

/** Contracts that have waited for a territory's staff since before a moment. */
interface WaitingFilter {
  marketIds: readonly string[];
  submittedBefore: Date;
}

function waitingSince({ marketIds, submittedBefore }: WaitingFilter): SQL | undefined {
  return and(
    sql`${contracts.status} = 'submitted'`,
    lt(contracts.submittedAt, submittedBefore),
    sql`${contracts.marketId} = any(${sql.param([...marketIds])}::uuid[])`,
  );
}

/** The longest first. */
export async function listWaitingContracts(
  db: Db,
  filter: WaitingFilter,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<ContractRow[]> {
  return await db
    .select()
    .from(contracts)
    .where(
      and(
        waitingSince(filter),
        after === null
          ? undefined
          : sql`(${contracts.submittedAt}, ${contracts.id}) > (${after.at}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(contracts.submittedAt), asc(contracts.id))
    .limit(limit);
}

export async function countWaitingContracts(db: Db, filter: WaitingFilter, atMost: number): Promise<number> {
  const some = db.select({ id: contracts.id }).from(contracts).where(waitingSince(filter)).limit(atMost).as('some');
  return await db.$count(some);
}
