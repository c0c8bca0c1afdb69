import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { type CellValue, csvOf, jsonOf, objectOf, xlsxOf } from '../../core/spreadsheets.ts';
import { readTransaction, type Tx } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { getTerms } from '../../vocabularies/service.ts';
import type { ExportContracts } from '../inputs.ts';
import { audienceOf, type Reader, scopeOf } from '../policy.ts';
import { getContractRow, listContractRows } from '../store.ts';
import { type FormColumn, type FormNames, formColumns, namedTerms } from '../views/form.ts';
import type { ContractView } from '../views.ts';
import { factsOf, readerOf, viewsOf } from './read.ts';

export type ExportFormat = 'xlsx' | 'csv' | 'json';

/** Forms to send: text as it is made, or the bytes of a workbook. */
export type ExportedForms = AsyncGenerator<string> | Buffer | string;

const sheetName = '技术合同登记表';

/** Read in one short transaction; a reader who is slow to take them holds no connection. */
const rowsAtOnce = 500;

/** A workbook is made in memory; longer lists go as CSV or JSON, which are streamed. */
const maxWorkbookRows = 10_000;

type Rows = readonly (readonly CellValue[])[];

/** The form of one contract, as a list of one; JSON is the one object. */
export async function exportContract(
  ctx: Ctx,
  id: string,
  format: ExportFormat,
): Promise<{ code: string; content: ExportedForms }> {
  const { code, columns, rows } = await readTransaction(ctx, async (tx) => {
    const row = found(await getContractRow(tx, id));
    const reader = await readerOf(tx, ctx.actor);
    const columns = formColumns(audienceOf(reader, factsOf(row)) !== 'officer');
    return { code: row.code, columns, rows: await toRows(tx, await viewsOf(tx, reader, [row]), columns) };
  });
  const header = columns.map((column) => column.header);
  if (format === 'json') return { code, content: JSON.stringify(objectOf(header, found(rows[0]))) };
  return { code, content: await contentOf(format, columns, batchesOf(rows)) };
}

/**
 * The forms of all contracts that the list with these filters would show, newest first; what is drafted meanwhile is not
 * among them. CSV and JSON are read and sent some hundred rows at a time.
 * @throws AppError INVALID_INPUT for a workbook of more than `maxWorkbookRows`
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
  return await contentOf(format, columns, batchesOf(first.done ? [] : first.value, pages));
}

async function contentOf(
  format: ExportFormat,
  columns: readonly FormColumn[],
  batches: AsyncGenerator<Rows>,
): Promise<ExportedForms> {
  const header = columns.map((column) => column.header);
  if (format === 'csv') return csvOf(header, batches);
  if (format === 'json') return jsonOf(header, batches);
  const all: (readonly CellValue[])[] = [];
  for await (const rows of batches) {
    all.push(...rows);
    if (all.length > maxWorkbookRows) throw tooLong();
  }
  return await xlsxOf(sheetName, header, all);
}

function tooLong() {
  return invalidInput({
    pointer: '/querystring/format',
    code: 'maxItems',
    message: {
      zh: `超过 ${maxWorkbookRows} 份合同，请缩小范围，或导出 csv、json`,
      en: `there are more than ${maxWorkbookRows} contracts; narrow the list, or take csv or json`,
    },
  });
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
