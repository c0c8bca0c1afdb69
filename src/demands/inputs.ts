import { type Static, Type } from 'typebox';
import {
  Clearable,
  Exclusivity,
  IndustryCode,
  LongText,
  Moment,
  MoneyRangeInput,
  sharedFields,
  title,
} from '../records/inputs.ts';

/** 活动类型 of the national R&D statistics. */
export const ActivityType = Type.Enum([
  'basic_research',
  'applied_research',
  'experimental_development',
  'rd_and_application',
  'extension_and_services',
  'production',
]);

export const DemandIndicator = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    comparator: Type.Enum(['>=', '<=', '=', 'between']),
    value: Type.Optional(Type.Number()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    unit: Type.Optional(Type.String({ maxLength: 30, default: '' })),
    mustHave: Type.Optional(Type.Boolean({ default: false })),
  },
  { title: 'DemandIndicator', additionalProperties: false },
);

const fields = {
  ...sharedFields,
  problem: Clearable(LongText),
  keyTechnology: Clearable(LongText),
  expectedOutcome: Clearable(LongText),
  indicators: Type.Optional(Type.Array(DemandIndicator, { maxItems: 30 })),
  alreadyTried: Clearable(LongText),
  notAcceptable: Clearable(LongText),
  industry: Clearable(IndustryCode),
  activityType: Clearable(ActivityType),
  budget: Clearable(MoneyRangeInput),
  exclusivity: Clearable(Exclusivity),
  targetTrl: Clearable(Type.Integer({ minimum: 1, maximum: 9 })),
  neededBy: Clearable(Moment),
  preferredPartners: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20 })),
  excludedOrganizations: Type.Optional(
    Type.Array(Type.String({ format: 'uuid' }), {
      maxItems: 50,
      description: 'Ids of organizations not to be matched with. Confidential; takes effect at once.',
    }),
  ),
  decisionOwner: Clearable(Type.String({ maxLength: 200 })),
  confidentiality: Type.Optional(
    Type.Object(
      { anonymous: Type.Optional(Type.Boolean()), detail: Clearable(LongText) },
      {
        additionalProperties: false,
        description: 'anonymous hides whose demand it is; detail is shown once both parties have accepted.',
      },
    ),
  ),
};

/** Only a title is needed for a draft; the rest by the time it is submitted. */
export const CreateDemand = Type.Object(
  { title, ...fields },
  {
    title: 'CreateDemand',
    additionalProperties: false,
    examples: [
      {
        title: '含锌固废中高纯铟的回收提纯',
        summary: '从锌冶炼固废中回收铟并提纯到 6N，用于靶材生产。',
        problem: '浸出渣含铟低、杂质复杂，现有萃取—电解流程产品只能到 4N5，且废水量大。',
        keyTechnology: '膜电解提纯、杂质深度脱除',
        expectedOutcome: '建成年产 2 吨的中试线',
        indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
        keywords: ['高纯铟', '膜电解', '含锌固废'],
        technologyFields: ['401', '702'],
        industry: '32',
        activityType: 'experimental_development',
        cooperationModes: ['joint_development', 'commissioned_development'],
        budget: { minCny: 3_000_000, maxCny: 5_000_000, negotiable: true },
        targetTrl: 7,
        regionCode: '430200',
        confidentiality: { anonymous: false, detail: '现有渣场堆存量 12 万吨。' },
        contact: { name: '周工', phone: '0731-0000000' },
      },
    ],
  },
);
export type CreateDemand = Static<typeof CreateDemand>;

/** Absent leaves, null clears. */
export const UpdateDemand = Type.Object(
  { title: Type.Optional(title), ...fields },
  {
    title: 'UpdateDemand',
    additionalProperties: false,
    minProperties: 1,
    examples: [{ targetTrl: 7, decisionOwner: null }],
  },
);
export type UpdateDemand = Static<typeof UpdateDemand>;
