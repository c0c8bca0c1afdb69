import { type Actor, refuseSuspended } from '../core/actor.ts';
import { notFound } from '../core/errors.ts';

/** Whose dead letters an actor sees: all of them, or those whose subject or recipient lies in one of these markets. */
export type DeadLetterScope = 'all' | { marketIds: readonly string[] };

/**
 * A market's staff see what did not arrive in their territory, the administrator everything.
 * @throws AppError NOT_FOUND for everybody else
 */
export function deadLetterScopeOf(actor: Actor): DeadLetterScope {
  if (actor.kind === 'user' && actor.administrator) return 'all';
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director'))
    return { marketIds: actor.marketIds };
  throw notFound();
}

/** Who sees one may have it tried again or given up. @throws AppError NOT_FOUND, FORBIDDEN */
export function mayDecide(actor: Actor): DeadLetterScope {
  const scope = deadLetterScopeOf(actor);
  refuseSuspended(actor);
  return scope;
}
