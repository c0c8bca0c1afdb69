import type { Tx } from '../../core/transaction.ts';
import type { ImportKind } from '../inputs.ts';
import { importedKinds } from '../kinds.ts';
import { codeInKey } from '../rules.ts';
import { findImportedRecords } from '../store.ts';

/** Records that these rows stand for already, by "owner/key": made of them before, or exported as them. */
export async function findKnownRecords(
  tx: Tx,
  kind: ImportKind,
  rows: readonly { organizationId: string; rowKey: string }[],
): Promise<Map<string, string>> {
  const known = await findImportedRecords(tx, kind, rows);
  const codes = new Map(rows.flatMap(({ rowKey }) => codeInKey(rowKey) ?? []).map((code) => [code, `key:${code}`]));
  for (const { id, code, organizationId } of await importedKinds[kind].findByCode(tx, [...codes.keys()]))
    known.set(`${organizationId}/${codes.get(code)}`, id);
  return known;
}
