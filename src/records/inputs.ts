import { type Static, type TSchema, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { Contact, RegionCode } from '../organizations/inputs.ts';

export { Contact, RegionCode };

/** Absent leaves, null clears: what an optional field is in a PATCH. */
export function Clearable<Field extends TSchema>(field: Field) {
  return Type.Optional(Type.Union([field, Type.Null()]));
}

export const LongText = Type.String({ maxLength: 2_000 });

export const CooperationMode = Type.Enum([
  'commissioned_development',
  'joint_development',
  'transfer',
  'licence',
  'consulting',
  'service',
  'equity',
  'other',
]);

export const Exclusivity = Type.Enum(['exclusive', 'sole', 'non_exclusive', 'any']);

export const IndustryCode = Type.String({
  pattern: '^([A-T]|[0-9]{2})$',
  description: 'GB/T 4754-2017 section or division.',
});

export const Moment = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$',
  description: 'A date (the whole day, in China) or an RFC 3339 time.',
});

const amountCny = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description: 'Whole yuan.' });

export const MoneyRangeInput = Type.Object(
  {
    minCny: Type.Optional(Type.Union([amountCny, Type.Null()])),
    maxCny: Type.Optional(Type.Union([amountCny, Type.Null()])),
    negotiable: Type.Optional(Type.Boolean({ default: true })),
  },
  { title: 'MoneyRangeInput', additionalProperties: false, description: 'Confidential: the public sees a band.' },
);
export type MoneyRangeInput = Static<typeof MoneyRangeInput>;

/** White space alone names nothing. */
export const title = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });

/** Fields that demands and results share. All may wait while the record is a draft. */
export const sharedFields = {
  summary: Type.Optional(Type.String({ maxLength: 500 })),
  keywords: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }), { maxItems: 8 })),
  technologyFields: Type.Optional(
    Type.Array(Type.String({ pattern: '^[1-8]([0-9]{2})?$' }), {
      maxItems: 8,
      description: 'See GET /v1/vocabularies/technology-fields.',
    }),
  ),
  cooperationModes: Type.Optional(Type.Array(CooperationMode, { maxItems: 8 })),
  regionCode: Type.Optional(RegionCode),
  validUntil: Clearable(Moment),
  contact: Clearable(Contact),
  language: Type.Optional(Type.Enum(['zh', 'en'])),
  source: Type.Optional(Type.Enum(['self', 'campaign', 'visit', 'import', 'federation'])),
};

export const ReasonBody = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500 }) },
  { title: 'ReasonBody', additionalProperties: false, examples: [{ reason: '请补充现有设备的处理量和目标纯度' }] },
);

export const AssignBody = Type.Object(
  {
    userId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'A broker or director of the market or of one above it; null gives it back to all.',
    }),
  },
  {
    title: 'AssignBody',
    additionalProperties: false,
    examples: [{ userId: '0192f0c4-0000-7000-8000-000000000009' }],
  },
);
export type AssignBody = Static<typeof AssignBody>;

export const CloseBody = Type.Object(
  {
    outcome: Type.Enum(['contracted_elsewhere', 'solved_in_house', 'no_longer_needed', 'fulfilled', 'other']),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { title: 'CloseBody', additionalProperties: false, examples: [{ outcome: 'solved_in_house' }] },
);
export type CloseBody = Static<typeof CloseBody>;

export const RenewBody = Type.Object(
  { validUntil: Type.Optional(Moment) },
  { title: 'RenewBody', additionalProperties: false, examples: [{ validUntil: '2027-12-31' }] },
);

/** Which records a list is of. */
export const recordFilters = {
  view: Type.Optional(
    Type.Enum(['public', 'mine', 'desk'], {
      default: 'public',
      description: "public: what anybody may read; mine: my organization's; desk: all of a broker's territory.",
    }),
  ),
  status: Type.Optional(Type.String({ maxLength: 20, description: 'For mine and desk.' })),
  technologyField: Type.Optional(Type.String({ pattern: '^[1-8]([0-9]{2})?$' })),
  regionCode: Type.Optional(RegionCode),
};

export const ListRecords = Type.Object({ ...pageQuery, ...recordFilters }, { additionalProperties: false });
export type ListRecords = Static<typeof ListRecords>;

export type RecordList = Pick<ListRecords, keyof typeof recordFilters>;
