import { type InputFault, invalidInput } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { InstitutionInput, PartyInput } from '../inputs.ts';
import { type Funding, fundingFaults, type Party } from '../rules.ts';

/**
 * Further parties are verified organizations; markets and peers are none.
 * @throws AppError INVALID_INPUT with a fault for each that is not, and for each kind of contribution that there is not
 */
export async function checkOrganizations(
  tx: Tx,
  stated: readonly PartyInput[],
  principals: readonly Party[],
): Promise<void> {
  const rows = await getOrganizationRows(
    tx,
    stated.map((party) => party.organizationId),
  );
  const possible = new Set(
    rows
      .filter((row) => row.status === 'verified' && row.kind !== 'market' && row.kind !== 'peer')
      .map((row) => row.id),
  );
  for (const principal of principals) possible.add(principal.organizationId);
  const faults: InputFault[] = stated.flatMap((party, at) =>
    possible.has(party.organizationId)
      ? []
      : [
          {
            pointer: `/parties/${at}/organizationId`,
            code: 'organization',
            message: { zh: '没有这个已审核的机构', en: 'there is no such verified organization' },
          },
        ],
  );
  if (faults.length > 0) throw invalidInput(...faults);
  await checkTerms(
    tx,
    stated.flatMap(({ contributions = [] }, at) =>
      contributions.map(({ kind: code }, each) => ({
        vocabulary: 'contribution-kinds' as const,
        code,
        pointer: `/parties/${at}/contributions/${each}/kind`,
      })),
    ),
  );
}

/** @throws AppError INVALID_INPUT for items that do not add to the budget, and for categories that there are not */
export async function checkFunding(tx: Tx, funding: Funding): Promise<void> {
  await checkTerms(
    tx,
    funding.budgetItems.map(({ category: code }, at) => ({
      vocabulary: 'budget-categories',
      code,
      pointer: `/budgetItems/${at}/category`,
    })),
    fundingFaults(funding),
  );
}

/** @throws AppError INVALID_INPUT for a region that there is not */
export async function checkInstitutionTerms(tx: Tx, { regionCode: code }: InstitutionInput): Promise<void> {
  await checkTerms(tx, [{ vocabulary: 'regions', code, pointer: '/institution/regionCode' }]);
}
