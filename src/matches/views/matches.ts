import { type Static, Type } from 'typebox';
import type { DemandRow } from '../../demands/service.ts';
import type { Contribution, Explanation, GateReport, IndicatorCheck, NearMiss } from '../../matching/types.ts';
import { Nullable } from '../../records/views.ts';
import type { ResultRow } from '../../results/service.ts';
import { MatchStatus } from '../inputs.ts';
import type { Standing } from '../policy.ts';
import type { AnswerRecordRow, MatchRow } from '../store.ts';

const Id = Type.String({ format: 'uuid' });
const TextView = Type.Object({ zh: Type.String(), en: Type.String() });

/** Enough of a record to name it; the rest is at its own address, for each reader's audience. */
export const RecordName = Type.Object({
  id: Id,
  code: Type.String(),
  title: Type.Union([Type.String(), Type.Null()], {
    description: 'null while the record is being reworked: only its owner and its broker see what it will be.',
  }),
});

/** Of a record that is public now. */
export const PublicRecordName = Type.Object({ id: Id, code: Type.String(), title: Type.String() });

export const GateView = Type.Object({ gate: Type.String(), passed: Type.Boolean(), detail: Type.Optional(TextView) });

export const ContributionView = Type.Object({
  feature: Type.String(),
  value: Type.Number({ description: '0–1; 0.5 where the records say nothing.' }),
  weight: Type.Number({ description: 'The most points it can give.' }),
  points: Type.Number({ description: 'The score is the sum of these.' }),
  stated: Type.Boolean(),
});

const PlaceView = Type.Object({
  field: Type.String(),
  item: Type.Optional(Type.Integer({ description: 'Position in a list field.' })),
  start: Type.Integer({ description: 'UTF-16 units from the start of the field.' }),
  end: Type.Integer(),
});

export const ExplanationView = Type.Object({
  zh: Type.String(),
  en: Type.String(),
  terms: Type.Array(
    Type.Object({
      kind: Type.Enum(['same', 'translated']),
      demandText: Type.String(),
      resultText: Type.String(),
      demandPlaces: Type.Array(PlaceView),
      resultPlaces: Type.Array(PlaceView),
    }),
    { description: 'What both texts speak of, and where.' },
  ),
});

export const IndicatorCheckView = Type.Object({
  name: Type.String(),
  mustHave: Type.Boolean(),
  outcome: Type.Enum(['met', 'short', 'not_stated', 'not_comparable']),
  wanted: Type.String(),
  offered: Nullable.string,
  shortBy: Type.Union([Type.Object({ value: Type.Number(), unit: Type.String() }), Type.Null()]),
  satisfaction: Nullable.number,
});

export const NearMissView = Type.Union([Type.Object({ gate: Type.String(), change: TextView }), Type.Null()], {
  description: 'The one condition in the way, and the change that would remove it.',
});

export const AnswerRecordView = Type.Object({
  medianHours: Type.Union([Type.Number(), Type.Null()], {
    description: 'By the clock, from opening an introduction to the answer; over the last twelve months.',
  }),
  answered: Type.Integer(),
});

/** How an organization answers introductions. */
export const AnswerTimesView = Type.Object(
  {
    since: Type.String({ format: 'date-time', description: 'Rounds opened from here on are counted.' }),
    asked: Type.Integer({ description: 'Rounds of introductions that it answered, or let lapse.' }),
    ...AnswerRecordView.properties,
  },
  {
    examples: [
      {
        since: '2025-11-22T02:00:00.000Z',
        asked: 9,
        medianHours: 26.5,
        answered: 8,
      },
    ],
  },
);
export type AnswerTimesView = Static<typeof AnswerTimesView>;

export function toAnswerTimesView(since: Date, record: AnswerRecordRow | undefined): AnswerTimesView {
  const { asked = 0, answered = 0, medianHours = null } = record ?? {};
  return { since: since.toISOString(), asked, medianHours, answered };
}

