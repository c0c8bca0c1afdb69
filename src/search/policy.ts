import { type Actor, refuseSuspended, type UserActor } from '../core/actor.ts';
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
