import { type Static, Type } from 'typebox';
import { BankAccount, ContractType } from './inputs.ts';
import { approvalsRequired, type ContractContent, contractWarnings, missingFields } from './rules.ts';
import type { ApprovalRow, ConfidentialRow, ContractRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  integer: Type.Union([Type.Integer(), Type.Null()]),
  number: Type.Union([Type.Number(), Type.Null()]),
  day: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
  time: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
};

const Contact = Type.Union([
  Type.Object({ name: Type.String(), phone: Type.Optional(Type.String()), email: Type.Optional(Type.String()) }),
  Type.Null(),
]);

const party = {
  organizationId: id,
  name: Type.String(),
  creditCode: nullable.string,
  kind: nullable.string,
  regionCode: nullable.string,
};
const OpenParty = Type.Object(party);
const FullParty = Type.Object({ ...party, contact: Contact, bank: Type.Union([BankAccount, Type.Null()]) });

const common = {
  id,
  version: Type.Integer(),
  code: Type.String(),
  status: Type.Enum(['draft', 'submitted', 'returned', 'registered', 'revoked', 'withdrawn']),
  projectId: id,
  marketId: id,
  title: Type.String(),
  contractNumber: nullable.string,
  type: Type.Union([ContractType, Type.Null()]),
  subtype: nullable.string,
  exclusivity: nullable.string,
  totalAmountCny: nullable.integer,
  technicalAmountCny: nullable.integer,
  signedOn: nullable.day,
  startsOn: nullable.day,
  endsOn: nullable.day,
  paymentMode: nullable.string,
  technologyField: nullable.string,
  contractField: nullable.string,
  industry: nullable.string,
  socioeconomicGoal: nullable.string,
  planSource: nullable.string,
  iprKinds: Type.Array(Type.String()),
  rewardPercent: nullable.number,
  registrationNumber: Type.Union([Type.String(), Type.Null()], {
    description: '认定登记编号: year, region of the registering market (GB/T 2260) and serial, 16 digits.',
  }),
  registeredAt: nullable.time,
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
};

const example = {
  id: '0192f0c4-b000-7c33-8e04-60718293a4b5',
  version: 4,
  code: 'C2026-640300-000001',
  status: 'registered',
  projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
  marketId: '0192f0c4-0100-7000-8000-000000000002',
  title: '功能性枸杞乳制品联合开发',
  contractNumber: null,
  type: 'technology_development',
  subtype: 'joint_development',
  exclusivity: null,
  totalAmountCny: 1_200_000,
  technicalAmountCny: 1_000_000,
  signedOn: '2026-11-20',
  startsOn: '2026-11-20',
  endsOn: '2027-09-30',
  paymentMode: 'instalments',
  technologyField: '206',
  contractField: '04',
  industry: '14',
  socioeconomicGoal: '10',
  planSource: 'none',
  iprKinds: ['invention'],
  rewardPercent: null,
  registrationNumber: '2026640300000001',
  registeredAt: '2026-11-22T02:00:00.000Z',
  createdAt: '2026-11-20T02:00:00.000Z',
  updatedAt: '2026-11-22T02:00:00.000Z',
};
const exampleBuyer = {
  organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '宁夏某枸杞乳业有限公司',
  creditCode: '91640302MA75XXXX1U',
  kind: 'domestic_enterprise',
  regionCode: '640302',
};
const exampleSeller = {
  organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
  name: '某大学',
  creditCode: '12430000444885356X',
  kind: 'university',
  regionCode: '430104',
};

/** For the two sides and the market's staff. */
export const FullContractView = Type.Object(
  {
    ...common,
    buyer: FullParty,
    seller: FullParty,
    inventorShares: Type.Array(Type.Object({ name: Type.String(), share: nullable.number })),
    approvals: Type.Array(Type.Object({ organizationId: id, approvedAt: Type.String({ format: 'date-time' }) }), {
      description: 'Of the present submission; a return clears them.',
    }),
    approvalsRequired: Type.Integer({ description: '2 from 5,000,000 CNY on.' }),
    returnReason: nullable.string,
    revocationReason: nullable.string,
    revokedAt: nullable.time,
    missing: Type.Array(Type.String(), {
      description: 'Pointers to the fields that are still to be filled in before it can be submitted.',
    }),
    warnings: Type.Array(Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() }), {
      description: 'Things to look at; they stop nothing.',
    }),
  },
  { title: 'FullContractView' },
);
export type FullContractView = Static<typeof FullContractView>;

