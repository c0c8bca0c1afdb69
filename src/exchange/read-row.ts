import type { Text } from '../core/text.ts';
import { columnAt, type ImportColumn, put, type Surroundings } from './columns/column.ts';
import type { FoundColumn } from './header.ts';
import type { RawRow } from './reading/table.ts';

/** What is wrong with a row, and in which of its cells. */
export interface RowProblem {
  /** From 0; null for a column that the file does not have. */
  column: number | null;
  header: string;
  code: string;
  message: Text;
}

export interface ReadRow {
  number: number;
  /** What stood in the cells, by their place in the file; null for what was refused. */
  cells: (string | number | null)[];
  /** By the names of columns that are no part of the input: `key`, `organization`. */
  aside: Record<string, string>;
  input: Record<string, unknown>;
  problems: RowProblem[];
}

const refusals = {
  formula: {
    zh: '不接受公式：其值无法信任，请粘贴为数值',
    en: 'is a formula, whose value cannot be trusted; paste it as a value',
  },
  error: { zh: '单元格是一个错误值', en: 'is an error value' },
  merged: {
    zh: '被合并的单元格；请取消合并并逐行填写',
    en: 'is merged into another; undo the merging and fill each row',
  },
} as const satisfies Record<string, Text>;

const unkeepable: Text = { zh: '含有无法保存的字符', en: 'holds a character that cannot be kept' };

/** Reads the cells of a row into an input of the verb that will take it. */
export function readRow(row: RawRow, columns: readonly FoundColumn[], around: Omit<Surroundings, 'unitCny'>): ReadRow {
  const read: ReadRow = { number: row.number, cells: [], aside: {}, input: {}, problems: [] };
  // One for all cells: tens of thousands of rows are read.
  const surroundings: Surroundings = { ...around, unitCny: null };
  const refuse = ({ at, header }: FoundColumn, code: string, message: Text) =>
    void read.problems.push({ column: at, header, code, message });
  for (const found of columns) {
    const { at, column, unitCny } = found;
    const cell = row.cells[at] ?? null;
    while (read.cells.length <= at) read.cells.push(null);
    if (cell === null) continue;
    if (typeof cell !== 'object') read.cells[at] = cell;
    if (column === null) continue;
    if (typeof cell === 'object') {
      refuse(found, cell.refused, refusals[cell.refused]);
      continue;
    }
    const value = typeof cell === 'number' ? cell : cell.trim();
    if (value === '') continue;
    if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value)) {
      // Not even as what stood there.
      read.cells[at] = null;
      refuse(found, 'character', unkeepable);
      continue;
    }
    surroundings.unitCny = unitCny;
    const reading = column.reader.read(value, surroundings);
    if ('fault' in reading) refuse(found, reading.fault.code, reading.fault.message);
    else if (column.path === null) read.aside[column.name] = String(reading.value);
    else put(read.input, column.path, reading.value);
  }
  return read;
}

/** Faults of an input as problems of the cells that it was read from; what a cell's own reading found is not said twice. */
export function problemsOf(
  faults: readonly { pointer: string; code: string; message: Text }[],
  known: readonly RowProblem[],
  columns: readonly FoundColumn[],
  all: readonly ImportColumn[],
  headerOf: (column: ImportColumn) => string,
): RowProblem[] {
  const problems: RowProblem[] = [];
  for (const { pointer, code, message } of faults) {
    const column = columnAt(all, pointer);
    const found = columns.find((one) => one.column === column && column !== undefined);
    if (found !== undefined && known.some((one) => one.column === found.at)) continue;
    problems.push({
      column: found?.at ?? null,
      header: found?.header ?? (column === undefined ? pointer : headerOf(column)),
      code,
      message,
    });
  }
  return problems;
}
