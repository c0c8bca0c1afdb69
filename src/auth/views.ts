import { type Static, Type } from 'typebox';
import type { MemberRole } from '../core/actor.ts';
import { OrganizationView } from '../organizations/views.ts';
import type { listSettingsOf } from './store/personal-data.ts';
import type { ApiKeyRow, MemberRow, SessionRow, UserRow } from './store.ts';

const Id = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time' });
const InstantOrNull = Type.Union([Instant, Type.Null()]);
const Role = Type.Enum(['admin', 'member', 'broker', 'director', 'officer']);

const userExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '刘洋',
  email: 'liu.yang@winery.example',
  role: 'admin',
  administrator: false,
  emailVerified: true,
  locale: 'zh-CN',
};

const organizationExample = {
  id: '0192f0c4-7000-7c3a-9d52-3f6c1a2b4c5d',
  version: 2,
  kind: 'enterprise',
  name: '贺兰山东麓某葡萄酒有限公司',
  regionCode: '640100',
  industry: '15',
  sizeBand: null,
  tiers: [],
  status: 'verified',
  creditCode: null,
  homeMarketId: '0192f0c4-0000-7000-8000-000000000001',
  createdAt: '2026-11-22T02:00:00.000Z',
};

/** The person themself; nobody else gets this view. */
export const UserView = Type.Object(
  {
    id: Id,
    name: Type.String(),
    email: Type.String(),
    role: Type.Union([Role, Type.Null()]),
    administrator: Type.Boolean(),
    emailVerified: Type.Boolean(),
    locale: Type.Enum(['zh-CN', 'en']),
  },
  { title: 'UserView', examples: [userExample] },
);
export type UserView = Static<typeof UserView>;

export const SessionView = Type.Object(
  {
    token: Type.String({ description: 'Send it as Authorization: Bearer. It is shown once.' }),
    expiresAt: Instant,
    user: UserView,
    organization: Type.Union([OrganizationView, Type.Null()]),
  },
  {
    title: 'SessionView',
    examples: [
      {
        token: 'ds_q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ',
        expiresAt: '2026-11-29T02:00:00.000Z',
        user: userExample,
        organization: organizationExample,
      },
    ],
  },
);
export type SessionView = Static<typeof SessionView>;

export const MeView = Type.Object(
  {
    id: Id,
    version: Type.Integer({ description: "The account's; also its ETag." }),
    user: UserView,
    organization: Type.Union([OrganizationView, Type.Null()]),
    territory: Type.Array(Id, { description: "A broker's or director's markets: their own and all below it." }),
    scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'What this API key may do; null for a session.',
    }),
  },
  {
    title: 'MeView',
    examples: [
      {
        id: userExample.id,
        version: 1,
        user: userExample,
        organization: organizationExample,
        territory: [],
        scopes: null,
      },
    ],
  },
);
export type MeView = Static<typeof MeView>;

export const RegistrationView = Type.Object(
  {
    organization: OrganizationView,
    user: Type.Object({ id: Id, email: Type.String(), name: Type.String(), role: Role }),
  },
  {
    title: 'RegistrationView',
    examples: [
      {
        organization: { ...organizationExample, version: 1, status: 'pending' },
        user: { id: userExample.id, email: userExample.email, name: userExample.name, role: 'admin' },
      },
    ],
  },
);
export type RegistrationView = Static<typeof RegistrationView>;

