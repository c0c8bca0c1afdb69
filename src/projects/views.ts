import { type Static, Type } from 'typebox';
import type { MilestoneRow, PartyRow, ProjectRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  number: Type.Union([Type.Number(), Type.Null()]),
  time: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  id: Type.Union([id, Type.Null()]),
};

export const PartyView = Type.Object({
  organizationId: id,
  name: Type.String(),
  role: Type.Enum(['lead', 'partner', 'funder']),
  workShare: nullable.number,
  benefitShare: nullable.number,
});
export type PartyView = Static<typeof PartyView>;

const milestoneExample = {
  id: '0192f0c4-aa00-7d44-8f05-718293a4b5c6',
  version: 1,
  projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
  position: 1,
  title: '完成小试配方',
  dueOn: '2027-03-31',
  acceptanceCriteria: '枸杞多糖含量不低于 1.2 g/100 g，货架期 21 天',
  paymentShare: 100,
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
    dueOn: Type.String({ format: 'date' }),
    acceptanceCriteria: Type.String(),
    paymentShare: Type.Number({ description: 'Percent of the budget.' }),
    status: Type.Enum(['planned', 'submitted', 'accepted', 'rework', 'paid']),
    reworkReason: nullable.string,
    submittedAt: nullable.time,
    acceptedAt: nullable.time,
    paidAt: nullable.time,
  },
  { examples: [milestoneExample] },
);
export type MilestoneView = Static<typeof MilestoneView>;

/** One audience: the parties and the market's staff see a project alike; for everybody else there is none. */
export const ProjectView = Type.Object(
  {
    id,
    version: Type.Integer(),
    code: Type.String(),
    title: Type.String(),
    status: Type.Enum(['forming', 'active', 'completed', 'terminated']),
    introductionId: nullable.id,
    demandId: nullable.id,
    resultId: nullable.id,
    marketId: id,
    budgetCny: Type.Integer({ description: 'Whole yuan.' }),
    fundingMode: Type.Enum(['itemised', 'lump_sum']),
    parties: Type.Array(PartyView),
    milestones: Type.Array(MilestoneView),
    terminationReason: nullable.string,
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
  },
  {
    examples: [
      {
        id: '0192f0c4-a000-7c33-8e04-60718293a4b5',
        version: 1,
        code: 'P2026-640300-000001',
        title: '功能性枸杞乳制品联合开发',
        status: 'forming',
        introductionId: '0192f0c4-9f00-7b22-8c03-5d6e7f809102',
        demandId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        resultId: '0192f0c4-8100-7a12-8b02-4c5d6e7f8092',
        marketId: '0192f0c4-0100-7000-8000-000000000002',
        budgetCny: 1_200_000,
        fundingMode: 'lump_sum',
        parties: [
          {
            organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
            name: '宁夏某枸杞乳业有限公司',
            role: 'lead',
            workShare: null,
            benefitShare: null,
          },
          {
            organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
            name: '某大学食品学院',
            role: 'partner',
            workShare: null,
            benefitShare: null,
          },
        ],
        milestones: [milestoneExample],
        terminationReason: null,
        createdAt: '2026-11-22T02:00:00.000Z',
        updatedAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type ProjectView = Static<typeof ProjectView>;

export function toMilestoneView(row: MilestoneRow): MilestoneView {
  return {
    id: row.id,
    version: row.version,
    projectId: row.projectId,
    position: row.position,
    title: row.title,
    dueOn: row.dueOn,
    acceptanceCriteria: row.acceptanceCriteria,
    paymentShare: row.paymentShare,
    status: row.status,
    reworkReason: row.reworkReason,
    submittedAt: row.submittedAt?.toISOString() ?? null,
    acceptedAt: row.acceptedAt?.toISOString() ?? null,
    paidAt: row.paidAt?.toISOString() ?? null,
  };
}

/** `names` by organization id; parties and milestones may be those of many projects. */
export function toProjectView(
  row: ProjectRow,
  parties: readonly PartyRow[],
  milestones: readonly MilestoneRow[],
  names: ReadonlyMap<string, string>,
): ProjectView {
  return {
    id: row.id,
    version: row.version,
    code: row.code,
    title: row.title,
    status: row.status,
    introductionId: row.introductionId,
    demandId: row.demandId,
    resultId: row.resultId,
    marketId: row.marketId,
    budgetCny: row.budgetCny,
    fundingMode: row.fundingMode,
    parties: parties
      .filter((party) => party.projectId === row.id)
      .map((party) => ({
        organizationId: party.organizationId,
        name: names.get(party.organizationId) ?? '',
        role: party.role,
        workShare: party.workShare,
        benefitShare: party.benefitShare,
      })),
    milestones: milestones.filter((milestone) => milestone.projectId === row.id).map(toMilestoneView),
    terminationReason: row.terminationReason,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
