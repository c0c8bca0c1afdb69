import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

const title = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });
const budgetCny = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description: 'Whole yuan.' });
const date = Type.String({ format: 'date' });
const positiveCny = Type.Integer({ minimum: 1, maximum: 1_000_000_000_000, description: 'Whole yuan.' });
const percent = Type.Number({ minimum: 0, maximum: 100 });

export const MilestoneInput = Type.Object(
  {
    title,
    startsOn: Type.Optional(
      Type.String({ format: 'date', description: 'Planned start; else the day after the milestone before it is due.' }),
    ),
    dueOn: date,
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

const ContributionInput = Type.Object(
  {
    kind: Type.String({ maxLength: 40, description: 'Of the vocabulary contribution-kinds.' }),
    amountCny: Type.Optional(budgetCny),
    description: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  { additionalProperties: false },
);

const BudgetItemInput = Type.Object(
  {
    category: Type.String({ maxLength: 40, description: 'Of the vocabulary budget-categories.' }),
    amountCny: positiveCny,
  },
  { additionalProperties: false },
);

const BudgetItems = Type.Array(BudgetItemInput, {
  maxItems: 30,
  description: 'Of an itemised budget, to which they add; a lump sum has none.',
});

const FundingMode = Type.Enum(['itemised', 'lump_sum'], { description: 'lump_sum is 包干制.' });

const InstitutionInput = Type.Object(
  {
    name: title,
    regionCode: Type.String({ pattern: '^\\d{6}$', description: 'Of the vocabulary regions.' }),
    foundedOn: date,
    termYears: Type.Integer({ minimum: 1, maximum: 30 }),
    headcount: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    governance: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
  },
  { additionalProperties: false, description: 'Of a platform or an institute (共建平台、研究院).' },
);
export type InstitutionInput = Static<typeof InstitutionInput>;

export const PartyInput = Type.Object(
  {
    organizationId: Type.String({ format: 'uuid' }),
    role: Type.Enum(['lead', 'partner', 'funder'], {
      description: "The demand's organization leads, the result's is a partner; others are partners or funders.",
    }),
    workShare: Type.Optional(percent),
    benefitShare: Type.Optional(percent),
    contributions: Type.Optional(Type.Array(ContributionInput, { maxItems: 20 })),
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
    kind: Type.Optional(
      Type.Enum(['joint_project', 'platform', 'institute'], {
        description: 'joint_project unless it founds a platform or an institute, which then says what it is.',
      }),
    ),
    institution: Type.Optional(InstitutionInput),
    title,
    budgetCny,
    fundingMode: FundingMode,
    budgetItems: Type.Optional(BudgetItems),
    startsOn: Type.Optional(
      Type.String({ format: 'date', description: 'Planned start; else the day on which it is started.' }),
    ),
    milestones: Type.Optional(Type.Array(MilestoneInput, { minItems: 1, maxItems: 50 })),
    annualReviewCriteria: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        description: 'Of a platform or an institute, in place of milestones: one review for each year of its term.',
      }),
    ),
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
  {
    title: Type.Optional(title),
    budgetCny: Type.Optional(budgetCny),
    fundingMode: Type.Optional(FundingMode),
    budgetItems: Type.Optional(BudgetItems),
    startsOn: Type.Optional(Type.Union([date, Type.Null()])),
    institution: Type.Optional(InstitutionInput),
  },
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

export const TerminateProject = Type.Object(
  {
    reasonCode: Type.Optional(
      Type.String({ maxLength: 40, default: 'other', description: 'Of the vocabulary termination-reasons.' }),
    ),
    ...ProjectReason.properties,
  },
  { additionalProperties: false, examples: [{ reasonCode: 'funding', reason: '配套资金未到位' }] },
);
export type TerminateProject = Static<typeof TerminateProject>;

export const ResumeProject = Type.Object(
  {
    shiftDueDates: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Puts open milestones off by the days that the project stood still.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ shiftDueDates: true }] },
);
export type ResumeProject = Static<typeof ResumeProject>;

export const SubmitMilestone = Type.Object(
  {
    statement: Type.Optional(Type.String({ minLength: 1, maxLength: 4_000 })),
    documents: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
            note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 50, description: 'Named only: what lies elsewhere. Files are uploaded before.' },
      ),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        statement: '小试配方完成，三批次多糖含量均高于 1.2 g/100 g。',
        documents: [{ name: '第三方检测报告', note: '编号 2027-031' }],
      },
    ],
  },
);
export type SubmitMilestone = Static<typeof SubmitMilestone>;

export const RecordPayment = Type.Object(
  {
    amountCny: positiveCny,
    paidOn: Type.String({ format: 'date', description: 'A day in China, not before the milestone was accepted.' }),
    payeeOrganizationId: Type.Optional(
      Type.String({ format: 'uuid', description: 'The lead or a partner; the only partner where none is named.' }),
    ),
    reference: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Of the bank or the voucher.' })),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  {
    additionalProperties: false,
    examples: [{ amountCny: 200_000, paidOn: '2027-04-10', reference: '20270410000123' }],
  },
);
export type RecordPayment = Static<typeof RecordPayment>;

const ChangedMilestone = Type.Object(
  {
    id: Type.Optional(
      Type.String({ format: 'uuid', description: 'Of a milestone that there is; none for a new one.' }),
    ),
    ...MilestoneInput.properties,
  },
  { additionalProperties: false },
);

export const ProposeChange = Type.Object(
  {
    reason: Type.String({ minLength: 2, maxLength: 1_000 }),
    budgetCny: Type.Optional(budgetCny),
    budgetItems: Type.Optional(BudgetItems),
    milestones: Type.Optional(
      Type.Array(ChangedMilestone, {
        maxItems: 50,
        description:
          'All that are not handed in yet, in their new order; one that is left out is dropped. Their payment shares are of the new budget and make up what the others leave.',
      }),
    ),
    parties: Type.Optional(Parties),
  },
  {
    additionalProperties: false,
    minProperties: 2,
    description:
      'What is absent stays. With a new budget alone, the open milestones share what is left in their present proportions.',
    examples: [{ reason: '增加中试规模', budgetCny: 1_500_000 }],
  },
);
export type ProposeChange = Static<typeof ProposeChange>;

export const ChangeComment = Type.Object(
  { comment: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
  { additionalProperties: false, examples: [{ comment: '同意' }] },
);
export type ChangeComment = Static<typeof ChangeComment>;

export const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
export type PageQuery = Static<typeof PageQuery>;

export const projectFilters = {
  status: Type.Optional(Type.Enum(['forming', 'active', 'suspended', 'completed', 'terminated'])),
  kind: Type.Optional(Type.Enum(['joint_project', 'platform', 'institute'])),
};
export type ProjectList = Pick<ListProjects, keyof typeof projectFilters>;

export const ListProjects = Type.Object({ ...pageQuery, ...projectFilters }, { additionalProperties: false });
export type ListProjects = Static<typeof ListProjects>;
