import type { Actor } from '../../core/actor.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { hasDisclosure } from '../store.ts';

/**
 * Whether an accepted introduction let the actor in to a demand, a result or an organization: any member of an
 * enterprise; of a university the member whose result was introduced, and the admins.
 */
export async function isDisclosedTo(db: Db, recordId: string, actor: Actor): Promise<boolean> {
  return await isLetIn(db, recordId, actor, false);
}

/** The same for the files of a demand or a result, once both parties have accepted the confidentiality agreement. */
export async function areFilesOpenTo(tx: Tx, recordId: string, actor: Actor): Promise<boolean> {
  return await isLetIn(tx, recordId, actor, true);
}

async function isLetIn(db: Db, recordId: string, actor: Actor, withFiles: boolean): Promise<boolean> {
  if (actor.kind !== 'user' || actor.organizationId === null) return false;
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return await hasDisclosure(db, recordId, {
    organizationId: actor.organizationId,
    resultOfUserId: personal ? actor.userId : null,
    withFiles,
  });
}