/** For officers of a bureau: a registered contract without contacts, accounts and who gets what. */
export const OfficerContractView = Type.Object(
  { ...common, buyer: OpenParty, seller: OpenParty },
  { title: 'OfficerContractView' },
);
export type OfficerContractView = Static<typeof OfficerContractView>;

export const ContractView = Type.Union([FullContractView, OfficerContractView], {
  title: 'ContractView',
  description: "What the reader may see: the two sides and their market's staff, or an officer of a bureau.",
  examples: [
    {
      ...example,
      buyer: { ...exampleBuyer, contact: { name: '马工', phone: '13900000001' }, bank: null },
      seller: {
        ...exampleSeller,
        contact: { name: '李教授', email: 'li@university.example' },
        bank: { bankName: '中国银行长沙分行', accountNumber: '6000 0000 0000' },
      },
      inventorShares: [],
      approvals: [{ organizationId: '0192f0c4-0100-7000-8000-000000000002', approvedAt: '2026-11-22T02:00:00.000Z' }],
      approvalsRequired: 1,
      returnReason: null,
      revocationReason: null,
      revokedAt: null,
      missing: [],
      warnings: [],
    },
  ],
});
export type ContractView = Static<typeof ContractView>;

/** The form that a row and its confidential row make together. */
export function contentOf(row: ContractRow, confidential: ConfidentialRow | undefined): ContractContent {
  return {
    title: row.title,
    contractNumber: row.contractNumber,
    type: row.type,
    subtype: row.subtype,
    exclusivity: row.exclusivity,
    totalAmountCny: row.totalAmountCny,
    technicalAmountCny: row.technicalAmountCny,
    signedOn: row.signedOn,
    startsOn: row.startsOn,
    endsOn: row.endsOn,
    paymentMode: row.paymentMode,
    technologyField: row.technologyField,
    contractField: row.contractField,
    industry: row.industry,
    socioeconomicGoal: row.socioeconomicGoal,
    planSource: row.planSource,
    iprKinds: row.iprKinds,
    buyer: { ...row.buyer, contact: confidential?.buyerContact ?? null, bank: confidential?.buyerBank ?? null },
    seller: { ...row.seller, contact: confidential?.sellerContact ?? null, bank: confidential?.sellerBank ?? null },
    rewardPercent: row.rewardPercent,
    inventorShares: confidential?.inventorShares ?? [],
  };
}

function commonFields(row: ContractRow) {
  const { buyer: _buyer, seller: _seller, ...content } = contentOf(row, undefined);
  const { inventorShares: _shares, ...open } = content;
  return {
    id: row.id,
    version: row.version,
    code: row.code,
    status: row.status,
    projectId: row.projectId,
    marketId: row.marketId,
    ...open,
    registrationNumber: row.registrationNumber,
    registeredAt: row.registeredAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** @param approvals those of all submissions; may be those of many contracts */
export function toFullContractView(
  row: ContractRow,
  confidential: ConfidentialRow | undefined,
  approvals: readonly ApprovalRow[],
): FullContractView {
  const content = contentOf(row, confidential);
  const present = approvals.filter((one) => one.contractId === row.id && one.submission === row.submissions);
  return {
    ...commonFields(row),
    buyer: { organizationId: row.buyerOrganizationId, ...content.buyer },
    seller: { organizationId: row.sellerOrganizationId, ...content.seller },
    inventorShares: content.inventorShares,
    approvals: (row.status === 'draft' || row.status === 'returned' ? [] : present).map((approval) => ({
      organizationId: approval.organizationId,
      approvedAt: approval.createdAt.toISOString(),
    })),
    approvalsRequired: approvalsRequired(content),
    returnReason: row.returnReason,
    revocationReason: row.revocationReason,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    missing: row.status === 'draft' || row.status === 'returned' ? missingFields(content) : [],
    warnings: contractWarnings(content).map(({ code, text }) => ({ code, ...text })),
  };
}

export function toOfficerContractView(row: ContractRow): OfficerContractView {
  return {
    ...commonFields(row),
    buyer: { organizationId: row.buyerOrganizationId, ...row.buyer },
    seller: { organizationId: row.sellerOrganizationId, ...row.seller },
  };
}
