import { type Static, Type } from 'typebox';
import { type Advice, type Quality, qualityParts } from './rules.ts';

const example = {
  score: 65,
  model: 'quality-1',
  parts: [
    { part: 'material', points: 10, maxPoints: 10, found: ['浸出渣', '锌'] },
    { part: 'method', points: 10, maxPoints: 10, found: ['电解', '提纯'] },
    { part: 'effect', points: 10, maxPoints: 10, found: ['纯度', '回收率'] },
    { part: 'product', points: 10, maxPoints: 10, found: ['中试线'] },
    { part: 'application', points: 5, maxPoints: 10, found: ['用于'] },
    { part: 'indicators', points: 10, maxPoints: 20, found: ['铟纯度'] },
    { part: 'decisionOwner', points: 0, maxPoints: 10, found: [] },
    { part: 'budget', points: 10, maxPoints: 10, found: [] },
    { part: 'triedApproaches', points: 0, maxPoints: 10, found: [] },
  ],
  missing: ['decisionOwner', 'triedApproaches'],
  advice: [
    {
      part: 'indicators',
      gain: 10,
      text: '至少给出两项可测量的指标：名称、数值和单位，例如“铟纯度 ≥ 99.999 %”。',
    },
    { part: 'decisionOwner', gain: 10, text: '写明由谁拍板（仅本单位和所属市场可见）。' },
  ],
};

const Part = Type.Enum([...qualityParts]);
const points = Type.Integer({ minimum: 0, maximum: 100 });

export const DemandQualityView = Type.Object(
  {
    score: Type.Integer({ minimum: 0, maximum: 100, description: "The sum of the parts' points." }),
    model: Type.String({ description: 'The rules that counted; scores of two models are not to be compared.' }),
    parts: Type.Array(
      Type.Object({
        part: Part,
        points,
        maxPoints: points,
        found: Type.Array(Type.String(), { description: 'Words of the text that counted, or names of indicators.' }),
      }),
    ),
    missing: Type.Array(Part, { description: 'Parts of which the text says nothing.' }),
    advice: Type.Array(Type.Object({ part: Part, gain: points, text: Type.String() }), {
      description: "What to say next, in the demand's language, what gains most first.",
    }),
  },
  { title: 'DemandQualityView', examples: [example] },
);
export type DemandQualityView = Static<typeof DemandQualityView>;

export function toDemandQualityView({ score, model, parts }: Quality, advice: Advice[]): DemandQualityView {
  const missing = parts.filter(({ points }) => points === 0).map(({ part }) => part);
  return { score, model, parts, missing, advice };
}
