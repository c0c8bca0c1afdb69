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
import { IprItem, ResultIndicator, ResultOwner } from './inputs.ts';
import type { ConfidentialRow, ResultRow } from './store.ts';

const example = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5e',
  version: 3,
  code: 'R2026-430100-000045',
  status: 'published',
  title: '隔膜电解法制备 6N 级稀散金属',
  summary: '以阴离子交换膜分隔阴阳极室，一步电解得到 6N 铟。',
  description: '从含锌冶炼渣的富铟液出发，铟纯度 99.9999 %，总回收率 92 %。',
  advantages: null,
  indicators: [{ name: '铟纯度', value: 99.9999, unit: '%' }],
  keywords: ['铟', '膜电解'],
  technologyFields: ['401'],
  applicationIndustries: ['32'],
  trl: 6,
  stage: 'pilot',
  ipr: [{ kind: 'invention', status: 'granted' }],
  owners: [],
  inventors: [{ name: '李教授' }],
  completedOn: null,
  fundingSource: null,
  awards: [],
  cooperationModes: ['joint_development', 'licence'],
  priceBand: '1m_5m',
  priceNegotiable: true,
  exclusivity: 'non_exclusive',
  evaluationForm: null,
  registration: null,
  validUntil: '2027-11-22T02:00:00.000Z',
  publishedAt: '2026-11-22T02:00:00.000Z',
  regionCode: '430100',
  language: 'zh',
  organization: {
    id: '0192f0c4-0000-7000-8000-000000000003',
    name: '某大学',
    kind: 'university',
    regionCode: '430100',
    industry: null,
    sizeBand: null,
  },
};

/** What anybody may read of a published result. */
export const PublicResultView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    version: Type.Integer(),
    code: Type.String(),
    status: Type.String(),
    title: Type.String(),
    summary: Type.String(),
    description: Nullable.string,
    advantages: Nullable.string,
    indicators: Type.Array(ResultIndicator),
    keywords: Type.Array(Type.String()),
    technologyFields: Type.Array(Type.String()),
    applicationIndustries: Type.Array(Type.String()),
    trl: Nullable.integer,
    stage: Nullable.string,
    ipr: Type.Array(IprItem),
    owners: Type.Array(ResultOwner),
    inventors: Type.Array(Type.Object({ name: Type.String(), title: Type.Optional(Type.String()) })),
    completedOn: Nullable.string,
    fundingSource: Nullable.string,
    awards: Type.Array(Type.String()),
    cooperationModes: Type.Array(Type.String()),
    priceBand: Nullable.string,
    priceNegotiable: Type.Boolean(),
    exclusivity: Nullable.string,
    evaluationForm: Nullable.string,
    registration: Type.Union([Type.Object({ number: Type.String(), date: Type.String() }), Type.Null()]),
    validUntil: Nullable.moment,
    publishedAt: Nullable.moment,
    regionCode: Type.String(),
    language: Type.String(),
    organization: OwnerView,
  },
  { title: 'PublicResultView', examples: [example] },
);
export type PublicResultView = Static<typeof PublicResultView>;

const confidentialSchema = {
  contact: ContactView,
  confidentiality: Type.Object({ detail: Nullable.string }),
  price: MoneyView,
  inventorContacts: Type.Array(
    Type.Object({ name: Type.String(), phone: Type.Optional(Type.String()), email: Type.Optional(Type.String()) }),
  ),
};

/** The other party, after both have accepted an introduction. */
export const CounterpartyResultView = Type.Object(
  {
    ...PublicResultView.properties,
    organization: OrganizationView,
    ...confidentialSchema,
  },
  { title: 'CounterpartyResultView' },
);
export type CounterpartyResultView = Static<typeof CounterpartyResultView>;

/** The owner, and staff of the home market or above. */
export const OwnerResultView = Type.Object(
  {
    ...PublicResultView.properties,
    ...confidentialSchema,
    ...ownerFieldsSchema,
  },
  { title: 'OwnerResultView' },
);
export type OwnerResultView = Static<typeof OwnerResultView>;

export const ResultView = Type.Union([OwnerResultView, CounterpartyResultView, PublicResultView], {
  title: 'ResultView',
  description:
    'What the reader may see: the owner and its broker, the other party of an accepted introduction, anybody.',
  examples: [example],
});
export type ResultView = Static<typeof ResultView>;

/** As submitting and publishing answer. Publishing may take the record to another market, whose own it is then. */
export const CheckedResultView = Type.Union(
  [OwnerResultView, CounterpartyResultView, PublicResultView].map(({ properties }) =>
    Type.Object({ ...properties, ...duplicatesWarning }),
  ),
  { title: 'CheckedResultView', examples: [{ ...example, duplicates: [] }] },
);
export type CheckedResultView = ResultView & { duplicates: DuplicateView[] | null };

export function toPublicResultView(row: ResultRow, organization: RecordOwner): PublicResultView {
  return { ...publicFields(row), organization: toOwnerView(organization, false) };
}

export function toCounterpartyResultView(
  row: ResultRow,
  organization: OrganizationView,
  confidential: ConfidentialRow | undefined,
): CounterpartyResultView {
  return { ...publicFields(row), organization, ...confidentialFields(confidential) };
}

export function toOwnerResultView(
  row: ResultRow,
  organization: RecordOwner,
  confidential: ConfidentialRow | undefined,
): OwnerResultView {
  return {
    ...publicFields(row),
    organization: toOwnerView(organization, false),
    ...confidentialFields(confidential),
    ...toOwnerFields(row),
    revision: row.revision && { ...row.revision, ...(confidential?.revision && { price: confidential.revision }) },
  };
}

function publicFields(row: ResultRow): Omit<PublicResultView, 'organization'> {
  return {
    id: row.id,
    version: row.version,
    code: row.code,
    status: row.status,
    title: row.title,
    summary: row.summary,
    description: row.description,
    advantages: row.advantages,
    indicators: row.indicators,
    keywords: row.keywords,
    technologyFields: row.technologyFields,
    applicationIndustries: row.applicationIndustries,
    trl: row.trl,
    stage: row.stage,
    ipr: row.ipr as PublicResultView['ipr'],
    owners: row.owners,
    inventors: row.inventors as PublicResultView['inventors'],
    completedOn: row.completedOn,
    fundingSource: row.fundingSource,
    awards: row.awards,
    cooperationModes: row.cooperationModes,
    priceBand: row.priceBand,
    priceNegotiable: row.priceNegotiable,
    exclusivity: row.exclusivity,
    evaluationForm: row.evaluationForm,
    registration: row.registration,
    validUntil: row.validUntil?.toISOString() ?? null,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    regionCode: row.regionCode,
    language: row.language,
  };
}

function confidentialFields(confidential: ConfidentialRow | undefined) {
  return {
    contact: confidential?.contact ?? null,
    confidentiality: { detail: confidential?.detail ?? null },
    price: toMoneyView(confidential),
    inventorContacts: confidential?.inventorContacts ?? [],
  };
}
