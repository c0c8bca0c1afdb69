import { type Static, Type } from 'typebox';
import type { MemberRole } from '../../core/actor.ts';
import type { listSettingsOf } from '../store/personal-data.ts';
import type { ApiKeyRow, MemberRow, SessionRow, UserRow } from '../store.ts';
import { toUserView, UserView } from './accounts.ts';
import { ApiKeyView, toApiKeyView } from './api-keys.ts';
import { Id, Instant, InstantOrNull, instantOrNull, Role, userExample } from './parts.ts';

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
