import { type Static, Type } from 'typebox';
import { vocabularyNames } from '../../db/seed/vocabularies.ts';

export const VocabularyName = Type.Enum([...vocabularyNames], { description: 'The name of a controlled vocabulary.' });
export type VocabularyName = Static<typeof VocabularyName>;

export const SaveTerm = Type.Object(
  {
    zh: Type.String({ minLength: 1, maxLength: 200 }),
    en: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
    parentCode: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
    retired: Type.Optional(Type.Boolean({ default: false })),
  },
  {
    title: 'SaveTerm',
    additionalProperties: false,
    examples: [{ zh: '苏州工业园区', en: 'Suzhou Industrial Park', parentCode: '320500', retired: false }],
  },
);
export type SaveTerm = Static<typeof SaveTerm>;
