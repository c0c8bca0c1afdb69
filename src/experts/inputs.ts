import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { Clearable, RegionCode, title } from '../records/inputs.ts';

const id = Type.String({ format: 'uuid' });
const CalendarDate = Type.String({ format: 'date', pattern: '^(?!0000)' });
const TechnologyField = Type.String({ pattern: '^[1-8]([0-9]{2})?$' });
const reason = Type.String({ minLength: 2, maxLength: 500, pattern: '\\S' });

const profile = {
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  professionalTitle: Clearable(Type.String({ maxLength: 100 })),
  headline: title,
  summary: Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' }),
  keywords: Type.Array(Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }), { minItems: 1, maxItems: 12 }),
  technologyFields: Type.Array(TechnologyField, {
    minItems: 1,
    maxItems: 8,
    description: 'See GET /v1/vocabularies/technology-fields.',
  }),
  daysPerMonth: Type.Integer({
    minimum: 0,
    maximum: 31,
    description: 'Days to give in a month; 0 is none at present.',
  }),
  availableFrom: Clearable(CalendarDate),
  availableUntil: Clearable(CalendarDate),
  servedRegions: Type.Optional(
    Type.Array(RegionCode, { maxItems: 50, description: 'Where they go; with what lies inside. None is everywhere.' }),
  ),
  resultIds: Type.Optional(
    Type.Array(id, { maxItems: 20, uniqueItems: true, description: 'Published results of the same university.' }),
  ),
  userId: Clearable({ ...id, description: 'The member of the university who is this person.' }),
  contact: Type.Optional(
    Type.Object(
      {
        phone: Clearable(Type.String({ maxLength: 40 })),
        email: Clearable(Type.String({ format: 'email', maxLength: 200 })),
      },
      { additionalProperties: false, description: 'Confidential: shown once an assignment was accepted.' },
    ),
  ),
};

const example = {
  kind: 'commissioner',
  name: '李敏',
  professionalTitle: '教授',
  headline: '乳制品活性成分保持与微胶囊化',
  summary: '长期从事枸杞多糖、玉米黄素的提取与微胶囊包埋，主持中试线三条。',
  keywords: ['枸杞多糖', '微胶囊', '功能乳'],
  technologyFields: ['206'],
  daysPerMonth: 4,
  availableUntil: '2027-12-31',
  servedRegions: ['640000'],
} as const;

export const CreateExpert = Type.Object(
  { kind: Type.Enum(['expert', 'commissioner'], { description: 'commissioner: 科技特派员.' }), ...profile },
  { title: 'CreateExpert', additionalProperties: false, examples: [example] },
);
export type CreateExpert = Static<typeof CreateExpert>;

/** Absent leaves, null clears. */
export const UpdateExpert = Type.Partial(Type.Object(profile), {
  title: 'UpdateExpert',
  additionalProperties: false,
  minProperties: 1,
  examples: [{ daysPerMonth: 2 }],
});
export type UpdateExpert = Static<typeof UpdateExpert>;

/** Which of them, page or no page. */
export const expertFilters = {
  view: Type.Optional(
    Type.Enum(['public', 'mine'], { default: 'public', description: "mine: my university's, in every state." }),
  ),
  kind: Type.Optional(Type.Enum(['expert', 'commissioner'])),
  technologyField: Type.Optional(TechnologyField),
};

export const ListExperts = Type.Object({ ...pageQuery, ...expertFilters }, { additionalProperties: false });
export type ListExperts = Static<typeof ListExperts>;
export type ExpertList = Omit<ListExperts, keyof typeof pageQuery>;

export const ListDemandExperts = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
    kind: Type.Optional(Type.Enum(['expert', 'commissioner'])),
  },
  { additionalProperties: false },
);
export type ListDemandExperts = Static<typeof ListDemandExperts>;

export const ProposeAssignment = Type.Object(
  {
    expertId: id,
    demandId: id,
    purpose: Type.Enum(['diagnosis', 'service', 'visit']),
    message: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
  },
  {
    title: 'ProposeAssignment',
    additionalProperties: false,
    examples: [
      {
        expertId: '0192f0c4-f100-7a00-8001-000000000001',
        demandId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        purpose: 'diagnosis',
        message: '请于下周到企业现场诊断。',
      },
    ],
  },
);
export type ProposeAssignment = Static<typeof ProposeAssignment>;

export const AssignmentReason = Type.Object(
  { reason },
  { title: 'AssignmentReason', additionalProperties: false, examples: [{ reason: '近期教学任务较重' }] },
);

export const ListAssignments = Type.Object(
  {
    ...pageQuery,
    status: Type.Optional(Type.Enum(['proposed', 'accepted', 'declined', 'ended'])),
    expertId: Type.Optional(id),
    demandId: Type.Optional(id),
  },
  { additionalProperties: false },
);
export type ListAssignments = Static<typeof ListAssignments>;

export const RecordService = Type.Object(
  {
    kind: Type.Enum(['visit', 'remote', 'training', 'report', 'other']),
    servedOn: { ...CalendarDate, description: 'A day in China, not before the assignment was accepted.' },
    hours: Type.Number({ exclusiveMinimum: 0, maximum: 24 }),
    summary: Type.String({ minLength: 2, maxLength: 2_000, pattern: '\\S' }),
  },
  {
    title: 'RecordService',
    additionalProperties: false,
    examples: [{ kind: 'visit', servedOn: '2026-11-22', hours: 4, summary: '现场查看杀菌段，取样三份。' }],
  },
);
export type RecordService = Static<typeof RecordService>;

export const ListDispatches = Type.Object(
  {
    ...pageQuery,
    from: Type.Optional({ ...CalendarDate, description: 'First day, in China.' }),
    until: Type.Optional({ ...CalendarDate, description: 'Last day, in China.' }),
    marketId: Type.Optional({ ...id, description: 'This market alone; else the whole territory.' }),
    expertId: Type.Optional(id),
  },
  { additionalProperties: false },
);
export type ListDispatches = Static<typeof ListDispatches>;
