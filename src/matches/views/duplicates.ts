import { type Static, Type } from 'typebox';
import { OwnerView } from '../../records/views.ts';

export const DuplicateView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    code: Type.String(),
    title: Type.String(),
    status: Type.String(),
    organization: OwnerView,
    likeness: Type.Number({ description: '0 to 1.' }),
    passages: Type.Array(
      Type.Object({
        text: Type.String({ description: 'Of the record that was asked about.' }),
        other: Type.String({ description: 'Of this one.' }),
      }),
      { description: 'Where the two say the same.' },
    ),
  },
  { title: 'DuplicateView' },
);
export type DuplicateView = Static<typeof DuplicateView>;

export const DuplicatesView = Type.Object(
  { items: Type.Array(DuplicateView) },
  {
    title: 'DuplicatesView',
    examples: [
      {
        items: [
          {
            id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
            code: 'D2026-430200-000123',
            title: '含锌固废中高纯铟的回收提纯',
            status: 'published',
            organization: {
              id: '0192f0c4-0000-7000-8000-000000000002',
              name: '某有色金属有限公司',
              kind: 'enterprise',
              regionCode: '430200',
              industry: '32',
              sizeBand: 'medium',
            },
            likeness: 0.71,
            passages: [{ text: '产品只能到 4N5，且废水量大', other: '现有流程产品只能到 4N5' }],
          },
        ],
      },
    ],
  },
);
export type DuplicatesView = Static<typeof DuplicatesView>;
