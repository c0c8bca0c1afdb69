import type { Actor } from '../../core/actor.ts';
import type { InputFault } from '../../core/errors.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import {
  getOrganizationRow,
  getOrganizationRows,
  listUnverifiedIds,
  lockOrganization,
  type OrganizationRow,
} from '../store.ts';

/** Keeps an organization as it is, and runs that would keep matches of it waiting, until the transaction ends. */
export async function lockOrganizationRow(tx: Tx, id: string): Promise<OrganizationRow | undefined> {
  return await lockOrganization(tx, id);
}

/** The region of the bureau that an officer works at; null for everybody else. */
export async function bureauRegionCodeOf(db: Db, actor: Actor): Promise<string | null> {
  const isOfficer = actor.kind === 'user' && actor.organizationKind === 'government' && actor.role === 'officer';
  if (!isOfficer || actor.organizationId === null || actor.organizationStatus !== 'verified') return null;
  return (await getOrganizationRow(db, actor.organizationId))?.regionCode ?? null;
}

/**
 * Of these organizations, those that are suspended or not verified yet. Who asks whether an organization may act asks
 * `listRestrictedOrganizationIds` of credit, which also knows of restrictions.
 */
export async function listUnverifiedOrganizationIds(db: Db, ids: readonly string[]): Promise<Set<string>> {
  return new Set(ids.length === 0 ? [] : await listUnverifiedIds(db, [...new Set(ids)]));
}

/**
 * A fault for each id that names no organization that anybody may see: what does not exist and what is not shown are the
 * same fault, so that it tells nothing.
 * @param known ids that stand there already
 */
export async function organizationFaults(
  db: Db,
  ids: readonly string[],
  pointer: string,
  known: readonly string[] = [],
): Promise<InputFault[]> {
  const rows = await getOrganizationRows(db, ids);
  const shown = rows.filter((row) => row.status === 'verified' && row.kind !== 'market').map((row) => row.id);
  const allowed = new Set([...shown, ...known]);
  return ids.flatMap((id, at) =>
    allowed.has(id.toLowerCase()) ? [] : [{ pointer: `${pointer}/${at}`, code: 'organization', message: unknown }],
  );
}

const unknown = { zh: '没有这个机构', en: 'there is no such organization' };
