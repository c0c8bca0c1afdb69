import { type Static, Type } from 'typebox';
import { matchStatuses } from '../../db/schema/index.ts';
import { pageQuery } from '../core/paging.ts';
import { UpdateDemand } from '../demands/inputs.ts';
import { AssignBody } from '../records/inputs.ts';
import { UpdateResult } from '../results/inputs.ts';

const Id = Type.String({ format: 'uuid' });

export const MatchStatus = Type.Enum([...matchStatuses]);
export type MatchStatus = Static<typeof MatchStatus>;

export const DismissMatch = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 40, description: 'See GET /v1/vocabularies/dismiss-reasons.' }),
    comment: Type.Optional(Type.String({ maxLength: 500 })),
  },
  {
    additionalProperties: false,
    examples: [{ reason: 'wrong_maturity', comment: '成果尚在实验室阶段，企业明年投产' }],
  },
);
export type DismissMatch = Static<typeof DismissMatch>;

const listOfMatches = {
  ...pageQuery,
  status: Type.Optional(MatchStatus),
  minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  nearMisses: Type.Optional(
    Type.Boolean({ default: false, description: 'Also pairs that exactly one condition keeps from being a match.' }),
  ),
};

/** Without `status`: all but dismissed and superseded. */
export const ListMatches = Type.Object(
  { ...listOfMatches, demandId: Type.Optional(Id), resultId: Type.Optional(Id) },
  { additionalProperties: false },
);
export type ListMatches = Static<typeof ListMatches>;

export const ListRecordMatches = Type.Object(listOfMatches, { additionalProperties: false });
export type ListRecordMatches = Static<typeof ListRecordMatches>;

export const CreateIntroduction = Type.Object(
  { message: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000, description: 'Read by both parties.' })) },
  { additionalProperties: false, examples: [{ message: '双方技术路线一致，建议下周线上交流。' }] },
);
export type CreateIntroduction = Static<typeof CreateIntroduction>;

export const OpenIntroduction = Type.Object(
  {
    message: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2_000, description: 'In place of the words of the party that asked.' }),
    ),
  },
  { additionalProperties: false, examples: [{ message: '应企业请求，为双方牵线。' }] },
);
export type OpenIntroduction = Static<typeof OpenIntroduction>;

export const ReopenIntroduction = Type.Object(
  {
    reason: Type.String({
      minLength: 2,
      maxLength: 500,
      pattern: '\\S',
      description: 'For the staff of both markets.',
    }),
    message: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2_000, description: 'Read by both parties, in place of the one before.' }),
    ),
  },
  { additionalProperties: false, examples: [{ reason: '企业负责人出差期间未及时答复，电话确认仍有意向' }] },
);
export type ReopenIntroduction = Static<typeof ReopenIntroduction>;

export const AssignIntroduction = AssignBody;
export type AssignIntroduction = AssignBody;

export const AcceptIntroduction = Type.Object(
  { comment: Type.Optional(Type.String({ maxLength: 500, description: 'For the broker.' })) },
  { additionalProperties: false, examples: [{ comment: '希望先看中试数据' }] },
);
export type AcceptIntroduction = Static<typeof AcceptIntroduction>;

export const DeclineIntroduction = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 40, description: 'See GET /v1/vocabularies/decline-reasons.' }),
    comment: Type.Optional(Type.String({ maxLength: 500, description: 'For the broker.' })),
  },
  { additionalProperties: false, examples: [{ reason: 'too_early', comment: '尚无中试数据' }] },
);
export type DeclineIntroduction = Static<typeof DeclineIntroduction>;

export const IntroductionStatus = Type.Enum(['requested', 'open', 'accepted', 'declined', 'lapsed']);
export type IntroductionStatus = Static<typeof IntroductionStatus>;

export const ListIntroductions = Type.Object(
  { ...pageQuery, status: Type.Optional(IntroductionStatus) },
  { additionalProperties: false },
);
export type ListIntroductions = Static<typeof ListIntroductions>;

export const ListMatchObservations = Type.Object(
  { cursor: pageQuery.cursor, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })) },
  { additionalProperties: false },
);
export type ListMatchObservations = Static<typeof ListMatchObservations>;

const demandDraft = Type.Pick(UpdateDemand, [
  'title',
  'summary',
  'problem',
  'keyTechnology',
  'expectedOutcome',
  'indicators',
  'alreadyTried',
  'notAcceptable',
  'keywords',
  'technologyFields',
  'industry',
  'cooperationModes',
  'budget',
  'exclusivity',
  'targetTrl',
  'regionCode',
  'language',
]);

const resultDraft = Type.Pick(UpdateResult, [
  'title',
  'summary',
  'description',
  'advantages',
  'indicators',
  'keywords',
  'technologyFields',
  'applicationIndustries',
  'trl',
  'stage',
  'cooperationModes',
  'price',
  'exclusivity',
  'regionCode',
  'language',
]);

const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 50, default: 10, description: 'Matches, and as many near misses, at most.' }),
);

const demandPreviewExample = {
  side: 'demand',
  title: '含锌固废中高纯铟的回收提纯',
  problem: '浸出渣含铟低、杂质复杂，现有萃取—电解流程产品只能到 4N5。',
  indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
  technologyFields: ['401'],
  targetTrl: 7,
  limit: 5,
};

const PreviewDemandMatches = Type.Object(
  { side: Type.Literal('demand'), limit, ...demandDraft.properties },
  { additionalProperties: false },
);

const PreviewResultMatches = Type.Object(
  { side: Type.Literal('result'), limit, ...resultDraft.properties },
  { additionalProperties: false },
);

export type PreviewMatches = Static<typeof PreviewDemandMatches> | Static<typeof PreviewResultMatches>;

/** By `side`, so that only the faults of that side's draft are told. */
export const PreviewMatches = Type.Unsafe<PreviewMatches>({
  type: 'object',
  discriminator: { propertyName: 'side' },
  oneOf: [PreviewDemandMatches, PreviewResultMatches],
  examples: [demandPreviewExample, { side: 'result', title: '隔膜电解法制备 6N 级稀散金属', trl: 6 }],
});

export const RefreshMatches = Type.Object(
  {
    marketId: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          "This market and all below it. Absent: the director's own; for the administrator the root, which is all.",
      }),
    ),
  },
  { additionalProperties: false, examples: [{}] },
);
export type RefreshMatches = Static<typeof RefreshMatches>;
