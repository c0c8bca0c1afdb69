import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

const title = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });
const budgetCny = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description: 'Whole yuan.' });
const percent = Type.Number({ minimum: 0, maximum: 100 });

export const MilestoneInput = Type.Object(
  {
    title,
    dueOn: Type.String({ format: 'date' }),
    acceptanceCriteria: Type.String({ minLength: 1, maxLength: 2_000 }),
    paymentShare: Type.Number({
      minimum: 0,
      maximum: 100,
      description: 'Percent of the budget; the milestones of a project add to 100.',
    }),
  },
  { additionalProperties: false },
);
export type MilestoneInput = Static<typeof MilestoneInput>;

export const PartyInput = Type.Object(
  {
    organizationId: Type.String({ format: 'uuid' }),
    role: Type.Enum(['lead', 'partner', 'funder'], {
      description: "The demand's organization leads, the result's is a partner; others are partners or funders.",
    }),
    workShare: Type.Optional(percent),
    benefitShare: Type.Optional(percent),
  },
  { additionalProperties: false },
);
export type PartyInput = Static<typeof PartyInput>;

const partiesExample = [
  { organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d', role: 'lead', workShare: 40, benefitShare: 60 },
  { organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50', role: 'partner', workShare: 60, benefitShare: 40 },
];

const Parties = Type.Array(PartyInput, { maxItems: 20 });

export const CreateProject = Type.Object(
  {
    introductionId: Type.String({
      format: 'uuid',
      description: 'An accepted introduction; it brings in the two parties.',
    }),
    title,
    budgetCny,
    fundingMode: Type.Enum(['itemised', 'lump_sum'], { description: 'lump_sum is 包干制.' }),
    milestones: Type.Array(MilestoneInput, { minItems: 1, maxItems: 50 }),
    parties: Type.Optional(Parties),
  },
  {
    additionalProperties: false,
    examples: [
      {
        introductionId: '0192f0c4-9f00-7b22-8c03-5d6e7f809102',
        title: '功能性枸杞乳制品联合开发',
        budgetCny: 1_200_000,
        fundingMode: 'lump_sum',
        milestones: [
          {
            title: '完成小试配方',
            dueOn: '2027-03-31',
            acceptanceCriteria: '枸杞多糖含量不低于 1.2 g/100 g，货架期 21 天',
            paymentShare: 40,
          },
          { title: '完成中试', dueOn: '2027-09-30', acceptanceCriteria: '连续三批、每批 2 吨合格', paymentShare: 60 },
        ],
      },
    ],
  },
);
export type CreateProject = Static<typeof CreateProject>;

export const UpdateProject = Type.Object(
  { title: Type.Optional(title), budgetCny: Type.Optional(budgetCny) },
  { additionalProperties: false, minProperties: 1, examples: [{ budgetCny: 1_500_000 }] },
);
export type UpdateProject = Static<typeof UpdateProject>;

export const PutParties = Type.Object(
  { parties: Parties },
  {
    additionalProperties: false,
    description: 'The whole list. The two parties of the introduction stay in it whether named or not.',
    examples: [{ parties: partiesExample }],
  },
);
export type PutParties = Static<typeof PutParties>;

export const ProjectReason = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500 }) },
  { additionalProperties: false, examples: [{ reason: '第三批样品多糖含量未达标，请复测后重新提交' }] },
);
export type ProjectReason = Static<typeof ProjectReason>;

export const ListProjects = Type.Object(
  { ...pageQuery, status: Type.Optional(Type.Enum(['forming', 'active', 'completed', 'terminated'])) },
  { additionalProperties: false },
);
export type ListProjects = Static<typeof ListProjects>;
