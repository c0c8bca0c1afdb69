import { type Static, Type } from 'typebox';
import { DemandIndicator } from '../../demands/inputs.ts';
import { MoneyView, Nullable } from '../../records/views.ts';
import type { ConfidentialChange, FieldDifference } from '../rules.ts';
import type { VersionRow } from '../store.ts';
import { at, model, moment, parts, quality, score, VersionStatus } from './shared.ts';

export const versionFields = {
  number: Type.Integer({ description: '0: the words that the demand had when the diagnosis was opened.' }),
  status: VersionStatus,
  authorAs: Type.Enum(['owner', 'broker', 'expert'], { description: 'Whose words they are.' }),
  note: Nullable.string,
  refusalReason: Nullable.string,
  score,
  model,
  createdAt: moment,
  answeredAt: Nullable.moment,
};

type VersionFields = Static<Type.TObject<typeof versionFields>>;

export const versionExample = {
  number: 1,
  status: 'signed',
  authorAs: 'expert',
  note: '现场取样后改写',
  refusalReason: null,
  score: 65,
  model: 'quality-1',
  createdAt: at,
  answeredAt: at,
};

const Content = Type.Object({
  title: Type.String(),
  summary: Type.String(),
  problem: Nullable.string,
  keyTechnology: Nullable.string,
  expectedOutcome: Nullable.string,
  indicators: Type.Array(DemandIndicator),
  alreadyTried: Nullable.string,
  notAcceptable: Nullable.string,
  keywords: Type.Array(Type.String()),
  technologyFields: Type.Array(Type.String()),
  industry: Nullable.string,
  activityType: Nullable.string,
  cooperationModes: Type.Array(Type.String()),
  targetTrl: Nullable.integer,
});

const contentExample = {
  title: '含锌浸出渣中铟的膜电解提纯',
  summary: '从锌冶炼固废中回收铟并提纯到 6N。',
  problem: '浸出渣含铟低、杂质复杂，现有流程产品只能到 4N5。',
  keyTechnology: '膜电解提纯',
  expectedOutcome: '建成年产 2 吨的中试线',
  indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
  alreadyTried: null,
  notAcceptable: null,
  keywords: ['高纯铟', '膜电解'],
  technologyFields: ['401'],
  industry: '32',
  activityType: null,
  cooperationModes: ['joint_development'],
  targetTrl: 7,
};

export const ExpertVersionView = Type.Object(
  { ...versionFields, parts, content: Content },
  { title: 'ExpertVersionView' },
);
export type ExpertVersionView = Static<typeof ExpertVersionView>;

/** For the owner and its brokers: with what the version says of the confidential fields, null where nothing. */
export const FullVersionView = Type.Object(
  {
    ...ExpertVersionView.properties,
    confidential: Type.Object({ decisionOwner: Nullable.string, budget: Type.Union([MoneyView, Type.Null()]) }),
  },
  { title: 'FullVersionView' },
);
export type FullVersionView = Static<typeof FullVersionView>;

export const DiagnosisVersionView = Type.Union([FullVersionView, ExpertVersionView], {
  title: 'DiagnosisVersionView',
  description: 'For the owner and its brokers with the confidential fields, for the expert without.',
  examples: [
    {
      ...versionExample,
      parts: quality.parts,
      content: contentExample,
      confidential: { decisionOwner: null, budget: null },
    },
  ],
});
export type DiagnosisVersionView = Static<typeof DiagnosisVersionView>;

export const DifferenceView = Type.Object(
  {
    number: Type.Integer(),
    against: Type.Integer(),
    scoreBefore: score,
    scoreAfter: score,
    fields: Type.Array(
      Type.Object({
        field: Type.String(),
        kind: Type.Enum(['text', 'list', 'value']),
        segments: Type.Array(Type.Object({ change: Type.Enum(['same', 'removed', 'added']), text: Type.String() })),
      }),
      {
        description:
          'Fields that differ. A text goes by words: all segments but the added ones make the old text, all but the removed ones the new.',
      },
    ),
  },
  {
    title: 'DifferenceView',
    examples: [
      {
        number: 1,
        against: 0,
        scoreBefore: 15,
        scoreAfter: 65,
        fields: [
          {
            field: 'title',
            kind: 'text',
            segments: [
              { change: 'removed', text: '粗' },
              { change: 'added', text: '含锌浸出渣中' },
              { change: 'same', text: '铟' },
              { change: 'added', text: '的膜电解' },
              { change: 'same', text: '提纯' },
            ],
          },
        ],
      },
    ],
  },
);
export type DifferenceView = Static<typeof DifferenceView>;

export function toVersionFields(row: VersionRow): VersionFields {
  return {
    number: row.number,
    status: row.status,
    authorAs: row.authorAs,
    note: row.note,
    refusalReason: row.refusalReason,
    score: row.score,
    model: row.scoreModel,
    createdAt: row.createdAt.toISOString(),
    answeredAt: row.answeredAt?.toISOString() ?? null,
  };
}

export function toExpertVersionView(row: VersionRow): ExpertVersionView {
  return { ...toVersionFields(row), parts: row.scoreParts as ExpertVersionView['parts'], content: row.content };
}

export function toFullVersionView(row: VersionRow, confidential: ConfidentialChange | undefined): FullVersionView {
  return { ...toExpertVersionView(row), confidential: confidential ?? { decisionOwner: null, budget: null } };
}

export function toDifferenceView(after: VersionRow, before: VersionRow, fields: FieldDifference[]): DifferenceView {
  return {
    number: after.number,
    against: before.number,
    scoreBefore: before.score,
    scoreAfter: after.score,
    fields,
  };
}
