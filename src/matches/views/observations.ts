import { type Static, Type } from 'typebox';
import { observedActions, observedLists, observers } from '../../../db/schema/index.ts';
import type { Contribution } from '../../matching/types.ts';
import { Nullable } from '../../records/views.ts';
import { MatchStatus } from '../inputs.ts';
import type { ObservationRow } from '../store.ts';
import { ContributionView } from './matches.ts';

const Id = Type.String({ format: 'uuid' });
const NullableId = Type.Union([Id, Type.Null()]);
const Place = (description: string) =>
  Type.Union(
    [Type.Object({ position: Type.Integer({ minimum: 1 }), length: Type.Integer({ minimum: 1 }) }), Type.Null()],
    { description },
  );

const example = {
  id: '0192f0c4-ff00-7188-a009-b5c6d7e8f90a',
  at: '2026-11-22T02:00:00.000Z',
  action: 'dismissed',
  actor: 'broker',
  side: null,
  reason: 'wrong_maturity',
  matchId: '0192f0c4-7c00-7d11-8a01-2b3c4d5e6f70',
  demandId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  resultId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5e',
  introductionId: null,
  projectId: null,
  marketId: '0192f0c4-5a00-7b22-8c03-4d5e6f708192',
  matchStatus: 'dismissed',
  demandVersion: 1,
  resultVersion: 2,
  modelVersion: 'hand-set-2',
  score: 71.42,
  contributions: [{ feature: 'titleRelevance', value: 0.8, weight: 18, points: 14.4, stated: true }],
  gates: [{ gate: 'EXPIRED', passed: true }],
  nearMissGate: null,
  inDemandList: { position: 2, length: 17 },
  inResultList: { position: 1, length: 3 },
  shown: null,
};

/** What was done to a match, with all it was scored by and where it stood. */
export const MatchObservationView = Type.Object(
  {
    id: Id,
    at: Type.String({ format: 'date-time' }),
    action: Type.Enum([...observedActions]),
    actor: Type.Enum([...observers], { description: 'A role; people are not recorded.' }),
    side: Type.Union([Type.Enum(['demand', 'result']), Type.Null()], {
      description: 'Which side answered, asked, or ended its record.',
    }),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'A code.' }),
    matchId: Id,
    demandId: Id,
    resultId: Id,
    introductionId: NullableId,
    projectId: NullableId,
    marketId: Id,
    matchStatus: MatchStatus,
    demandVersion: Type.Integer(),
    resultVersion: Type.Integer(),
    modelVersion: Type.String(),
    score: Type.Number(),
    contributions: Type.Array(ContributionView),
    gates: Type.Array(Type.Object({ gate: Type.String(), passed: Type.Boolean() })),
    nearMissGate: Nullable.string,
    inDemandList: Place("The demand's list without filters, counted from 1; null for a near miss."),
    inResultList: Place("The result's list, likewise."),
    shown: Type.Union(
      [
        Type.Object({
          list: Type.Enum([...observedLists]),
          position: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
          length: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
        }),
        Type.Null(),
      ],
      { description: 'Of `shown`: the list as it was asked for, with its filters; places beyond 1,000 are null.' },
    ),
  },
  { examples: [example] },
);
export type MatchObservationView = Static<typeof MatchObservationView>;

export function toMatchObservationView(row: ObservationRow): MatchObservationView {
  const { organizationId, demandPosition, demandListLength, resultPosition, resultListLength, ...rest } = row;
  const { list, listPosition, listLength, ...own } = rest;
  return {
    ...own,
    at: row.at.toISOString(),
    contributions: row.contributions as Contribution[],
    inDemandList: placeOf(demandPosition, demandListLength),
    inResultList: placeOf(resultPosition, resultListLength),
    shown: list === null ? null : { list, position: listPosition, length: listLength },
  };
}

function placeOf(position: number | null, length: number | null): { position: number; length: number } | null {
  return position === null || length === null ? null : { position, length };
}
