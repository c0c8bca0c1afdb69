import type { CellValue } from '../../core/spreadsheets.ts';
import type { Text } from '../../core/text.ts';
import type { VocabularyName } from '../../vocabularies/inputs.ts';
import type { Terms } from './terms.ts';

/** What a cell's text was read as, or what is wrong with it. */
export type Reading = { value: unknown } | { fault: { code: string; message: Text } };

/** What readers need besides the text. */
export interface Surroundings {
  terms: Terms;
  /** Yuan that a bare number stands for, as the column's header says; null where it names no unit. */
  unitCny: number | null;
  from1904: boolean;
}

/** The cell that a value of a view becomes: one that the reader of the same column reads as that value. */
export type Writer = (value: unknown, around: Omit<Surroundings, 'from1904'>) => CellValue;

export interface Reader {
  /** @param cell text, trimmed and not empty; or a number, as workbooks have them */
  read(cell: string | number, around: Surroundings): Reading;
  write: Writer;
  vocabulary?: VocabularyName;
  /** What a drop-down offers where no vocabulary does. */
  choices?: readonly string[];
  /** Amounts in a header with a unit. */
  isAmount?: true;
  /** Several of the vocabulary in one cell: a drop-down helps with the first and must not refuse more. */
  isList?: true;
}

export interface ImportColumn {
  /** As in `db/seed/import-headers.json`. */
  name: string;
  /** Where in the input the value goes, as `contact.name`; null for what is no part of it. */
  path: string | null;
  reader: Reader;
  /** Without it nothing can be imported. */
  isRequired: boolean;
  /** What the template says of it. */
  note: Text;
  /** A campaign asks for it: a file without it is read, and each of its rows told. */
  isAskedFor?: true;
  /** Which codes of its vocabulary a drop-down offers; all, where it is absent. */
  isOffered?: (code: string) => boolean;
}

export function column(
  name: string,
  path: string | null,
  reader: Reader,
  note: Text,
  isRequired = false,
): ImportColumn {
  return { name, path, reader, note, isRequired };
}

export function pointerOf({ path }: ImportColumn): string | null {
  return path === null ? null : `/${path.replaceAll('.', '/')}`;
}

/** Puts a value into an input, making the objects on the way. */
export function put(input: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = input;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}

/** What stands at a path of a view; null for what is not there. */
export function valueAt(view: object, path: string): unknown {
  let at: unknown = view;
  for (const name of path.split('.')) at = (at as Record<string, unknown> | null | undefined)?.[name];
  return at ?? null;
}

/** The column that a fault at a pointer is shown in: the one that holds it, or the first of those within it. */
export function columnAt(columns: readonly ImportColumn[], pointer: string): ImportColumn | undefined {
  const within = (outer: string, inner: string) => inner === outer || inner.startsWith(`${outer}/`);
  return (
    columns.find((one) => within(pointerOf(one) ?? '\0', pointer)) ??
    columns.find((one) => within(pointer, pointerOf(one) ?? '\0'))
  );
}
