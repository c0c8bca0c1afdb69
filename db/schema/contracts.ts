import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';
import { projects } from './projects.ts';
import type { Contact } from './records.ts';

/** Numbers codes C2026-640300-000123 of the drafts; gaps are allowed. Registration numbers come from `contract_serials`. */
export const contractCodes = pgSequence('contract_codes');

export const contractStatuses = ['draft', 'submitted', 'returned', 'registered', 'revoked', 'withdrawn'] as const;

export const contractTypes = ['technology_development', 'transfer', 'licence', 'consulting', 'service'] as const;

/** A side as the registration form writes it: of its own, since a registered form does not follow a later change of name. */
export interface ContractParty {
  name: string;
  /** Unified social credit code (GB 32100-2015). */
  creditCode: string | null;
  /** Of the vocabulary contract-party-kinds. */
  kind: string | null;
  /** GB/T 2260. */
  regionCode: string | null;
}

export interface BankAccount {
  bankName: string;
  accountName?: string;
  accountNumber: string;
}

export interface InventorShare {
  name: string;
  /** Percent of the part that the inventors get; null while it is not agreed. */
  share: number | null;
}

export const contracts = pgTable(
  'contracts',
  {
    id: idColumn(),
    code: text('code').notNull(),
    status: text('status', { enum: contractStatuses }).notNull(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** The market that registers: the project's. */
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    buyerOrganizationId: uuid('buyer_organization_id')
      .notNull()
      .references(() => organizations.id),
    /** As in `project_parties`: within a university the contract is this member's and its admins'. */
    buyerResponsibleUserId: uuid('buyer_responsible_user_id'),
    sellerOrganizationId: uuid('seller_organization_id')
      .notNull()
      .references(() => organizations.id),
    sellerResponsibleUserId: uuid('seller_responsible_user_id'),
    title: text('title').notNull(),
    /** The parties' own number. */
    contractNumber: text('contract_number'),
    type: text('type', { enum: contractTypes }),
    subtype: text('subtype'),
    /** Of a licence. */
    exclusivity: text('exclusivity', { enum: ['exclusive', 'sole', 'non_exclusive'] }),
    totalAmountCny: bigint('total_amount_cny', { mode: 'number' }),
    technicalAmountCny: bigint('technical_amount_cny', { mode: 'number' }),
    signedOn: date('signed_on', { mode: 'string' }),
    startsOn: date('starts_on', { mode: 'string' }),
    endsOn: date('ends_on', { mode: 'string' }),
    paymentMode: text('payment_mode'),
    /** One of the 8 high-tech fields, at either level. */
    technologyField: text('technology_field'),
    /** One of the 11 fields of the registration. */
    contractField: text('contract_field'),
    /** GB/T 4754-2017 section or division that the technology serves. */
    industry: text('industry'),
    socioeconomicGoal: text('socioeconomic_goal'),
    planSource: text('plan_source'),
    iprKinds: text('ipr_kinds').array().notNull(),
    buyer: jsonb('buyer').$type<ContractParty>().notNull(),
    seller: jsonb('seller').$type<ContractParty>().notNull(),
    /** Percent of the net income that the seller gives to those who made and transferred the result. */
    rewardPercent: doublePrecision('reward_percent'),
    /** How often it was submitted; approvals count for one submission. */
    submissions: integer('submissions').notNull().default(0),
    submittedAt: instant('submitted_at'),
    returnReason: text('return_reason'),
    registrationNumber: text('registration_number'),
    registeredAt: instant('registered_at'),
    revocationReason: text('revocation_reason'),
    revokedAt: instant('revoked_at'),
    createdByUserId: uuid('created_by_user_id').notNull(),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('contracts_code_key').on(t.code),
    uniqueIndex('contracts_registration_number_key').on(t.registrationNumber),
    index('contracts_project_id_idx').on(t.projectId),
    index('contracts_market_id_idx').on(t.marketId, t.id),
    index('contracts_submitted_idx').on(t.submittedAt).where(sql`status = 'submitted'`),
    index('contracts_buyer_organization_id_idx').on(t.buyerOrganizationId, t.id),
    index('contracts_seller_organization_id_idx').on(t.sellerOrganizationId, t.id),
  ],
);

/** Under row-level security: the two sides and the market's staff. */
export const contractConfidential = pgTable('contract_confidential', {
  contractId: uuid('contract_id')
    .primaryKey()
    .references(() => contracts.id),
  buyerContact: jsonb('buyer_contact').$type<Contact>(),
  sellerContact: jsonb('seller_contact').$type<Contact>(),
  buyerBank: jsonb('buyer_bank').$type<BankAccount>(),
  sellerBank: jsonb('seller_bank').$type<BankAccount>(),
  inventorShares: jsonb('inventor_shares').$type<InventorShare[]>().notNull(),
});

/** Who has approved which submission; rows are added and never changed. */
export const contractApprovals = pgTable(
  'contract_approvals',
  {
    id: idColumn(),
    contractId: uuid('contract_id')
      .notNull()
      .references(() => contracts.id),
    submission: integer('submission').notNull(),
    userId: uuid('user_id').notNull(),
    /** The market that the approver works at. */
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('contract_approvals_key').on(t.contractId, t.submission, t.userId),
    index('contract_approvals_organization_id_idx').on(t.organizationId),
  ],
);

/** The last serial that was given to a contract, by region of the registering market and year in China; no gaps. */
export const contractSerials = pgTable(
  'contract_serials',
  {
    regionCode: text('region_code').notNull(),
    year: integer('year').notNull(),
    lastSerial: integer('last_serial').notNull(),
  },
  (t) => [primaryKey({ columns: [t.regionCode, t.year] })],
);
