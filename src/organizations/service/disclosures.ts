import type { Actor } from '../../core/actor.ts';
import type { Tx } from '../../core/transaction.ts';
import { hasDisclosure } from '../store.ts';

/**
 * Whether an accepted introduction let the actor in to a demand, a result or an organization: any member of an
 * enterprise; of a university the member whose result was introduced, and the admins.
 */
export async function isDisclosedTo(tx: Tx, recordId: string, actor: Actor): Promise<boolean> {
  if (actor.kind !== 'user' || actor.organizationId === null) return false;
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return await hasDisclosure(tx, recordId, {
    organizationId: actor.organizationId,
    resultOfUserId: personal ? actor.userId : null,
  });
}
