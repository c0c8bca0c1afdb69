import { type Static, Type } from 'typebox';
import { OrganizationView } from '../organizations/views.ts';
import {
  ContactView,
  type DuplicateView,
  duplicatesWarning,
  MoneyView,
  Nullable,
  OwnerView,
  ownerFieldsSchema,
  type RecordOwner,
  toMoneyView,
  toOwnerFields,
  toOwnerView,
} from '../records/views.ts';
import { DemandIndicator } from './inputs.ts';
import type { ConfidentialRow, DemandRow } from './store.ts';

const example = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  version: 3,
  code: 'D2026-430200-000123',
  status: 'published',
  title: '含锌固废中高纯铟的回收提纯',
  summary: '从锌冶炼固废中回收铟并提纯到 6N，用于靶材生产。',
  problem: '浸出渣含铟低、杂质复杂，现有流程产品只能到 4N5。',
  keyTechnology: '膜电解提纯',
  expectedOutcome: '建成年产 2 吨的中试线',
  indicators: [{ name: '铟纯度', comparator: '>=', value: 99.9999, unit: '%', mustHave: true }],
  alreadyTried: null,
  notAcceptable: null,
  keywords: ['高纯铟', '膜电解'],
  technologyFields: ['401'],
  industry: '32',
  activityType: 'experimental_development',
  cooperationModes: ['joint_development'],
  budgetBand: '1m_5m',
  budgetNegotiable: true,
  exclusivity: 'sole',
  targetTrl: 7,
  neededBy: null,
  validUntil: '2027-11-22T02:00:00.000Z',
  publishedAt: '2026-11-22T02:00:00.000Z',
  regionCode: '430200',
  language: 'zh',
  anonymous: false,
  organization: {
    id: '0192f0c4-0000-7000-8000-000000000002',
    name: '某有色金属有限公司',
    kind: 'enterprise',
    regionCode: '430200',
    industry: '32',
    sizeBand: 'medium',
  },
};

/** What anybody may read of a published demand. */
export const PublicDemandView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    version: Type.Integer(),
    code: Type.String(),
    status: Type.String(),
    title: Type.String(),
    summary: Type.String(),
    problem: Nullable.string,
    keyTechnology: Nullable.string,
    expectedOutcome: Nullable.string,
    indicators: Type.Array(DemandIndicator),
    alreadyTried: Nullable.string,
    notAcceptable: Nullable.string,
    keywords: Type.Array(Type.String()),
    technologyFields: Type.Array(Type.String()),
    industry: Nullable.string,
    activityType: Nullable.string,
    cooperationModes: Type.Array(Type.String()),
    budgetBand: Nullable.string,
    budgetNegotiable: Type.Boolean(),
    exclusivity: Nullable.string,
    targetTrl: Nullable.integer,
    neededBy: Nullable.moment,
    validUntil: Nullable.moment,
    publishedAt: Nullable.moment,
    regionCode: Type.String(),
    language: Type.String(),
    anonymous: Type.Boolean(),
    organization: OwnerView,
  },
  { title: 'PublicDemandView', examples: [example] },
);
export type PublicDemandView = Static<typeof PublicDemandView>;

/** The other party, after both have accepted an introduction. */
export const CounterpartyDemandView = Type.Object(
  {
    ...PublicDemandView.properties,
    organization: OrganizationView,
    contact: ContactView,
    confidentiality: Type.Object({ anonymous: Type.Boolean(), detail: Nullable.string }),
    budget: MoneyView,
  },
  { title: 'CounterpartyDemandView' },
);
export type CounterpartyDemandView = Static<typeof CounterpartyDemandView>;

/** The owner, and staff of the home market or above. */
export const OwnerDemandView = Type.Object(
  {
    ...PublicDemandView.properties,
    contact: ContactView,
    confidentiality: Type.Object({ anonymous: Type.Boolean(), detail: Nullable.string }),
    budget: MoneyView,
    preferredPartners: Type.Array(Type.String()),
    excludedOrganizations: Type.Array(Type.String({ format: 'uuid' })),
    decisionOwner: Nullable.string,
    ...ownerFieldsSchema,
  },
  { title: 'OwnerDemandView' },
);
export type OwnerDemandView = Static<typeof OwnerDemandView>;

export const DemandView = Type.Union([OwnerDemandView, CounterpartyDemandView, PublicDemandView], {
  title: 'DemandView',
  description:
    'What the reader may see: the owner and its broker, the other party of an accepted introduction, anybody.',
  examples: [example],
});
export type DemandView = Static<typeof DemandView>;

/** As submitting and publishing answer. Publishing may take the record to another market, whose own it is then. */
export const CheckedDemandView = Type.Union(
  [OwnerDemandView, CounterpartyDemandView, PublicDemandView].map(({ properties }) =>
    Type.Object({ ...properties, ...duplicatesWarning }),
  ),
  { title: 'CheckedDemandView', examples: [{ ...example, duplicates: [] }] },
);
export type CheckedDemandView = DemandView & { duplicates: DuplicateView[] | null };

export function toPublicDemandView(row: DemandRow, organization: RecordOwner): PublicDemandView {
  return { ...publicFields(row), organization: toOwnerView(organization, row.anonymous) };
}

export function toCounterpartyDemandView(
  row: DemandRow,
  organization: OrganizationView,
  confidential: ConfidentialRow | undefined,
): CounterpartyDemandView {
  return { ...publicFields(row), organization, ...confidentialFields(row, confidential) };
}

export function toOwnerDemandView(
  row: DemandRow,
  organization: RecordOwner,
  confidential: ConfidentialRow | undefined,
): OwnerDemandView {
  return {
    ...publicFields(row),
    organization: toOwnerView(organization, false),
    ...confidentialFields(row, confidential),
    preferredPartners: row.preferredPartners,
    excludedOrganizations: confidential?.excludedOrganizations ?? [],
    decisionOwner: confidential?.decisionOwner ?? null,
    ...toOwnerFields(row),
    revision: row.revision && { ...row.revision, ...(confidential?.revision && { budget: confidential.revision }) },
  };
}

function publicFields(row: DemandRow): Omit<PublicDemandView, 'organization'> {
  return {
    id: row.id,
    version: row.version,
    code: row.code,
    status: row.status,
    title: row.title,
    summary: row.summary,
    problem: row.problem,
    keyTechnology: row.keyTechnology,
    expectedOutcome: row.expectedOutcome,
    indicators: row.indicators,
    alreadyTried: row.alreadyTried,
    notAcceptable: row.notAcceptable,
    keywords: row.keywords,
    technologyFields: row.technologyFields,
    industry: row.industry,
    activityType: row.activityType,
    cooperationModes: row.cooperationModes,
    budgetBand: row.budgetBand,
    budgetNegotiable: row.budgetNegotiable,
    exclusivity: row.exclusivity,
    targetTrl: row.targetTrl,
    neededBy: row.neededBy?.toISOString() ?? null,
    validUntil: row.validUntil?.toISOString() ?? null,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    regionCode: row.regionCode,
    language: row.language,
    anonymous: row.anonymous,
  };
}

function confidentialFields(row: DemandRow, confidential: ConfidentialRow | undefined) {
  return {
    contact: confidential?.contact ?? null,
    confidentiality: { anonymous: row.anonymous, detail: confidential?.detail ?? null },
    budget: toMoneyView(confidential),
  };
}
