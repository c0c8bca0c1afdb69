import { type Static, Type } from 'typebox';
import type { BudgetItemRow, InstitutionRow, MilestoneRow, PartyRow, ProjectRow } from '../store.ts';
import { id, nullable } from './shared.ts';

export const ContributionView = Type.Object({
  kind: Type.String(),
  amountCny: nullable.integer,
  description: nullable.string,
});

export const PartyView = Type.Object({
  organizationId: id,
  name: Type.String(),
  role: Type.Enum(['lead', 'partner', 'funder']),
  workShare: nullable.number,
  benefitShare: nullable.number,
  contributions: Type.Array(ContributionView),
});
export type PartyView = Static<typeof PartyView>;

const milestoneExample = {
  id: '0192f0c4-aa00-7d44-8f05-718293a4b5c6',
  version: 1,
  projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
  position: 1,
  title: '完成小试配方',
  startsOn: null,
  dueOn: '2027-03-31',
  acceptanceCriteria: '枸杞多糖含量不低于 1.2 g/100 g，货架期 21 天',
  paymentShare: 100,
  amountCny: 1_200_000,
  settledCny: 0,
  status: 'planned',
  reworkReason: null,
  submittedAt: null,
  acceptedAt: null,
  paidAt: null,
};

export const MilestoneView = Type.Object(
  {
    id,
    version: Type.Integer(),
    projectId: id,
    position: Type.Integer({ description: 'From 1.' }),
    title: Type.String(),
    startsOn: nullable.date,
    dueOn: Type.String({ format: 'date' }),
    acceptanceCriteria: Type.String(),
    paymentShare: Type.Number({ description: 'Percent of the budget.' }),
    amountCny: Type.Integer({ description: 'The share in whole yuan; those of a project add to its budget.' }),
    settledCny: Type.Integer({ description: 'What was paid of it, confirmed by the payee or released by the lead.' }),
    status: Type.Enum(['planned', 'submitted', 'accepted', 'rework', 'paid']),
    reworkReason: nullable.string,
    submittedAt: nullable.time,
    acceptedAt: nullable.time,
    paidAt: nullable.time,
  },
  { examples: [milestoneExample] },
);
export type MilestoneView = Static<typeof MilestoneView>;

export const BudgetItemView = Type.Object({ category: Type.String(), amountCny: Type.Integer() });

export const InstitutionView = Type.Object({
  name: Type.String(),
  regionCode: Type.String(),
  foundedOn: Type.String({ format: 'date' }),
  termYears: Type.Integer(),
  headcount: nullable.integer,
  governance: nullable.string,
});
export type InstitutionView = Static<typeof InstitutionView>;

