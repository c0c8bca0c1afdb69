import { type Static, Type } from 'typebox';
import { DemandIndicator } from '../demands/inputs.ts';
import { PublicDemandView } from '../demands/views.ts';
import { MoneyView, Nullable } from '../records/views.ts';
import { type Advice, type ConfidentialChange, type FieldDifference, type Quality, qualityParts } from './rules.ts';
import type { DiagnosisRow, VersionRow, VisitRow } from './store.ts';

const ids = {
  diagnosis: '0192f0c4-b000-7e50-9005-8293a4b5c6d0',
  demand: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  person: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f51',
  university: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
};
const at = '2026-11-22T02:00:00.000Z';
const uuid = Type.String({ format: 'uuid' });
const moment = Type.String({ format: 'date-time' });

const Part = Type.Enum([...qualityParts]);
const points = Type.Integer({ minimum: 0, maximum: 100 });
const score = Type.Integer({ minimum: 0, maximum: 100, description: "The sum of the parts' points." });
const model = Type.String({ description: 'The rules that counted; scores of two models are not to be compared.' });
const parts = Type.Array(
  Type.Object({
    part: Part,
    points,
    maxPoints: points,
    found: Type.Array(Type.String(), { description: 'Words of the text that counted, or names of indicators.' }),
  }),
);

const quality = {
  score: 65,
  model: 'quality-1',
  parts: [
    { part: 'material', points: 10, maxPoints: 10, found: ['浸出渣', '锌'] },
    { part: 'method', points: 10, maxPoints: 10, found: ['电解', '提纯'] },
    { part: 'effect', points: 10, maxPoints: 10, found: ['纯度', '回收率'] },
    { part: 'product', points: 10, maxPoints: 10, found: ['中试线', '样机'] },
    { part: 'application', points: 5, maxPoints: 10, found: ['用于'] },
    { part: 'indicators', points: 10, maxPoints: 20, found: ['铟纯度'] },
    { part: 'decisionOwner', points: 0, maxPoints: 10, found: [] },
    { part: 'budget', points: 10, maxPoints: 10, found: [] },
    { part: 'triedApproaches', points: 0, maxPoints: 10, found: [] },
  ],
};
const advised = {
  ...quality,
  missing: ['decisionOwner', 'triedApproaches'],
  advice: [{ part: 'decisionOwner', gain: 10, text: '写明由谁拍板（仅本单位和所属市场可见）。' }],
};

const qualityFields = {
  score,
  model,
  parts,
  missing: Type.Array(Part, { description: 'Parts of which the text says nothing.' }),
  advice: Type.Array(Type.Object({ part: Part, gain: points, text: Type.String() }), {
    description: "What to say next, in the demand's language, what gains most first.",
  }),
};

export const AdviceView = Type.Object(qualityFields, { title: 'AdviceView', examples: [advised] });
export type AdviceView = Static<typeof AdviceView>;

const VersionStatus = Type.Enum(['original', 'proposed', 'signed', 'refused', 'superseded']);

export const DemandQualityView = Type.Object(
  {
    ...qualityFields,
    history: Type.Array(
      Type.Object({
        diagnosisId: uuid,
        number: Type.Integer(),
        status: VersionStatus,
        score,
        model,
        createdAt: moment,
      }),
      { description: 'What diagnosis has gained: the score of each version, as it was counted then, oldest first.' },
    ),
  },
  {
    title: 'DemandQualityView',
    examples: [
      {
        ...advised,
        history: [
          { diagnosisId: ids.diagnosis, number: 0, status: 'original', score: 15, model: 'quality-1', createdAt: at },
          { diagnosisId: ids.diagnosis, number: 1, status: 'signed', score: 65, model: 'quality-1', createdAt: at },
        ],
      },
    ],
  },
);
export type DemandQualityView = Static<typeof DemandQualityView>;

