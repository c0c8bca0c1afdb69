import type { Actor } from '../core/actor.ts';
import { notFound } from '../core/errors.ts';

/** Whose entries an actor may read: all of them, or those of these markets. */
export type AuditScope = 'all' | { marketIds: readonly string[] };

/**
 * A market's staff read what happened in their territory, the administrator everything.
 * @throws AppError NOT_FOUND for everybody else
 */
export function auditScopeOf(actor: Actor): AuditScope {
  if (actor.kind === 'user' && actor.administrator) return 'all';
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director'))
    return { marketIds: actor.marketIds };
  throw notFound();
}