/** One audience: the parties and the market's staff see a project alike; for everybody else there is none. */
export const ProjectView = Type.Object(
  {
    id,
    version: Type.Integer(),
    code: Type.String(),
    kind: Type.Enum(['joint_project', 'platform', 'institute']),
    institution: Type.Union([InstitutionView, Type.Null()]),
    title: Type.String(),
    status: Type.Enum(['forming', 'active', 'suspended', 'completed', 'terminated']),
    introductionId: nullable.id,
    demandId: nullable.id,
    resultId: nullable.id,
    marketId: id,
    budgetCny: Type.Integer({ description: 'Whole yuan.' }),
    fundingMode: Type.Enum(['itemised', 'lump_sum']),
    budgetItems: Type.Array(BudgetItemView),
    startsOn: nullable.date,
    parties: Type.Array(PartyView),
    milestones: Type.Array(MilestoneView),
    activatedAt: nullable.time,
    suspendedAt: nullable.time,
    suspensionReason: nullable.string,
    terminationCode: nullable.string,
    terminationReason: nullable.string,
    endedAt: nullable.time,
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
  },
  {
    examples: [
      {
        id: '0192f0c4-a000-7c33-8e04-60718293a4b5',
        version: 1,
        code: 'P2026-640300-000001',
        kind: 'joint_project',
        institution: null,
        title: '功能性枸杞乳制品联合开发',
        status: 'forming',
        introductionId: '0192f0c4-9f00-7b22-8c03-5d6e7f809102',
        demandId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        resultId: '0192f0c4-8100-7a12-8b02-4c5d6e7f8092',
        marketId: '0192f0c4-0100-7000-8000-000000000002',
        budgetCny: 1_200_000,
        fundingMode: 'lump_sum',
        budgetItems: [],
        startsOn: null,
        parties: [
          {
            organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
            name: '宁夏某枸杞乳业有限公司',
            role: 'lead',
            workShare: null,
            benefitShare: null,
            contributions: [],
          },
          {
            organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
            name: '某大学食品学院',
            role: 'partner',
            workShare: null,
            benefitShare: null,
            contributions: [],
          },
        ],
        milestones: [milestoneExample],
        activatedAt: null,
        suspendedAt: null,
        suspensionReason: null,
        terminationCode: null,
        terminationReason: null,
        endedAt: null,
        createdAt: '2026-11-22T02:00:00.000Z',
        updatedAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type ProjectView = Static<typeof ProjectView>;

export function toMilestoneView(row: MilestoneRow, settledCny: number): MilestoneView {
  return {
    id: row.id,
    version: row.version,
    projectId: row.projectId,
    position: row.position,
    title: row.title,
    startsOn: row.startsOn,
    dueOn: row.dueOn,
    acceptanceCriteria: row.acceptanceCriteria,
    paymentShare: row.paymentShare,
    amountCny: row.amountCny,
    settledCny,
    status: row.status,
    reworkReason: row.reworkReason,
    submittedAt: row.submittedAt?.toISOString() ?? null,
    acceptedAt: row.acceptedAt?.toISOString() ?? null,
    paidAt: row.paidAt?.toISOString() ?? null,
  };
}

/** What stands beside projects, of one or of many. */
export interface ProjectParts {
  parties: readonly PartyRow[];
  milestones: readonly MilestoneRow[];
  budgetItems: readonly BudgetItemRow[];
  institutions: readonly InstitutionRow[];
  /** Names by organization id. */
  names: ReadonlyMap<string, string>;
  /** Whole yuan by milestone id. */
  settled: ReadonlyMap<string, number>;
}

function toInstitutionView(row: InstitutionRow | undefined): InstitutionView | null {
  if (row === undefined) return null;
  const { projectId: _projectId, ...institution } = row;
  return institution;
}

export function toProjectView(row: ProjectRow, parts: ProjectParts): ProjectView {
  const ofProject = (each: { projectId: string }) => each.projectId === row.id;
  return {
    id: row.id,
    version: row.version,
    code: row.code,
    kind: row.kind,
    institution: toInstitutionView(parts.institutions.find(ofProject)),
    title: row.title,
    status: row.status,
    introductionId: row.introductionId,
    demandId: row.demandId,
    resultId: row.resultId,
    marketId: row.marketId,
    budgetCny: row.budgetCny,
    fundingMode: row.fundingMode,
    budgetItems: parts.budgetItems.filter(ofProject).map(({ category, amountCny }) => ({ category, amountCny })),
    startsOn: row.startsOn,
    parties: parts.parties.filter(ofProject).map((party) => ({
      organizationId: party.organizationId,
      name: parts.names.get(party.organizationId) ?? '',
      role: party.role,
      workShare: party.workShare,
      benefitShare: party.benefitShare,
      contributions: party.contributions,
    })),
    milestones: parts.milestones
      .filter(ofProject)
      .map((milestone) => toMilestoneView(milestone, parts.settled.get(milestone.id) ?? 0)),
    activatedAt: row.activatedAt?.toISOString() ?? null,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    suspensionReason: row.suspensionReason,
    terminationCode: row.terminationCode,
    terminationReason: row.terminationReason,
    endedAt: row.endedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
