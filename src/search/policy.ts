import { type Actor, brokersFor, refuseSuspended, type UserActor } from '../core/actor.ts';
import { AppError, forbidden } from '../core/errors.ts';

/**
 * Saved searches are one person's own; nobody else reads them, whatever their role.
 * @throws AppError UNAUTHENTICATED for anyone who is not a person
 */
export function owner(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new AppError('UNAUTHENTICATED', { zh: '请先登录。', en: 'Sign in first.' });
}

/**
 * Members save searches, for as long as they are members.
 * @throws AppError FORBIDDEN for people of no organization, or of a suspended one
 */
export function maySaveSearches(actor: Actor): UserActor & { organizationId: string } {
  const person = owner(actor);
  refuseSuspended(person);
  const { organizationId } = person;
  if (organizationId !== null) return { ...person, organizationId };
  throw forbidden({ zh: '只有机构成员可以保存搜索。', en: 'Only members of an organization save searches.' });
}

/** Records that a search engine refuses are looked after by the directors of their home market and above, and by the administrator. */
export function looksAfterParked(actor: Actor, { homeMarketId }: { homeMarketId: string }): boolean {
  if (actor.kind !== 'user') return false;
  return actor.administrator || (actor.role === 'director' && brokersFor(actor, homeMarketId));
}

/** @throws AppError FORBIDDEN for everybody but directors and the administrator */
export function mayListParked(actor: Actor): void {
  if (actor.kind === 'user' && (actor.administrator || actor.role === 'director')) return;
  throw forbidden({
    zh: '此列表供市场负责人和平台管理员使用。',
    en: 'This list is for directors of a market and the administrator.',
  });
}
