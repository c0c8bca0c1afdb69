import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { UpdateDemand } from '../demands/inputs.ts';
import { MoneyRangeInput } from '../records/inputs.ts';

/** A draft as far as it has got: the fields of a demand, none of them required. */
export const AdviseOnDemand = Type.Object(UpdateDemand.properties, {
  title: 'AdviseOnDemand',
  additionalProperties: false,
  minProperties: 1,
  examples: [{ title: '粗铟提纯', problem: '萃取—电解后产品只能到 4N5。', keywords: ['高纯铟'] }],
});
export type AdviseOnDemand = Static<typeof AdviseOnDemand>;

const uuid = Type.String({ format: 'uuid' });
const note = Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' });

export const DiagnosisExpert = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    organizationId: Type.Optional(uuid),
    userId: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'A member of that university, who then sees this diagnosis and may rewrite. Needs organizationId.',
      }),
    ),
  },
  {
    title: 'DiagnosisExpert',
    additionalProperties: false,
    examples: [
      {
        name: '陈教授',
        organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
        userId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f51',
      },
    ],
  },
);
export type DiagnosisExpert = Static<typeof DiagnosisExpert>;

export const OpenDiagnosis = Type.Object(
  { expert: Type.Optional(DiagnosisExpert) },
  { title: 'OpenDiagnosis', additionalProperties: false, examples: [{ expert: { name: '陈教授' } }] },
);
export type OpenDiagnosis = Static<typeof OpenDiagnosis>;

export const ListDiagnoses = Type.Object(
  {
    ...pageQuery,
    status: Type.Optional(Type.Enum(['open', 'proposed', 'signed', 'closed'])),
    demandId: Type.Optional(uuid),
  },
  { additionalProperties: false },
);
export type ListDiagnoses = Static<typeof ListDiagnoses>;

const { title, summary, problem, keyTechnology, expectedOutcome, indicators, alreadyTried } = UpdateDemand.properties;
const { notAcceptable, keywords, technologyFields, industry, activityType, cooperationModes } = UpdateDemand.properties;
const { targetTrl } = UpdateDemand.properties;

/** The fields of a demand that a diagnosis rewrites. Absent leaves, null clears. */
export const Rewriting = Type.Object(
  {
    title,
    summary,
    problem,
    keyTechnology,
    expectedOutcome,
    indicators,
    alreadyTried,
    notAcceptable,
    keywords,
    technologyFields,
    industry,
    activityType,
    cooperationModes,
    targetTrl,
    decisionOwner: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })),
    budget: Type.Optional(MoneyRangeInput),
  },
  {
    title: 'Rewriting',
    additionalProperties: false,
    minProperties: 1,
    description: 'decisionOwner and budget are proposed by staff of the market only.',
  },
);
export type Rewriting = Static<typeof Rewriting>;

export const ProposeVersion = Type.Object(
  { content: Rewriting, note: Type.Optional(note) },
  {
    title: 'ProposeVersion',
    additionalProperties: false,
    examples: [
      {
        content: {
          title: '含锌浸出渣中铟的膜电解提纯',
          indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
        },
        note: '现场取样后改写',
      },
    ],
  },
);
export type ProposeVersion = Static<typeof ProposeVersion>;

export const RefuseVersion = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500 }) },
  { title: 'RefuseVersion', additionalProperties: false, examples: [{ reason: '处理量写错了一个数量级' }] },
);

export const RecordVisit = Type.Object(
  {
    visitedOn: Type.String({ format: 'date' }),
    mode: Type.Enum(['on_site', 'remote', 'laboratory']),
    minutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
    note,
  },
  {
    title: 'RecordVisit',
    additionalProperties: false,
    examples: [{ visitedOn: '2026-11-20', mode: 'on_site', minutes: 180, note: '看了浸出车间，取渣样三份。' }],
  },
);
export type RecordVisit = Static<typeof RecordVisit>;

export const CloseDiagnosis = Type.Object(
  {
    route: Type.Enum(['match', 'project_guide', 'service', 'challenge'], {
      description: 'Where the need goes: to matching, into the guide of projects, to a service, out to challenge.',
    }),
    note: Type.Optional(note),
  },
  { title: 'CloseDiagnosis', additionalProperties: false, examples: [{ route: 'match' }] },
);
export type CloseDiagnosis = Static<typeof CloseDiagnosis>;

export const VersionParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: ['0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d'] }),
  number: Type.Integer({ minimum: 0, maximum: 100_000, examples: [1] }),
});

export const DifferenceQuery = Type.Object(
  {
    against: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100_000, default: 0, description: '0: the original words.' }),
    ),
  },
  { additionalProperties: false },
);
