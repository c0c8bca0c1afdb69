import { Type } from 'typebox';
import { qualityParts } from '../rules.ts';

export const ids = {
  diagnosis: '0192f0c4-b000-7e50-9005-8293a4b5c6d0',
  demand: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  person: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f51',
  university: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
};
export const at = '2026-11-22T02:00:00.000Z';
export const uuid = Type.String({ format: 'uuid' });
export const moment = Type.String({ format: 'date-time' });

export const Part = Type.Enum([...qualityParts]);
export const points = Type.Integer({ minimum: 0, maximum: 100 });
export const score = Type.Integer({ minimum: 0, maximum: 100, description: "The sum of the parts' points." });
export const model = Type.String({
  description: 'The rules that counted; scores of two models are not to be compared.',
});
export const parts = Type.Array(
  Type.Object({
    part: Part,
    points,
    maxPoints: points,
    found: Type.Array(Type.String(), { description: 'Words of the text that counted, or names of indicators.' }),
  }),
);

export const quality = {
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

export const VersionStatus = Type.Enum(['original', 'proposed', 'signed', 'refused', 'superseded']);
