import type { Tx } from '../../core/transaction.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { listExclusions } from '../../demands/service.ts';
import type { MatchFacts } from '../../matching/types.ts';

type GateFacts = Pick<MatchFacts, 'creditRestrictedOrganizationIds' | 'excludedOrganizationIds'>;

/** What closes hard gates besides the records themselves. Exclusions are read under row-level security. */
export async function loadGateFacts(
  tx: Tx,
  demandIds: readonly string[],
  organizationIds: readonly string[],
  now: Date,
): Promise<GateFacts> {
  return {
    creditRestrictedOrganizationIds: await listRestrictedOrganizationIds(tx, organizationIds, now),
    excludedOrganizationIds: await listExclusions(tx, demandIds),
  };
}

/** Whether a pair that was let through may not be kept any more. */
export function isShutOut(
  facts: GateFacts,
  demand: { id: string; organizationId: string },
  result: { organizationId: string },
): boolean {
  const { creditRestrictedOrganizationIds: restricted, excludedOrganizationIds: excluded } = facts;
  return (
    restricted.has(demand.organizationId) ||
    restricted.has(result.organizationId) ||
    (excluded.get(demand.id)?.has(result.organizationId) ?? false)
  );
}
