import { type Static, Type } from 'typebox';

const reason = Type.String({ minLength: 2, maxLength: 500 });
const Id = Type.String({ format: 'uuid' });
const exampleId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

export const LinkParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: [exampleId] }),
  otherId: Type.String({ format: 'uuid', examples: ['0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5e'] }),
});

export const LinkDuplicate = Type.Object(
  { otherId: Id, reason },
  {
    title: 'LinkDuplicate',
    additionalProperties: false,
    examples: [{ otherId: exampleId, reason: '同一条产线的两次填报' }],
  },
);
export type LinkDuplicate = Static<typeof LinkDuplicate>;

export const MergeDuplicate = Type.Object(
  { intoId: Type.String({ format: 'uuid', description: 'The one that stays.' }), reason },
  {
    title: 'MergeDuplicate',
    additionalProperties: false,
    examples: [{ intoId: exampleId, reason: '重复填报，保留信息更全的一条' }],
  },
);
export type MergeDuplicate = Static<typeof MergeDuplicate>;
