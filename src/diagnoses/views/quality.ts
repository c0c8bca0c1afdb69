import { type Static, Type } from 'typebox';
import type { Advice, Quality } from '../rules.ts';
import type { VersionRow } from '../store.ts';
import { at, ids, model, moment, Part, parts, points, quality, score, uuid, VersionStatus } from './shared.ts';

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
