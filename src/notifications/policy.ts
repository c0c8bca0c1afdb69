import type { Actor, UserActor } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';

/**
 * An inbox is one person's own; nobody else reads it, whatever their role.
 * @throws AppError UNAUTHENTICATED for anyone who is not a person
 */
export function reader(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new AppError('UNAUTHENTICATED', { zh: '请先登录。', en: 'Sign in first.' });
}
