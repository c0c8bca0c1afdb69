import type { CellValue } from '../../core/spreadsheets.ts';
import type { VocabularyName } from '../../vocabularies/inputs.ts';
import { unitOf } from '../header.ts';
import { type ImportColumn, valueAt, type Writer } from './column.ts';
import type { Terms } from './terms.ts';

/** A column of a file that goes out. */
export interface ExportColumn {
  header: string;
  vocabulary?: VocabularyName;
  cell(view: object, terms: Terms): CellValue;
}

/** Where a view has what an import's column is of; null: it has nothing of it, and the cells are for others to fill in. */
type PlaceOf = (column: ImportColumn) => string | null;

/**
 * The columns by which a file is imported, named as in its template: what goes out can come in again.
 * @param names of the columns, as in `db/seed/import-headers.json`
 */
export function importable(
  columns: readonly ImportColumn[],
  names: Readonly<Record<string, readonly string[]>>,
  placeOf: PlaceOf,
): ExportColumn[] {
  return columns.map((column) => {
    const header = names[column.name]?.[0] ?? column.name;
    const { vocabulary, write } = column.reader;
    return { ...exported(header, placeOf(column), write), ...(vocabulary === undefined ? {} : { vocabulary }) };
  });
}

export function exported(header: string, place: string | null, write: Writer): ExportColumn {
  const unitCny = unitOf(header);
  return {
    header,
    cell: (view, terms) => {
      const value = place === null ? null : valueAt(view, place);
      return value === null ? null : write(value, { terms, unitCny });
    },
  };
}
