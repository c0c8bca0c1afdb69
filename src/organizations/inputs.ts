import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

export const RegionCode = Type.String({
  pattern: '^[0-9]{6}$',
  description: 'GB/T 2260, six digits; see GET /v1/vocabularies/regions.',
});

export const Contact = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
    email: Type.Optional(Type.String({ format: 'email', maxLength: 200 })),
  },
  {
    title: 'Contact',
    additionalProperties: false,
    description: 'Confidential: shown to the owner, its broker, and the other party once both have accepted.',
  },
);
export type Contact = Static<typeof Contact>;

export const SizeBand = Type.Enum(['micro', 'small', 'medium', 'large']);

const profile = {
  name: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' }),
  industry: Type.Optional(
    Type.String({ pattern: '^([A-T]|[0-9]{2})$', description: 'GB/T 4754-2017 section or division.' }),
  ),
  sizeBand: Type.Optional(SizeBand),
  contact: Type.Optional(Contact),
};

/** What an enterprise or a university says of itself at registration. Markets and governments are created, not registered. */
export const RegisterOrganization = Type.Object(
  {
    kind: Type.Enum(['enterprise', 'university']),
    regionCode: RegionCode,
    creditCode: Type.Optional(
      Type.String({ pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$', description: 'Unified social credit code (GB 32100-2015).' }),
    ),
    ...profile,
  },
  { title: 'RegisterOrganization', additionalProperties: false },
);
export type RegisterOrganization = Static<typeof RegisterOrganization>;

export const CreateMarket = Type.Object(
  {
    name: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' }),
    kind: Type.Optional(Type.Enum(['territorial', 'specialised'], { default: 'territorial' })),
    regionCode: RegionCode,
    parentId: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'Unset: the smallest territorial market around the region, else the root.',
      }),
    ),
    technologyFields: Type.Optional(Type.Array(Type.String({ pattern: '^[1-8]([0-9]{2})?$' }), { maxItems: 20 })),
  },
  {
    title: 'CreateMarket',
    additionalProperties: false,
    examples: [{ name: '吴忠市科技大市场', regionCode: '640300' }],
  },
);
export type CreateMarket = Static<typeof CreateMarket>;

export const CreateGovernment = Type.Object(
  {
    kind: Type.Enum(['government', 'peer']),
    name: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' }),
    regionCode: RegionCode,
  },
  {
    title: 'CreateGovernment',
    additionalProperties: false,
    examples: [{ kind: 'government', name: '吴忠市科学技术局', regionCode: '640300' }],
  },
);
export type CreateGovernment = Static<typeof CreateGovernment>;

/** Absent leaves, null clears. */
export const UpdateOrganization = Type.Object(
  {
    name: Type.Optional(profile.name),
    industry: Type.Optional(Type.Union([Type.String({ pattern: '^([A-T]|[0-9]{2})$' }), Type.Null()])),
    sizeBand: Type.Optional(Type.Union([SizeBand, Type.Null()])),
    contact: Type.Optional(Contact),
  },
  {
    title: 'UpdateOrganization',
    additionalProperties: false,
    minProperties: 1,
    examples: [{ sizeBand: 'medium', contact: { name: '马工', phone: '0953-0000000' } }],
  },
);
export type UpdateOrganization = Static<typeof UpdateOrganization>;

export const SuspendOrganization = Type.Object(
  { reason: Type.String({ minLength: 2, maxLength: 500 }) },
  { title: 'SuspendOrganization', additionalProperties: false, examples: [{ reason: '营业执照已注销' }] },
);
export type SuspendOrganization = Static<typeof SuspendOrganization>;

/** The format knows a year 0; PostgreSQL's calendar, like ours, does not. */
const CalendarDate = Type.String({ format: 'date', pattern: '^(?!0000)' });

export const AddTier = Type.Object(
  {
    tier: Type.String({ maxLength: 40, description: 'See GET /v1/vocabularies/organization-tiers.' }),
    level: Type.Enum(['national', 'provincial', 'municipal', 'county']),
    number: Type.Optional(Type.String({ maxLength: 60 })),
    issuedOn: CalendarDate,
    expiresOn: Type.Optional(CalendarDate),
  },
  {
    title: 'AddTier',
    additionalProperties: false,
    examples: [
      {
        tier: 'high_tech',
        level: 'national',
        number: 'GR202664000123',
        issuedOn: '2026-03-01',
        expiresOn: '2029-02-28',
      },
    ],
  },
);
export type AddTier = Static<typeof AddTier>;

/** Which organizations a list is of. */
export const organizationFilters = {
  kind: Type.Optional(Type.Enum(['enterprise', 'university', 'government', 'peer'])),
  status: Type.Optional(
    Type.Enum(['pending', 'verified', 'suspended'], {
      description: 'Anything but verified: within your territory only.',
    }),
  ),
  regionCode: Type.Optional(RegionCode),
};

export const ListOrganizations = Type.Object({ ...pageQuery, ...organizationFilters }, { additionalProperties: false });
export type ListOrganizations = Static<typeof ListOrganizations>;

export type OrganizationList = Pick<ListOrganizations, keyof typeof organizationFilters>;
