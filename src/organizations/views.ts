import { type Static, Type } from 'typebox';
import type { ContactRow, OrganizationRow, TierRow } from './store.ts';

const Nullable = { string: Type.Union([Type.String(), Type.Null()]) };

export const TierView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    tier: Type.String(),
    level: Type.String(),
    number: Nullable.string,
    issuedOn: Type.String({ format: 'date' }),
    expiresOn: Nullable.string,
  },
  { title: 'TierView' },
);
export type TierView = Static<typeof TierView>;

export const ContactView = Type.Object(
  { name: Nullable.string, phone: Nullable.string, email: Nullable.string },
  { title: 'ContactView' },
);
export type ContactView = Static<typeof ContactView>;

const example = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  version: 2,
  kind: 'enterprise',
  name: '宁夏某枸杞乳业有限公司',
  regionCode: '640300',
  industry: '14',
  sizeBand: 'medium',
  tiers: [],
};

/** What anybody may know of a verified organization. */
export const PublicOrganizationView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    version: Type.Integer(),
    kind: Type.String(),
    name: Type.String(),
    regionCode: Type.String(),
    industry: Nullable.string,
    sizeBand: Nullable.string,
    tiers: Type.Array(TierView, { description: 'Certificates in force today.' }),
  },
  { title: 'PublicOrganizationView', examples: [example] },
);
export type PublicOrganizationView = Static<typeof PublicOrganizationView>;

/** What the organization itself, its market's staff and the administrator see; a counterparty gets it without the last five. */
export const OrganizationView = Type.Object(
  {
    ...PublicOrganizationView.properties,
    contact: Type.Optional(Type.Union([ContactView, Type.Null()])),
    status: Type.Optional(Type.Enum(['pending', 'verified', 'suspended'])),
    creditCode: Type.Optional(Nullable.string),
    homeMarketId: Type.Optional(Nullable.string),
    createdAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  {
    title: 'OrganizationView',
    examples: [
      { ...example, status: 'verified', creditCode: null, homeMarketId: null, createdAt: '2026-11-22T02:00:00.000Z' },
    ],
  },
);
export type OrganizationView = Static<typeof OrganizationView>;

const marketExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  version: 1,
  name: '吴忠市科技大市场',
  kind: 'territorial',
  regionCode: '640300',
  parentId: '0192f0c4-0000-7000-8000-000000000001',
  technologyFields: [],
};

export const MarketView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    version: Type.Integer(),
    name: Type.String(),
    kind: Type.Enum(['root', 'territorial', 'specialised']),
    regionCode: Type.String(),
    parentId: Nullable.string,
    technologyFields: Type.Array(Type.String()),
  },
  {
    title: 'MarketView',
    examples: [marketExample],
  },
);
export type MarketView = Static<typeof MarketView>;

export const MarketTreeView = Type.Object(
  { items: Type.Array(MarketView) },
  { title: 'MarketTreeView', examples: [{ items: [marketExample] }] },
);

export function toTierView(row: TierRow): TierView {
  return {
    id: row.id,
    tier: row.tier,
    level: row.level,
    number: row.number,
    issuedOn: row.issuedOn,
    expiresOn: row.expiresOn,
  };
}

export function toPublicOrganizationView(row: OrganizationRow, tiers: readonly TierRow[]): PublicOrganizationView {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    name: row.name,
    regionCode: row.regionCode,
    industry: row.industry,
    sizeBand: row.sizeBand,
    tiers: tiers.filter((tier) => tier.organizationId === row.id).map(toTierView),
  };
}

export function toContactView(contact: ContactRow | undefined): ContactView | null {
  return contact ? { name: contact.name, phone: contact.phone, email: contact.email } : null;
}

/** For the organization itself, its market's staff and the administrator; contact is left out where it was not read. */
export function toOwnOrganizationView(
  row: OrganizationRow,
  tiers: readonly TierRow[] = [],
  contact?: ContactView | null,
): OrganizationView {
  return {
    ...toPublicOrganizationView(row, tiers),
    ...(contact === undefined ? {} : { contact }),
    status: row.status,
    creditCode: row.creditCode,
    homeMarketId: row.homeMarketId,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toMarketView(row: OrganizationRow): MarketView {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    kind: row.marketKind ?? 'root',
    regionCode: row.regionCode,
    parentId: row.parentId,
    technologyFields: row.technologyFields,
  };
}
