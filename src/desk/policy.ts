import type { Actor, UserActor } from '../core/actor.ts';
import { forbidden } from '../core/errors.ts';

/** The desk is for the staff of a market: it shows what their territory has to do. */
export function deskOf(actor: Actor): UserActor {
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director')) return actor;
  throw forbidden({ zh: '工作台供市场工作人员使用。', en: 'The desk is for the staff of a market.' });
}

/** Who has how much in hand is for directors to read. */
export function seesLoad(actor: UserActor): boolean {
  return actor.role === 'director';
}