export const MemberView = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: "The person's id." }),
    name: Type.String(),
    email: Type.String(),
    role: Role,
    emailVerified: Type.Boolean(),
    joinedAt: Instant,
  },
  {
    title: 'MemberView',
    examples: [
      {
        id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        name: '马丽',
        email: 'ma.li@market.example',
        role: 'broker',
        emailVerified: false,
        joinedAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type MemberView = Static<typeof MemberView>;

const keyExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '科研管理系统',
  prefix: 'dk_q3t5Z0b7',
  scopes: ['read', 'records:write'],
  expiresAt: null,
  createdAt: '2026-11-22T02:00:00.000Z',
};

export const ApiKeyView = Type.Object(
  {
    id: Id,
    name: Type.String(),
    prefix: Type.String({ description: 'The first characters of the key, to tell keys apart.' }),
    scopes: Type.Array(Type.String()),
    expiresAt: InstantOrNull,
    createdAt: Instant,
  },
  { title: 'ApiKeyView', examples: [keyExample] },
);
export type ApiKeyView = Static<typeof ApiKeyView>;

export const CreatedApiKeyView = Type.Object(
  {
    ...ApiKeyView.properties,
    key: Type.String({ description: 'Send it as Authorization: Bearer. It is shown once.' }),
  },
  { title: 'CreatedApiKeyView', examples: [{ ...keyExample, key: 'dk_q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ' }] },
);
export type CreatedApiKeyView = Static<typeof CreatedApiKeyView>;

export const AcceptedView = Type.Object(
  { status: Type.Enum(['accepted']) },
  { title: 'AcceptedView', examples: [{ status: 'accepted' }] },
);
export type AcceptedView = Static<typeof AcceptedView>;

export const ConfirmedView = Type.Object(
  { status: Type.Enum(['confirmed']) },
  { title: 'ConfirmedView', examples: [{ status: 'confirmed' }] },
);
export type ConfirmedView = Static<typeof ConfirmedView>;

/** Everything that is kept of a person, for that person: secrets' hashes excepted, which tell nothing. */
export const PersonalDataView = Type.Object(
  {
    exportedAt: Instant,
    user: Type.Object({
      ...UserView.properties,
      emailVerifiedAt: InstantOrNull,
      createdAt: Instant,
      updatedAt: Instant,
    }),
    memberships: Type.Array(
      Type.Object({
        organizationId: Id,
        organizationName: Type.String(),
        role: Role,
        joinedAt: Instant,
        removedAt: InstantOrNull,
      }),
    ),
    sessions: Type.Array(Type.Object({ createdAt: Instant, expiresAt: Instant, revokedAt: InstantOrNull })),
    apiKeys: Type.Array(Type.Object({ ...ApiKeyView.properties, revokedAt: InstantOrNull })),
    acts: Type.Array(Type.Object({ at: Instant, action: Type.String(), subjectType: Type.String(), subjectId: Id }), {
      description: 'What this person did, from the audit trail.',
    }),
    notificationPreferences: Type.Union(
      [
        Type.Object({
          mail: Type.Record(Type.String(), Type.String()),
          quietHours: Type.Union([Type.Object({ start: Type.String(), end: Type.String() }), Type.Null()]),
          updatedAt: Instant,
        }),
        Type.Null(),
      ],
      { description: 'What this person has changed; null for nothing.' },
    ),
    savedSearches: Type.Array(
      Type.Object({
        id: Id,
        name: Type.String(),
        kind: Type.Enum(['demand', 'result']),
        q: Type.String(),
        filters: Type.Record(Type.String(), Type.Unknown()),
        createdAt: Instant,
      }),
    ),
  },
  {
    title: 'PersonalDataView',
    examples: [
      {
        exportedAt: '2026-11-22T03:00:00.000Z',
        user: {
          ...userExample,
          emailVerifiedAt: null,
          createdAt: '2026-11-22T02:00:00.000Z',
          updatedAt: '2026-11-22T02:00:00.000Z',
        },
        memberships: [],
        sessions: [],
        apiKeys: [],
        acts: [],
        notificationPreferences: {
          mail: { suggestions: 'weekly' },
          quietHours: { start: '22:00', end: '07:00' },
          updatedAt: '2026-11-22T02:00:00.000Z',
        },
        savedSearches: [],
      },
    ],
  },
);
export type PersonalDataView = Static<typeof PersonalDataView>;

export function toUserView(row: UserRow, role: MemberRole | null): UserView {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role,
    administrator: row.administrator,
    emailVerified: row.emailVerifiedAt !== null,
    locale: row.locale,
  };
}

export function toMemberView(user: UserRow, member: MemberRow): MemberView {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    role: member.role,
    emailVerified: user.emailVerifiedAt !== null,
    joinedAt: member.createdAt.toISOString(),
  };
}

export function toApiKeyView(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    expiresAt: instantOrNull(row.expiresAt),
    createdAt: row.createdAt.toISOString(),
  };
}

interface PersonalRows {
  user: UserRow;
  memberships: readonly { member: MemberRow; organizationName: string }[];
  sessions: readonly SessionRow[];
  apiKeys: readonly ApiKeyRow[];
  acts: readonly { at: Date; action: string; subjectType: string; subjectId: string }[];
  preferences: PreferenceRow | undefined;
  searches: readonly SavedSearchRow[];
}

type Settings = Awaited<ReturnType<typeof listSettingsOf>>;
type PreferenceRow = NonNullable<Settings['preferences']>;
type SavedSearchRow = Settings['searches'][number];

export function toPersonalDataView(rows: PersonalRows, role: MemberRole | null, now: Date): PersonalDataView {
  const { user } = rows;
  return {
    exportedAt: now.toISOString(),
    user: {
      ...toUserView(user, role),
      emailVerifiedAt: instantOrNull(user.emailVerifiedAt),
      createdAt: user.createdAt.toISOString(),
      updatedAt: user.updatedAt.toISOString(),
    },
    memberships: rows.memberships.map(({ member, organizationName }) => ({
      organizationId: member.organizationId,
      organizationName,
      role: member.role,
      joinedAt: member.createdAt.toISOString(),
      removedAt: instantOrNull(member.removedAt),
    })),
    sessions: rows.sessions.map((row) => ({
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      revokedAt: instantOrNull(row.revokedAt),
    })),
    apiKeys: rows.apiKeys.map((row) => ({ ...toApiKeyView(row), revokedAt: instantOrNull(row.revokedAt) })),
    acts: rows.acts.map((act) => ({ ...act, at: act.at.toISOString() })),
    notificationPreferences: rows.preferences === undefined ? null : toPreferencesExport(rows.preferences),
    savedSearches: rows.searches.map(({ id, name, kind, q, filters, createdAt }) => {
      return { id, name, kind, q, filters, createdAt: createdAt.toISOString() };
    }),
  };
}

function toPreferencesExport({ modes, quietStart, quietEnd, updatedAt }: PreferenceRow) {
  const quietHours = quietStart === null || quietEnd === null ? null : { start: quietStart, end: quietEnd };
  return { mail: modes, quietHours, updatedAt: updatedAt.toISOString() };
}

function instantOrNull(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
