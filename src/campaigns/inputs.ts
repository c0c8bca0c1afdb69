import { type Static, Type } from 'typebox';
import { campaignStatuses } from '../../db/schema/index.ts';
import { pageQuery } from '../core/paging.ts';
import { ActivityType } from '../demands/inputs.ts';
import { RegionCode } from '../records/inputs.ts';

export const CampaignStatus = Type.Enum([...campaignStatuses]);
export type CampaignStatus = Static<typeof CampaignStatus>;

/** Optional fields of a demand that a campaign may ask for. */
export const askableFields = [
  'keyTechnology',
  'expectedOutcome',
  'indicators',
  'alreadyTried',
  'industry',
  'activityType',
  'targetTrl',
  'neededBy',
] as const;
export type AskableField = (typeof askableFields)[number];

const code = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' });
const label = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });

export const CampaignQuestion = Type.Object(
  {
    code,
    zh: label,
    en: label,
    kind: Type.Enum(['text', 'number', 'choice']),
    required: Type.Boolean(),
    choices: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 2, maxItems: 30 })),
  },
  { title: 'CampaignQuestion', additionalProperties: false },
);

export const CampaignQuota = Type.Object(
  { regionCode: RegionCode, target: Type.Integer({ minimum: 0, maximum: 100_000 }) },
  { title: 'CampaignQuota', additionalProperties: false },
);

export const CampaignList = Type.Object(
  { code, zh: label, en: label },
  { title: 'CampaignList', additionalProperties: false },
);

const Instant = Type.String({ format: 'date-time' });

const fields = {
  title: Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' }),
  text: Type.String({ minLength: 1, maxLength: 10_000 }),
  regionCode: RegionCode,
  technologyFields: Type.Array(Type.String({ pattern: '^[1-8]([0-9]{2})?$' }), {
    maxItems: 20,
    description: 'Empty: all.',
  }),
  activityTypes: Type.Array(ActivityType, { maxItems: 6, description: 'Kinds of demand; empty: all.' }),
  requiredFields: Type.Array(Type.Enum([...askableFields]), { maxItems: askableFields.length }),
  questions: Type.Array(CampaignQuestion, { maxItems: 20 }),
  quotas: Type.Array(CampaignQuota, { maxItems: 100 }),
  lists: Type.Array(CampaignList, {
    maxItems: 10,
    description: 'Besides guide_suggestions and selected_projects, which every campaign has.',
  }),
  opensAt: Instant,
  deadline: Instant,
  reminderDays: Type.Integer({ minimum: 0, maximum: 60 }),
};

export const CreateCampaign = Type.Object(
  {
    title: fields.title,
    text: fields.text,
    regionCode: fields.regionCode,
    deadline: fields.deadline,
    technologyFields: Type.Optional(fields.technologyFields),
    activityTypes: Type.Optional(fields.activityTypes),
    requiredFields: Type.Optional(fields.requiredFields),
    questions: Type.Optional(fields.questions),
    quotas: Type.Optional(fields.quotas),
    lists: Type.Optional(fields.lists),
    opensAt: Type.Optional(fields.opensAt),
    reminderDays: Type.Optional(fields.reminderDays),
  },
  {
    title: 'CreateCampaign',
    additionalProperties: false,
    examples: [
      {
        title: '2027 年度关键核心技术需求征集',
        text: '面向全区企业征集制约产业发展的技术需求。',
        regionCode: '640000',
        deadline: '2026-12-31T16:00:00.000Z',
        requiredFields: ['expectedOutcome'],
        questions: [{ code: 'annual_revenue', zh: '上年营收（万元）', en: 'Revenue', kind: 'number', required: true }],
        quotas: [{ regionCode: '640300', target: 25 }],
      },
    ],
  },
);
export type CreateCampaign = Static<typeof CreateCampaign>;

export const UpdateCampaign = Type.Object(Type.Partial(Type.Object(fields)).properties, {
  title: 'UpdateCampaign',
  additionalProperties: false,
  minProperties: 1,
  examples: [{ reminderDays: 5 }],
});
export type UpdateCampaign = Static<typeof UpdateCampaign>;

export const ListCampaigns = Type.Object(
  {
    ...pageQuery,
    view: Type.Optional(
      Type.Enum(['public', 'mine'], {
        default: 'public',
        description: 'mine: those that my bureau or market runs, and those of my territory, drafts included.',
      }),
    ),
    status: Type.Optional(CampaignStatus),
  },
  { additionalProperties: false },
);
export type ListCampaigns = Static<typeof ListCampaigns>;

export const EnterCampaign = Type.Object(
  {
    demandId: Type.String({ format: 'uuid' }),
    answers: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
        Type.Union([Type.String({ maxLength: 2_000 }), Type.Number()]),
        {
          description: "By the codes of the campaign's questions.",
        },
      ),
    ),
  },
  {
    title: 'EnterCampaign',
    additionalProperties: false,
    examples: [{ demandId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d', answers: { annual_revenue: 5_600 } }],
  },
);
export type EnterCampaign = Static<typeof EnterCampaign>;

export const ListEntries = Type.Object({ ...pageQuery }, { additionalProperties: false });
export type ListEntries = Static<typeof ListEntries>;

export const SelectEntry = Type.Object(
  {
    entryId: Type.String({ format: 'uuid' }),
    list: code,
    reason: Type.String({ minLength: 2, maxLength: 500, pattern: '\\S' }),
  },
  {
    title: 'SelectEntry',
    additionalProperties: false,
    examples: [
      { entryId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d', list: 'guide_suggestions', reason: '共性技术，三家企业同提' },
    ],
  },
);
export type SelectEntry = Static<typeof SelectEntry>;

export const ReadReport = Type.Object(
  { format: Type.Optional(Type.Enum(['json', 'xlsx'], { default: 'json' })) },
  { additionalProperties: false },
);
export type ReadReport = Static<typeof ReadReport>;
