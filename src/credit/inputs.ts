import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

const id = Type.String({ format: 'uuid' });
const prose = Type.String({ minLength: 2, maxLength: 5_000, pattern: '\\S' });
/** The format knows a year 0; PostgreSQL's calendar, like ours, does not. */
const CalendarDate = Type.String({ format: 'date', pattern: '^(?!0000)' });

export const EvidenceReferenceInput = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    url: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 1_000 })),
  },
  { additionalProperties: false },
);

export const ImposeRestriction = Type.Object(
  {
    organizationId: id,
    kind: Type.String({ maxLength: 40, description: 'See GET /v1/vocabularies/restriction-kinds.' }),
    evidence: Type.String({
      minLength: 2,
      maxLength: 5_000,
      pattern: '\\S',
      description: 'What was established. Confidential: for the organization, its market and bureaus of its region.',
    }),
    evidenceReferences: Type.Optional(Type.Array(EvidenceReferenceInput, { maxItems: 20 })),
    legalBasis: Type.String({
      minLength: 2,
      maxLength: 500,
      pattern: '\\S',
      description: 'The rule that the restriction rests on, with its article.',
    }),
    fromOn: Type.Optional({ ...CalendarDate, description: 'First day in China; today or earlier. Today where unset.' }),
    untilOn: { ...CalendarDate, description: 'Last day in China; the restriction ends at its midnight.' },
  },
  {
    title: 'ImposeRestriction',
    additionalProperties: false,
    examples: [
      {
        organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        kind: 'false_declaration',
        evidence: '2026 年度申报材料中的检测报告系伪造，经出具单位书面确认。',
        evidenceReferences: [{ title: '吴科监〔2026〕12 号调查报告' }],
        legalBasis: '《科学技术活动违规行为处理暂行规定》（科学技术部令第 19 号）第六条、第十一条',
        untilOn: '2027-11-30',
      },
    ],
  },
);
export type ImposeRestriction = Static<typeof ImposeRestriction>;

export const LiftRestriction = Type.Object(
  { reason: prose },
  {
    title: 'LiftRestriction',
    additionalProperties: false,
    examples: [{ reason: '已按要求整改并退回资金，经复核同意提前解除。' }],
  },
);

export const AppealRestriction = Type.Object(
  { grounds: prose },
  {
    title: 'AppealRestriction',
    additionalProperties: false,
    examples: [{ grounds: '检测报告由第三方代办，我单位并不知情，附情况说明。' }],
  },
);

export const DecideAppeal = Type.Object(
  {
    outcome: Type.Enum(['upheld', 'overturned'], { description: 'overturned lifts the restriction.' }),
    reason: prose,
  },
  {
    title: 'DecideAppeal',
    additionalProperties: false,
    examples: [{ outcome: 'upheld', reason: '申诉未提出新的证据，维持原决定。' }],
  },
);
export type DecideAppeal = Static<typeof DecideAppeal>;

export const ListRestrictions = Type.Object(
  {
    ...pageQuery,
    organizationId: Type.Optional(id),
    status: Type.Optional(Type.Enum(['in_force', 'lifted', 'expired'])),
    appeal: Type.Optional(Type.Enum(['none', 'appealed', 'upheld', 'overturned'])),
  },
  { additionalProperties: false },
);
export type ListRestrictions = Static<typeof ListRestrictions>;
