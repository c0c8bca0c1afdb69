import { regionChain } from '../../core/region-codes.ts';
import { type Columns, type ValueColumn, valueColumns } from './columns.ts';

/** The different values of a column in all segments of a kind, each with a number of its own, for as long as the process lives. */
export interface ValueTable {
  values: string[];
  /** The codes for which a document with that value counts, each once. */
  codes: string[][];
  numbers: Map<string, number>;
}

export type ValueTables = Record<ValueColumn, ValueTable>;

const lists: readonly ValueColumn[] = ['technologyField', 'industry', 'cooperationMode', 'iprKind'];

export function emptyValueTables(): ValueTables {
  const empty = (): ValueTable => ({ values: [], codes: [], numbers: new Map() });
  return Object.fromEntries(valueColumns.map((column) => [column, empty()])) as ValueTables;
}

/** The values of a segment's documents by their numbers in the tables, which grow by what they do not have. */
export function numberValues(tables: ValueTables, columns: Columns): Record<ValueColumn, Uint32Array> {
  const numbered = valueColumns.map((column, at) => {
    const numbers = (columns.dictionaries[at] ?? []).map((value) => numberOf(column, tables[column], value));
    return [column, Uint32Array.from(columns.codes[at] ?? [], (code) => numbers[code] ?? 0)];
  });
  return Object.fromEntries(numbered) as Record<ValueColumn, Uint32Array>;
}

function numberOf(column: ValueColumn, table: ValueTable, value: string): number {
  const known = table.numbers.get(value);
  if (known !== undefined) return known;
  const number = table.values.length;
  table.values.push(value);
  table.codes.push([...new Set(codesOf(column, value))]);
  table.numbers.set(value, number);
  return number;
}

function codesOf(column: ValueColumn, value: string): string[] {
  if (value === '') return [];
  if (lists.includes(column)) return value.split(',').filter((code) => code !== '');
  return column === 'region' ? regionChain(value) : [value];
}
