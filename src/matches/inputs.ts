import { type Static, Type } from 'typebox';
import { matchStatuses } from '../../db/schema/index.ts';
import { pageQuery } from '../core/paging.ts';

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
