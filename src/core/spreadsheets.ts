import { stringify } from 'csv-stringify/sync';
import { workbookOf } from './workbook.ts';

/** A cell of a table: text, a number in the unit that its column's header names, or nothing. */
export type CellValue = string | number | null;

/** Rows of cells as they come from the database, some at a time. */
export type Batches = AsyncIterable<readonly (readonly CellValue[])[]>;

/**
 * Text as a spreadsheet shows it: what begins like a formula gets an apostrophe before it (OWASP, CSV injection). In
 * XLSX, too, for people save what they opened as CSV. One that has apostrophes there gets one more, so that `bareCell` finds each again.
 */
export function escapeCell(value: CellValue): CellValue {
  return typeof value === 'string' && /^'*[=+\-@\t\r\0]/.test(value) ? `'${value}` : value;
}

/** Text as it was before it was escaped. */
export function bareCell(text: string): string {
  return /^'+[=+\-@\t\r\0]/.test(text) ? text.slice(1) : text;
}

/** RFC 4180 in UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding. */
export async function* csvOf(header: readonly string[], batches: Batches): AsyncGenerator<string> {
  yield `\uFEFF${csvLines([header])}`;
  for await (const rows of batches) if (rows.length > 0) yield csvLines(rows);
}

function csvLines(rows: readonly (readonly CellValue[])[]): string {
  return stringify(
    rows.map((row) => row.map(escapeCell)),
    { record_delimiter: 'windows' },
  );
}

export type TableFormat = 'xlsx' | 'csv' | 'json';

/** A table in one of the formats, made while it is read. */
export function tableOf(
  format: TableFormat,
  { sheet, header, batches }: { sheet: string; header: readonly string[]; batches: Batches },
): AsyncGenerator<string | Buffer> {
  if (format === 'csv') return csvOf(header, batches);
  return format === 'json' ? jsonOf(header, batches) : xlsxOf(sheet, header, batches);
}

/** A row as an object with the headers as names. */
export function objectOf(header: readonly string[], row: readonly CellValue[]): Record<string, CellValue> {
  return Object.fromEntries(header.map((name, at) => [name, row[at] ?? null]));
}

/** An array of objects with the headers as names. */
export async function* jsonOf(header: readonly string[], batches: Batches): AsyncGenerator<string> {
  let separator = '[';
  for await (const rows of batches) {
    for (const row of rows) {
      yield `${separator}${JSON.stringify(objectOf(header, row))}`;
      separator = ',\n';
    }
  }
  yield separator === '[' ? '[]' : ']';
}

/** A workbook of one sheet, its header kept in sight. */
export function xlsxOf(sheet: string, header: readonly string[], batches: Batches): AsyncGenerator<Buffer> {
  return workbookOf({ name: sheet, header, batches: escaped(batches) });
}

async function* escaped(batches: Batches): AsyncGenerator<CellValue[][]> {
  for await (const rows of batches) yield rows.map((row) => row.map(escapeCell));
}