export const matchExample = {
  id: '0192f0c4-7c00-7d11-8a01-2b3c4d5e6f70',
  version: 1,
  status: 'suggested',
  score: 71.42,
  demand: {
    id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
    code: 'D2026-430200-000123',
    title: '含锌固废中高纯铟的回收提纯',
  },
  result: { id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5e', code: 'R2026-430100-000456', title: '膜电解法制备 6N 高纯铟' },
  gates: [{ gate: 'EXPIRED', passed: true }],
  contributions: [{ feature: 'titleRelevance', value: 0.8, weight: 18, points: 14.4, stated: true }],
  explanation: {
    zh: '内容高度吻合，双方都提到：高纯铟、膜电解。',
    en: 'The texts fit very well; both speak of 高纯铟, 膜电解.',
    terms: [
      {
        kind: 'same',
        demandText: '高纯铟',
        resultText: '高纯铟',
        demandPlaces: [{ field: 'title', start: 5, end: 8 }],
        resultPlaces: [{ field: 'title', start: 8, end: 11 }],
      },
    ],
  },
  indicators: [
    {
      name: '铟纯度',
      mustHave: true,
      outcome: 'met',
      wanted: '≥ 99.9999 %',
      offered: '99.9999 %',
      shortBy: null,
      satisfaction: 1,
    },
  ],
  nearMiss: null,
  modelVersion: 'hand-set-3',
  createdAt: '2026-11-22T02:00:00.000Z',
};

/** What the owners of both records see of a match. */
export const PartyMatchView = Type.Object(
  {
    id: Id,
    version: Type.Integer(),
    status: MatchStatus,
    score: Type.Number({ minimum: 0, maximum: 100 }),
    demand: RecordName,
    result: RecordName,
    gates: Type.Array(GateView),
    contributions: Type.Array(ContributionView),
    explanation: ExplanationView,
    indicators: Type.Array(IndicatorCheckView),
    nearMiss: NearMissView,
    modelVersion: Type.String(),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { examples: [matchExample] },
);
export type PartyMatchView = Static<typeof PartyMatchView>;

/** What a broker sees besides. Of an anonymous demand's organization only the broker who leads sees the answer record. */
export const MatchView = Type.Object(
  {
    ...PartyMatchView.properties,
    dismissal: Type.Optional(
      Type.Union(
        [Type.Object({ reason: Nullable.string, comment: Nullable.string, at: Nullable.moment }), Type.Null()],
        {
          description: 'For brokers.',
        },
      ),
    ),
    answerRecords: Type.Optional(
      Type.Object(
        { demand: Type.Union([AnswerRecordView, Type.Null()]), result: Type.Union([AnswerRecordView, Type.Null()]) },
        { description: 'For brokers: how the two organizations answer introductions.' },
      ),
    ),
  },
  { examples: [matchExample] },
);
export type MatchView = Static<typeof MatchView>;

/** What a view is made of, loaded in bulk. */
export interface MatchParts {
  demand: DemandRow;
  result: ResultRow;
  answerRecords: ReadonlyMap<string, AnswerRecordRow>;
}

export function toMatchView(row: MatchRow, parts: MatchParts, standing: Standing): MatchView {
  const { demand, result } = parts;
  const view = toPartyMatchView(row, parts, standing);
  if (!standing.leads && !standing.brokersResult) return view;
  const hidden = demand.anonymous && !standing.leads;
  return {
    ...view,
    dismissal:
      row.status === 'dismissed'
        ? { reason: row.dismissReason, comment: row.dismissComment, at: row.dismissedAt?.toISOString() ?? null }
        : null,
    answerRecords: {
      demand: hidden ? null : toAnswerRecordView(parts.answerRecords.get(demand.organizationId)),
      result: toAnswerRecordView(parts.answerRecords.get(result.organizationId)),
    },
  };
}

function toPartyMatchView(row: MatchRow, { demand, result }: MatchParts, standing: Standing): PartyMatchView {
  // jsonb columns hold what src/matching made of the pair; the database does not know its types.
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    score: row.score,
    demand: toRecordName(demand, standing.leads || standing.ownsDemand),
    result: toRecordName(result, standing.brokersResult || standing.ownsResult),
    gates: row.gates as GateReport[],
    contributions: row.contributions as Contribution[],
    explanation: toExplanationView(row.explanation as Explanation),
    indicators: row.indicators as IndicatorCheck[],
    nearMiss: row.nearMiss as NearMiss | null,
    modelVersion: row.modelVersion,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toExplanationView({ zh, en, terms }: Explanation): Static<typeof ExplanationView> {
  return { zh: zh.join(''), en: en.join(' '), terms };
}

/** States in which a title is the one that was published, and not what its owner has meanwhile made of it. */
const publishedStates: readonly string[] = ['published', 'in_negotiation', 'contracted', 'fulfilled', 'closed'];

/** @param sees whether the reader sees the record whatever its state: its owner, its broker, a party let in */
export function toRecordName(
  row: { id: string; code: string; title: string; status: string },
  sees: boolean,
): { id: string; code: string; title: string | null } {
  const { id, code, title, status } = row;
  return { id, code, title: sees || publishedStates.includes(status) ? title : null };
}

function toAnswerRecordView(record: AnswerRecordRow | undefined) {
  return record === undefined ? null : { medianHours: record.medianHours, answered: record.answered };
}
