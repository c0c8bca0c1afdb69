import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { Clearable, Contact, IndustryCode, RegionCode } from '../records/inputs.ts';

const title = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const amountCny = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, description: 'Whole yuan.' });
const day = Type.String({ format: 'date', description: 'A calendar day in China.' });
const percent = Type.Number({ minimum: 0, maximum: 100 });
const code = (vocabulary: string) =>
  Type.String({ minLength: 1, maxLength: 40, description: `See GET /v1/vocabularies/${vocabulary}.` });

export const ContractType = Type.Enum(['technology_development', 'transfer', 'licence', 'consulting', 'service'], {
  description:
    '技术开发、技术转让、技术许可、技术咨询、技术服务; with their sub-types in GET /v1/vocabularies/contract-types.',
});
export type ContractType = Static<typeof ContractType>;

export const BankAccount = Type.Object(
  {
    bankName: Type.String({ minLength: 1, maxLength: 200 }),
    accountName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    accountNumber: Type.String({ pattern: '^[0-9 -]{6,40}$' }),
  },
  { title: 'BankAccount', additionalProperties: false, description: 'Confidential: the two sides and their market.' },
);

/** A side of the contract. What is absent stays as it was prefilled. */
const PartyDetails = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' })),
    creditCode: Clearable(
      Type.String({ pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$', description: 'Unified social credit code (GB 32100-2015).' }),
    ),
    kind: Clearable(code('contract-party-kinds')),
    regionCode: Clearable(RegionCode),
    contact: Clearable(Contact),
    bank: Clearable(BankAccount),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const InventorShare = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    share: Type.Union([percent, Type.Null()], { description: 'Percent of the part that the inventors get.' }),
  },
  { additionalProperties: false },
);

const fields = {
  title: Type.Optional(title),
  contractNumber: Clearable(Type.String({ minLength: 1, maxLength: 60, description: "The parties' own number." })),
  type: Clearable(ContractType),
  subtype: Clearable(code('contract-types')),
  exclusivity: Clearable(
    Type.Enum(['exclusive', 'sole', 'non_exclusive'], { description: 'Of a licence: 独占、排他、普通.' }),
  ),
  totalAmountCny: Clearable(amountCny),
  technicalAmountCny: Clearable(amountCny),
  signedOn: Clearable(day),
  startsOn: Clearable(day),
  endsOn: Clearable(day),
  paymentMode: Clearable(code('payment-modes')),
  technologyField: Clearable(
    Type.String({
      pattern: '^[1-8]([0-9]{2})?$',
      description:
        'Of the 8 high-tech fields. Set alone, it sets the contract field by the crosswalk; a contract field set alone sets it where it is open.',
    }),
  ),
  contractField: Clearable(code('contract-fields')),
  industry: Clearable(IndustryCode),
  socioeconomicGoal: Clearable(code('socioeconomic-goals')),
  planSource: Clearable(code('plan-sources')),
  iprKinds: Type.Optional(Type.Array(code('contract-ipr-kinds'), { maxItems: 10, uniqueItems: true })),
  buyer: Type.Optional(PartyDetails),
  seller: Type.Optional(PartyDetails),
  rewardPercent: Clearable(
    Type.Number({
      minimum: 0,
      maximum: 100,
      description: 'Percent of the net income that the seller gives to those who made and transferred the result.',
    }),
  ),
  inventorShares: Type.Optional(
    Type.Array(InventorShare, {
      maxItems: 50,
      description: 'How the inventors share what they get: at most 100 percent.',
    }),
  ),
};

export const CreateContract = Type.Object(
  {
    projectId: Type.String({ format: 'uuid' }),
    buyerOrganizationId: Type.Optional(
      Type.String({ format: 'uuid', description: 'A party of the project; its lead, where none is named.' }),
    ),
    sellerOrganizationId: Type.Optional(
      Type.String({ format: 'uuid', description: "A party of the project; the result's owner, where none is named." }),
    ),
    ...fields,
  },
  {
    title: 'CreateContract',
    additionalProperties: false,
    examples: [{ projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5', type: 'technology_development' }],
  },
);
export type CreateContract = Static<typeof CreateContract>;

/** Absent leaves, null clears. */
export const UpdateContract = Type.Object(fields, {
  title: 'UpdateContract',
  additionalProperties: false,
  minProperties: 1,
  examples: [
    {
      signedOn: '2026-12-01',
      technicalAmountCny: 1_000_000,
      socioeconomicGoal: '10',
      planSource: 'none',
      seller: { creditCode: '12430000444885356X' },
    },
  ],
});
export type UpdateContract = Static<typeof UpdateContract>;

export const ContractReason = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500 }) },
  { title: 'ContractReason', additionalProperties: false, examples: [{ reason: '技术交易额请扣除设备购置费' }] },
);
export type ContractReason = Static<typeof ContractReason>;

export const contractFilters = {
  status: Type.Optional(Type.Enum(['draft', 'submitted', 'returned', 'registered', 'revoked', 'withdrawn'])),
  type: Type.Optional(ContractType),
  technologyField: Type.Optional(
    Type.String({
      pattern: '^[1-8]([0-9]{2})?$',
      description: 'A first-level field stands for all of its second level.',
    }),
  ),
  contractField: Type.Optional(code('contract-fields')),
  marketId: Type.Optional(Type.String({ format: 'uuid' })),
  signedYear: Type.Optional(Type.Integer({ minimum: 1985, maximum: 2100 })),
  organizationId: Type.Optional(Type.String({ format: 'uuid', description: 'The buyer or the seller.' })),
};

export const ListContracts = Type.Object({ ...pageQuery, ...contractFilters }, { additionalProperties: false });
export type ListContracts = Static<typeof ListContracts>;
export type ContractList = Pick<ListContracts, keyof typeof contractFilters>;

const format = Type.Optional(Type.Enum(['xlsx', 'csv', 'json'], { default: 'xlsx' }));

export const ExportContract = Type.Object({ format }, { additionalProperties: false });
