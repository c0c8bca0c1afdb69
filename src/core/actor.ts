import { forbidden } from './errors.ts';
import type { Locale } from './text.ts';

export type OrganizationKind = 'enterprise' | 'university' | 'market' | 'government' | 'peer';
export type MemberRole = 'admin' | 'member' | 'broker' | 'director' | 'officer';

/** A signed-in person, or a machine acting for one with an API key. */
export interface UserActor {
  kind: 'user';
  userId: string;
  administrator: boolean;
  emailVerified: boolean;
  locale: Locale;
  organizationId: string | null;
  organizationKind: OrganizationKind | null;
  organizationStatus: 'pending' | 'verified' | 'suspended' | null;
  role: MemberRole | null;
  /** The actor's own market and all below it: a broker's territory. Empty for everyone else. */
  marketIds: readonly string[];
  /** null for a session; what an API key may do otherwise. */
  scopes: readonly string[] | null;
}

export type Actor = { kind: 'anonymous' } | { kind: 'system'; name: string } | UserActor;

export const anonymous: Actor = { kind: 'anonymous' };

/** Names the actor in idempotency keys and audit rows. */
export function actorKey(actor: Actor): string {
  if (actor.kind === 'user') return `user:${actor.userId}`;
  return actor.kind === 'system' ? `system:${actor.name}` : 'anonymous';
}

/** Whether the actor brokers for this home market: works at it or at a market above it. */
export function brokersFor(actor: Actor, homeMarketId: string): boolean {
  return (
    actor.kind === 'user' &&
    (actor.role === 'broker' || actor.role === 'director') &&
    actor.marketIds.includes(homeMarketId)
  );
}

/** Whether the actor belongs to the organization, in any role. */
export function belongsTo(actor: Actor, organizationId: string): boolean {
  return actor.kind === 'user' && actor.organizationId === organizationId;
}

/** Members of a suspended organization may read and not act. */
export function refuseSuspended(actor: Actor): void {
  if (actor.kind !== 'user' || actor.organizationStatus !== 'suspended') return;
  throw forbidden({
    zh: '机构已被暂停，只能查看，不能操作。请联系所属市场。',
    en: 'The organization is suspended; it may read and not act. Ask its market.',
  });
}
