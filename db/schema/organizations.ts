import { sql } from 'drizzle-orm';
import { type AnyPgColumn, date, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';

/** Enterprises, universities, governments, peers, and the markets themselves. */
export const organizations = pgTable(
  'organizations',
  {
    id: idColumn(),
    kind: text('kind', { enum: ['enterprise', 'university', 'market', 'government', 'peer'] }).notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['pending', 'verified', 'suspended'] }).notNull(),
    /** GB/T 2260. */
    regionCode: text('region_code').notNull(),
    /** GB/T 4754-2017 section or division. */
    industry: text('industry'),
    sizeBand: text('size_band', { enum: ['micro', 'small', 'medium', 'large'] }),
    /** Unified social credit code (GB 32100-2015). */
    creditCode: text('credit_code'),
    /** Markets only: a territorial market owns a region, a specialised one technology fields. */
    marketKind: text('market_kind', { enum: ['root', 'territorial', 'specialised'] }),
    parentId: uuid('parent_id').references((): AnyPgColumn => organizations.id),
    technologyFields: text('technology_fields').array().notNull().default([]),
    /** The smallest territorial market whose region contains the organization, else the root. Null for markets. */
    homeMarketId: uuid('home_market_id').references((): AnyPgColumn => organizations.id),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('organizations_parent_id_idx').on(t.parentId),
    index('organizations_home_market_id_idx').on(t.homeMarketId, t.status),
    index('organizations_kind_idx').on(t.kind, t.id),
    uniqueIndex('organizations_credit_code_key').on(t.creditCode),
    uniqueIndex('organizations_territory_key').on(t.regionCode).where(sql`market_kind = 'territorial'`),
    uniqueIndex('organizations_root_key').on(t.marketKind).where(sql`market_kind = 'root'`),
  ],
);

/** Under row-level security: the organization, its market, and parties whom an accepted introduction let in. */
export const organizationContacts = pgTable('organization_contacts', {
  organizationId: uuid('organization_id')
    .primaryKey()
    .references(() => organizations.id),
  name: text('name'),
  phone: text('phone'),
  email: text('email'),
  updatedAt: updatedAt(),
});

/** Certificates such as 高新技术企业: dated, never a flag. */
export const organizationTiers = pgTable(
  'organization_tiers',
  {
    id: idColumn(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    tier: text('tier').notNull(),
    level: text('level', { enum: ['national', 'provincial', 'municipal', 'county'] }).notNull(),
    number: text('number'),
    issuedOn: date('issued_on', { mode: 'string' }).notNull(),
    expiresOn: date('expires_on', { mode: 'string' }),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (t) => [index('organization_tiers_organization_id_idx').on(t.organizationId)],
);
