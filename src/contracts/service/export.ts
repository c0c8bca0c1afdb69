import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { type CellValue, objectOf, type TableFormat, tableOf } from '../../core/spreadsheets.ts';
import { readTransaction, type Tx } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { getTerms } from '../../vocabularies/service.ts';
import type { ExportContracts } from '../inputs.ts';
import { audienceOf, type Reader, scopeOf } from '../policy.ts';
import { getContractRow, listContractRows } from '../store.ts';
import { type FormColumn, type FormNames, formColumns, namedTerms } from '../views/form.ts';
import type { ContractView } from '../views.ts';
import { factsOf, readerOf, viewsOf } from './read.ts';

/** Forms to send, made while they are sent. */
export type ExportedForms = AsyncGenerator<string | Buffer> | string;

const sheetName = '技术合同登记表';

/** Read in one short transaction; a reader who is slow to take them holds no connection. */
const rowsAtOnce = 200;

type Rows = readonly (readonly CellValue[])[];

/** The form of one contract, as a list of one; JSON is the one object. */
export async function exportContract(
  ctx: Ctx,
  id: string,
  format: TableFormat,
): Promise<{ code: string; content: ExportedForms }> {
  const { code, columns, rows } = await readTransaction(ctx, async (tx) => {
    const row = found(await getContractRow(tx, id));
    const reader = await readerOf(tx, ctx.actor);
    const columns = formColumns(audienceOf(reader, factsOf(row)) !== 'officer');
    return { code: row.code, columns, rows: await toRows(tx, await viewsOf(tx, reader, [row]), columns) };
  });
  const header = columns.map((column) => column.header);
  if (format === 'json') return { code, content: JSON.stringify(objectOf(header, found(rows[0]))) };
  return { code, content: contentOf(format, columns, batchesOf(rows)) };
}

/**
 * The forms of all contracts that the list with these filters would show, newest first; what is drafted meanwhile is not
 * among them. Read and sent two hundred rows at a time.
 */
export async function exportContracts(
  ctx: Ctx,
  { format = 'xlsx', ...filter }: ExportContracts,
): Promise<ExportedForms> {
  const reader = await readerOf(ctx.db, ctx.actor);
  const columns = formColumns(reader.bureauRegionCode === null);
  const pages = readPages(ctx, reader, filter, columns);
  // Read before anything is sent, so that a database that is away is a problem and no torn file.
  const first = await pages.next();
  return contentOf(format, columns, batchesOf(first.done ? [] : first.value, pages));
}

function contentOf(format: TableFormat, columns: readonly FormColumn[], batches: AsyncGenerator<Rows>): ExportedForms {
  return tableOf(format, { sheet: sheetName, header: columns.map((column) => column.header), batches });
}

async function* batchesOf(first: Rows, further?: AsyncGenerator<Rows>): AsyncGenerator<Rows> {
  yield first;
  if (further !== undefined) yield* further;
}

async function* readPages(
  ctx: Ctx,
  reader: Reader,
  filter: Omit<ExportContracts, 'format'>,
  columns: readonly FormColumn[],
): AsyncGenerator<Rows> {
  const scope = scopeOf(reader);
  let after: { at: string; id: string } | null = null;
  do {
    const from: typeof after = after;
    const page = await readTransaction(ctx, async (tx) => {
      const found = await listContractRows(tx, { ...filter, scope }, { after: from, limit: rowsAtOnce });
      return { last: found.at(-1), rows: await toRows(tx, await viewsOf(tx, reader, found), columns) };
    });
    yield page.rows;
    after = page.rows.length < rowsAtOnce || !page.last ? null : { at: '', id: page.last.id };
  } while (after !== null);
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
