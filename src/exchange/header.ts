import { columnLetters } from '../core/workbook.ts';
import type { ImportColumn } from './columns/column.ts';
import { type RawRow, TableFault } from './reading/table.ts';

/** A column of the file, and what it was recognised as. */
export interface FoundColumn {
  /** From 0. */
  at: number;
  header: string;
  column: ImportColumn | null;
  /** Yuan that the header's unit stands for. */
  unitCny: number | null;
}

export interface FoundHeader {
  /** As the spreadsheet counts. */
  rowNumber: number;
  columns: FoundColumn[];
}

/** Names of columns as people write them: with stars, brackets, full-width letters and blanks of their own. */
function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[([【].*?[)\]】]/g, '')
    .replaceAll(/[*:\s"'“”]/g, '');
}

export function unitOf(header: string): number | null {
  if (/万元|10k|ten thousand/i.test(header)) return 10_000;
  return /元|cny|yuan/i.test(header) ? 1 : null;
}

export class HeaderFinder {
  readonly #columns: readonly ImportColumn[];
  readonly #exactly = new Map<string, ImportColumn>();
  readonly #byName = new Map<string, ImportColumn>();
  readonly #names: Readonly<Record<string, readonly string[]>>;

  /** @param columns of two with one name the first has it; @param names what each goes by, first the template's header */
  constructor(columns: readonly ImportColumn[], names: Readonly<Record<string, readonly string[]>>) {
    this.#columns = columns;
    this.#names = names;
    for (const one of columns) {
      for (const name of names[one.name] ?? []) {
        if (!this.#exactly.has(name)) this.#exactly.set(name, one);
        if (!this.#byName.has(plain(name))) this.#byName.set(plain(name), one);
      }
    }
  }

  /** The first of a column's names by which it is recognised: a question may be called as a column that wins. */
  headerOf(column: ImportColumn): string {
    return (this.#names[column.name] ?? []).find((name) => this.#called(name) === column) ?? column.name;
  }

  /** What else it may be called. */
  otherNamesOf(column: ImportColumn): string[] {
    const header = this.headerOf(column);
    return (this.#names[column.name] ?? []).filter((name) => name !== header && this.#called(name) === column);
  }

  /** To the letter first: of two questions that differ in what is in brackets each is its own. */
  #called(name: string): ImportColumn | null {
    return this.#exactly.get(name.trim()) ?? this.#byName.get(plain(name)) ?? null;
  }

  /** The header that a row is; null for a title above it. @throws TableFault for one that cannot be read unmistakably */
  find(row: RawRow): FoundHeader | null {
    const columns = row.cells.flatMap((cell, at): FoundColumn[] => {
      if (typeof cell !== 'string') return [];
      return [{ at, header: cell.trim(), column: this.#called(cell), unitCny: unitOf(cell) }];
    });
    const known = columns.filter(({ column }) => column !== null);
    const required = this.#columns.filter((one) => one.isRequired);
    if (known.length === 0 || !required.every((one) => known.some(({ column }) => column === one))) return null;
    const merged = row.cells.findIndex(
      (cell) => typeof cell === 'object' && cell !== null && cell.refused === 'merged',
    );
    if (merged !== -1) throw new TableFault('merged_header', `${columnLetters(merged)}${row.number}`);
    for (const one of known) {
      const same = known.filter(({ column }) => column === one.column);
      if (same.length > 1) throw new TableFault('same_header', same.map(({ header }) => header).join('、'));
    }
    return { rowNumber: row.number, columns };
  }

  /** What was looked for, for whoever has not written it. */
  wanted(): string {
    return this.#columns
      .filter((one) => one.isRequired)
      .map((one) => this.headerOf(one))
      .join('、');
  }
}
