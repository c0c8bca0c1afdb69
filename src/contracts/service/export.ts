import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { PageKey } from '../../core/paging.ts';
import { type CellValue, objectOf, type TableFormat, tableOf } from '../../core/spreadsheets.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { getTerms } from '../../vocabularies/service.ts';
import type { ContractList } from '../inputs.ts';
import { audienceOf, scopeOf } from '../policy.ts';
import { getContractRow, listContractRows } from '../store.ts';
import { type FormColumn, type FormNames, formColumns, namedTerms } from '../views/form.ts';
import type { ContractView } from '../views.ts';
import { factsOf, readerOf, viewsOf } from './read.ts';

/** What the register is called: 认定登记 is by this form. */
export const formName = '技术合同登记表';

/** A form by the names of its fields. */
export type ContractForm = Record<string, CellValue>;

type Rows = readonly (readonly CellValue[])[];

/** The form of one contract, as a list of one; JSON is the one object. Who took it, with its contacts and accounts, is written down. */
export async function exportContract(
  ctx: Ctx,
  id: string,
  format: TableFormat,
): Promise<{ code: string; content: AsyncGenerator<string | Buffer> | string }> {
  const { code, columns, rows } = await transaction(ctx, async (tx) => {
    const row = found(await getContractRow(tx, id));
    const reader = await readerOf(tx, ctx.actor);
    const columns = formColumns(audienceOf(reader, factsOf(row)) !== 'officer');
    const rows = await toRows(tx, await viewsOf(tx, reader, [row]), columns);
    await audit(tx, ctx, {
      action: 'contract.export',
      subjectType: 'contract',
      subjectId: id,
      marketId: row.marketId,
      details: { format },
    });
    return { code: row.code, columns, rows };
  });
  const header = columns.map((column) => column.header);
  if (format === 'json') return { code, content: JSON.stringify(objectOf(header, found(rows[0]))) };
  return { code, content: tableOf(format, { sheet: formName, header, batches: batchOf(rows) }) };
}

async function* batchOf(rows: Rows): AsyncGenerator<Rows> {
  yield rows;
}

/** The fields of the forms of a list, in their order: an officer's have no contacts, no accounts and not who gets what. */
export function formFields(actor: Actor): string[] {
  return formColumns(actor.kind !== 'user' || actor.role !== 'officer').map(({ header }) => header);
}

/**
 * The forms of all contracts that the list shows, newest first.
 * @returns what reads the next of it; fewer than asked for are the last
 */
export async function openContracts(
  tx: Tx,
  ctx: Ctx,
  query: ContractList,
): Promise<(tx: Tx, limit: number) => Promise<ContractForm[]>> {
  const reader = await readerOf(tx, ctx.actor);
  const fields = formFields(ctx.actor);
  const columns = formColumns(true).filter(({ header }) => fields.includes(header));
  let after: PageKey | null = null;
  return async (tx, limit) => {
    const page = await listContractRows(tx, { ...query, scope: scopeOf(reader) }, { after, limit });
    const last = page.at(-1);
    if (last !== undefined) after = { at: '', id: last.id };
    const rows = await toRows(tx, await viewsOf(tx, reader, page), columns);
    return rows.map((row) => objectOf(fields, row));
  };
}

async function toRows(tx: Tx, contracts: readonly ContractView[], columns: readonly FormColumn[]): Promise<Rows> {
  const terms = await getTerms(tx, namedTerms(contracts));
  const markets = await getOrganizationRows(tx, [...new Set(contracts.map((contract) => contract.marketId))]);
  const nameOf = new Map(markets.map((market) => [market.id, market.name]));
  const names: FormNames = {
    term: (vocabulary, code) => (code === null ? null : (terms.get(`${vocabulary}/${code}`)?.zh ?? code)),
    market: (id) => nameOf.get(id) ?? '',
  };
  return contracts.map((contract) => columns.map((column) => column.value(contract, names)));
}
