import type { InputFault } from '../../core/errors.ts';
import type { Db } from '../../core/transaction.ts';
import { getOrganizationRows } from '../store.ts';

/**
 * Of these organizations, those that may not be matched at present: whoever is suspended or not verified yet. The one
 * place that says so, for every capability that must keep such an organization out.
 */
export async function listRestrictedOrganizationIds(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await getOrganizationRows(db, [...new Set(ids)]);
  return new Set(rows.filter((row) => row.status !== 'verified').map((row) => row.id));
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
