import { type Static, Type } from 'typebox';
import type { MemberRole } from '../../core/actor.ts';
import { OrganizationView } from '../../organizations/views.ts';
import type { MemberRow, UserRow } from '../store.ts';
import { Id, Instant, Role, userExample } from './parts.ts';

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
