import { type Actor, type MemberRole, refuseSuspended, type UserActor } from '../core/actor.ts';
import { AppError, forbidden } from '../core/errors.ts';

/** Who answers for an organization's programs: its admins, a market's directors, a bureau's officers. */
const managing: ReadonlySet<MemberRole> = new Set<MemberRole>(['admin', 'director', 'officer']);

export type Manager = UserActor & { organizationId: string };

/**
 * Endpoints are their organization's own; they are read by those who manage them, since an address may hold a key.
 * @throws AppError FORBIDDEN for everybody else
 */
export function manager(actor: Actor): Manager {
  if (actor.kind !== 'user') throw new AppError('UNAUTHENTICATED', { zh: '请先登录。', en: 'Sign in first.' });
  const { organizationId, role } = actor;
  if (organizationId !== null && role !== null && managing.has(role)) return { ...actor, organizationId };
  throw forbidden({
    zh: '只有本机构管理员（市场为主任）可以管理 Webhook。',
    en: 'Webhooks are managed by the admins of the organization, at a market by its directors.',
  });
}

/**
 * What makes us call a server needs an organization that somebody knows.
 * @throws AppError FORBIDDEN also for people of an organization that is not verified, or suspended
 */
export function mayHaveUsCall(actor: Actor): Manager {
  const person = manager(actor);
  refuseSuspended(person);
  if (person.organizationStatus === 'verified') return person;
  throw forbidden({
    zh: '机构通过审核后才能使用 Webhook。',
    en: 'Webhooks can be used once the organization is verified.',
  });
}
