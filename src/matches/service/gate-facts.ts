import type { Tx } from '../../core/transaction.ts';
import { listExclusions } from '../../demands/service.ts';
import type { MatchFacts } from '../../matching/types.ts';
import { listRestrictedOrganizationIds } from '../../organizations/service.ts';

type GateFacts = Pick<MatchFacts, 'creditRestrictedOrganizationIds' | 'excludedOrganizationIds'>;

/** What closes hard gates besides the records themselves. Exclusions are read under row-level security. */
export async function loadGateFacts(
  tx: Tx,
  demandIds: readonly string[],
  organizationIds: readonly string[],
): Promise<GateFacts> {
  return {
    creditRestrictedOrganizationIds: await listRestrictedOrganizationIds(tx, organizationIds),
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
