import { type Static, Type } from 'typebox';
import type { TermRow } from './store.ts';

export const TermView = Type.Object(
  {
    code: Type.String(),
    parentCode: Type.Union([Type.String(), Type.Null()]),
    zh: Type.String(),
    en: Type.Union([Type.String(), Type.Null()]),
    retired: Type.Boolean(),
  },
  { title: 'TermView' },
);
export type TermView = Static<typeof TermView>;

export const VocabularyView = Type.Object(
  { name: Type.String(), items: Type.Array(TermView) },
  {
    title: 'VocabularyView',
    examples: [
      {
        name: 'technology-fields',
        items: [
          {
            code: '402',
            parentCode: '4',
            zh: '无机非金属材料',
            en: 'Inorganic non-metallic materials',
            retired: false,
          },
        ],
      },
    ],
  },
);
export type VocabularyView = Static<typeof VocabularyView>;

export function toTermView(row: TermRow): TermView {
  return { code: row.code, parentCode: row.parentCode, zh: row.zh, en: row.en, retired: row.retired };
}
