import type { MemberRole, OrganizationKind, UserActor } from '../../src/core/actor.ts';
import type { Person } from './present.ts';

/** The actor that a person of the sample is, without the price of a sign-in: the sample is loaded inside the process. */
export function acting(person: Person, kind: OrganizationKind, role: MemberRole): UserActor {
  return {
    kind: 'user',
    userId: person.userId,
    administrator: false,
    emailVerified: false,
    locale: 'zh-CN',
    organizationId: person.organizationId,
    organizationKind: kind,
    organizationStatus: 'verified',
    role,
    marketIds: kind === 'market' ? [person.organizationId] : [],
    scopes: null,
  };
}

export function actingAdministrator(userId: string): UserActor {
  return {
    ...acting({ userId, organizationId: '' }, 'peer', 'member'),
    administrator: true,
    organizationId: null,
    organizationKind: null,
    role: null,
  };
}
