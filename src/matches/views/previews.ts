import { type Static, Type } from 'typebox';
import type { RankedPair } from '../../matching/types.ts';
import type { Side } from '../policy.ts';
import {
  ContributionView,
  ExplanationView,
  GateView,
  IndicatorCheckView,
  matchExample,
  NearMissView,
  PublicRecordName,
  toExplanationView,
} from './matches.ts';

const PreviewedMatch = Type.Object({
  record: PublicRecordName,
  score: Type.Number({ minimum: 0, maximum: 100 }),
  gates: Type.Array(GateView),
  contributions: Type.Array(ContributionView),
  explanation: ExplanationView,
  indicators: Type.Array(IndicatorCheckView),
  nearMiss: NearMissView,
});

const { gates, contributions, explanation, indicators, nearMiss, score, result, modelVersion } = matchExample;

/** Published records that a draft would match, as its author would see them; of the records themselves their public names. */
export const MatchPreviewView = Type.Object(
  {
    side: Type.Enum(['demand', 'result'], { description: "The draft's; the records are of the other." }),
    modelVersion: Type.Union([Type.String(), Type.Null()], { description: 'null where there is nothing.' }),
    matches: Type.Array(PreviewedMatch, { description: 'Best first.' }),
    nearMisses: Type.Array(PreviewedMatch, {
      description: 'Exactly one condition is in the way; best first.',
    }),
  },
  {
    title: 'MatchPreview',
    examples: [
      {
        side: 'demand',
        modelVersion,
        matches: [{ record: result, score, gates, contributions, explanation, indicators, nearMiss }],
        nearMisses: [],
      },
    ],
  },
);
export type MatchPreviewView = Static<typeof MatchPreviewView>;

type NamedRecord = Static<typeof PublicRecordName>;

/** @param pairs best first, of public records only */
export function toMatchPreviewView(
  side: Side,
  pairs: readonly RankedPair[],
  records: ReadonlyMap<string, NamedRecord>,
): MatchPreviewView {
  const shown = pairs.flatMap((pair) => {
    const record = records.get(side === 'demand' ? pair.resultId : pair.demandId);
    return record === undefined ? [] : [toPreviewedMatch(pair, record)];
  });
  return {
    side,
    modelVersion: pairs[0]?.modelVersion ?? null,
    matches: shown.filter((match) => match.nearMiss === null),
    nearMisses: shown.filter((match) => match.nearMiss !== null),
  };
}

function toPreviewedMatch(pair: RankedPair, { id, code, title }: NamedRecord): Static<typeof PreviewedMatch> {
  const { score, gates, contributions, indicators, nearMiss } = pair;
  const explanation = toExplanationView(pair.explanation);
  return { record: { id, code, title }, score, gates, contributions, explanation, indicators, nearMiss };
}