export function toAdviceView({ score, model, parts }: Quality, advice: Advice[]): AdviceView {
  const missing = parts.filter(({ points }) => points === 0).map(({ part }) => part);
  return { score, model, parts, missing, advice };
}

export function toScoreHistory(rows: readonly VersionRow[]): DemandQualityView['history'] {
  return rows.map(({ diagnosisId, number, status, score, scoreModel, createdAt }) => ({
    diagnosisId,
    number,
    status,
    score,
    model: scoreModel,
    createdAt: createdAt.toISOString(),
  }));
}

const summaryFields = {
  id: uuid,
  version: Type.Integer(),
  demandId: uuid,
  demandCode: Type.String(),
  demandTitle: Type.String(),
  status: Type.Enum(['open', 'proposed', 'signed', 'closed']),
  expert: Type.Union([
    Type.Object({ name: Type.String(), organizationId: Nullable.string, userId: Nullable.string }),
    Type.Null(),
  ]),
  route: Type.Union([Type.Enum(['match', 'project_guide', 'service', 'challenge']), Type.Null()]),
  closingNote: Nullable.string,
  openedAt: moment,
  closedAt: Nullable.moment,
};

const summaryExample = {
  id: ids.diagnosis,
  version: 4,
  demandId: ids.demand,
  demandCode: 'D2026-430200-000123',
  demandTitle: '粗铟提纯',
  status: 'signed',
  expert: { name: '陈教授', organizationId: ids.university, userId: ids.person },
  route: null,
  closingNote: null,
  openedAt: at,
  closedAt: null,
};

/** As lists show it. */
export const DiagnosisSummary = Type.Object(summaryFields, { title: 'DiagnosisSummary', examples: [summaryExample] });
export type DiagnosisSummary = Static<typeof DiagnosisSummary>;

const versionFields = {
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

const versionExample = {
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

const VisitView = Type.Object({
  id: uuid,
  visitedOn: Type.String({ format: 'date' }),
  mode: Type.Enum(['on_site', 'remote', 'laboratory']),
  minutes: Type.Integer(),
  note: Type.String(),
});

/** For the demand's owner, its brokers and the expert, who sees of the demand what the public may. */
export const DiagnosisView = Type.Object(
  {
    ...summaryFields,
    demand: PublicDemandView,
    versions: Type.Array(Type.Object(versionFields)),
    visits: Type.Array(VisitView),
  },
  {
    title: 'DiagnosisView',
    examples: [
      {
        ...summaryExample,
        demand: (PublicDemandView as unknown as { examples: unknown[] }).examples[0],
        versions: [versionExample],
        visits: [
          {
            id: ids.person,
            visitedOn: '2026-11-20',
            mode: 'on_site',
            minutes: 180,
            note: '看了浸出车间，取渣样三份。',
          },
        ],
      },
    ],
  },
);
export type DiagnosisView = Static<typeof DiagnosisView>;

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

export function toDiagnosisSummary(row: DiagnosisRow, demand: { code: string; title: string }): DiagnosisSummary {
  return {
    id: row.id,
    version: row.version,
    demandId: row.demandId,
    demandCode: demand.code,
    demandTitle: demand.title,
    status: row.status,
    expert:
      row.expertName === null
        ? null
        : { name: row.expertName, organizationId: row.expertOrganizationId, userId: row.expertUserId },
    route: row.route,
    closingNote: row.closingNote,
    openedAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

export function toDiagnosisView(
  row: DiagnosisRow,
  demand: PublicDemandView,
  versions: readonly VersionRow[],
  visits: readonly VisitRow[],
): DiagnosisView {
  return {
    ...toDiagnosisSummary(row, demand),
    demand,
    versions: versions.map(toVersionFields),
    visits: visits.map(({ id, visitedOn, mode, minutes, note }) => ({ id, visitedOn, mode, minutes, note })),
  };
}

function toVersionFields(row: VersionRow): DiagnosisView['versions'][number] {
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
