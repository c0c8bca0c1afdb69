import { type InputFault, invalidInput, invalidState } from '../../core/errors.ts';
import type { Text } from '../../core/text.ts';
import { addsToWhole } from './shares.ts';
import type { PartyRole, ProjectStatus } from './states.ts';

export interface Contribution {
  kind: string;
  /** Whole yuan; null where nobody has put a figure on it. */
  amountCny: number | null;
  description: string | null;
}

export interface Party {
  organizationId: string;
  role: PartyRole;
  responsibleUserId: string | null;
  workShare: number | null;
  benefitShare: number | null;
  contributions: Contribution[];
}

interface StatedParty {
  organizationId: string;
  role: PartyRole;
  workShare?: number | undefined;
  benefitShare?: number | undefined;
  contributions?: readonly StatedContribution[] | undefined;
}

interface StatedContribution {
  kind: string;
  amountCny?: number | undefined;
  description?: string | undefined;
}

/**
 * The parties of a project: the two of its introduction, whose roles are fixed, and whoever else was stated.
 * @throws AppError INVALID_INPUT for a repeated organization, a second lead, a changed role, shares that do not add to 100
 */
export function composeParties(principals: readonly Party[], stated: readonly StatedParty[]): Party[] {
  const faults: InputFault[] = [];
  const seen = new Set<string>();
  stated.forEach((party, at) => {
    const fault = partyFault(principals, party, seen.has(party.organizationId));
    if (fault !== null)
      faults.push({ pointer: `/parties/${at}/${fault.at}`, code: fault.code, message: fault.message });
    seen.add(party.organizationId);
  });
  const statedOf = (organizationId: string) => stated.find((party) => party.organizationId === organizationId);
  const parties = [
    ...principals.map((party) => ({ ...party, ...statementOf(statedOf(party.organizationId)) })),
    ...stated
      .filter((party) => !principals.some((principal) => principal.organizationId === party.organizationId))
      .map((party) => ({
        organizationId: party.organizationId,
        role: party.role,
        responsibleUserId: null,
        ...statementOf(party),
      })),
  ];
  for (const share of ['workShare', 'benefitShare'] as const) {
    const values = parties.map((party) => party[share]).filter((value) => value !== null);
    if (values.length > 0 && !addsToWhole(values))
      faults.push({ pointer: '/parties', code: 'sum', message: shareSums[share] });
  }
  if (faults.length > 0) throw invalidInput(...faults);
  return parties;
}

const shareSums: Record<'workShare' | 'benefitShare', Text> = {
  workShare: { zh: '各方工作份额之和应为 100%', en: 'the work shares must add to 100 percent' },
  benefitShare: { zh: '各方收益份额之和应为 100%', en: 'the benefit shares must add to 100 percent' },
};

function statementOf(party: StatedParty | undefined): Pick<Party, 'workShare' | 'benefitShare' | 'contributions'> {
  return {
    workShare: party?.workShare ?? null,
    benefitShare: party?.benefitShare ?? null,
    contributions: (party?.contributions ?? []).map(({ kind, amountCny = null, description = null }) => ({
      kind,
      amountCny,
      description,
    })),
  };
}

function partyFault(
  principals: readonly Party[],
  party: StatedParty,
  repeated: boolean,
): { at: string; code: string; message: Text } | null {
  if (repeated) {
    return { at: 'organizationId', code: 'unique', message: { zh: '同一机构只能列一次', en: 'is listed twice' } };
  }
  const principal = principals.find(({ organizationId }) => organizationId === party.organizationId);
  if (principal === undefined && party.role === 'lead') {
    return {
      at: 'role',
      code: 'role',
      message: {
        zh: '牵头方为需求方，不能另设',
        en: "the demand's organization leads; others are partners or funders",
      },
    };
  }
  if (principal !== undefined && principal.role !== party.role) {
    return {
      at: 'role',
      code: 'role',
      message: {
        zh: `对接双方的角色固定，应为 ${principal.role}`,
        en: `the role of this party is fixed: ${principal.role}`,
      },
    };
  }
  return null;
}

/** Who works on the project says its share of work and of benefit before it starts. @throws AppError INVALID_STATE */
export function requireStatedShares(
  status: ProjectStatus,
  parties: readonly Pick<Party, 'role' | 'workShare' | 'benefitShare'>[],
): void {
  if (statesShares(parties)) return;
  throw invalidState(status, {
    zh: '牵头方和各合作方须先写明工作份额和收益份额（PUT …/parties）。',
    en: 'The lead and every partner need a share of work and of benefit first (PUT …/parties).',
  });
}

/** Whether the lead and every partner have said their share of work and of benefit. */
export function statesShares(parties: readonly Pick<Party, 'role' | 'workShare' | 'benefitShare'>[]): boolean {
  return parties.every((party) => party.role === 'funder' || (party.workShare !== null && party.benefitShare !== null));
}
