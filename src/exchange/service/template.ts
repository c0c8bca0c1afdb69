import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type ColumnValidation, columnLetters, workbookOf } from '../../core/workbook.ts';
import type { ImportColumn } from '../columns/column.ts';
import { Terms } from '../columns/terms.ts';
import { type ImportedKind, importedKinds } from '../kinds.ts';

const headers = loadImportHeaders();

const choicesSheet = '选项';

/** An empty spreadsheet to fill in: drop-downs from the vocabularies as they are now, a note at every column. */
export async function importTemplate(ctx: Ctx, plural: ImportedKind['plural']): Promise<AsyncGenerator<Buffer>> {
  const kind = Object.values(importedKinds).find((one) => one.plural === plural) ?? importedKinds.demand;
  const { columns } = kind;
  const names = headers[plural] ?? {};
  const headerOf = (column: ImportColumn) => names[column.name]?.[0] ?? column.name;
  const terms = await Terms.load(
    ctx.db,
    columns.flatMap(({ reader }) => reader.vocabulary ?? []),
  );
  const offered = columns.map(({ reader }) =>
    reader.vocabulary === undefined ? [...(reader.choices ?? [])] : terms.choices(reader.vocabulary),
  );
  const validations = columns.map((column, at): ColumnValidation => {
    const { note, reader } = column;
    const choices = offered[at] ?? [];
    const letter = columnLetters(at);
    return {
      column: at,
      note: `${note.zh}\n${note.en}`,
      ...(choices.length === 0
        ? {}
        : { list: `${choicesSheet}!$${letter}$2:$${letter}$${choices.length + 1}`, isFree: reader.isList ?? false }),
    };
  });
  const longest = Math.max(...offered.map((choices) => choices.length));
  const notes = columns.map((column) => [
    `${headerOf(column)}${column.isRequired ? ' *' : ''}`,
    column.note.zh,
    column.note.en,
    (names[column.name] ?? []).slice(1).join('、'),
  ]);
  const header = columns.map(headerOf);
  return workbookOf(
    { name: kind.sheet, header, batches: none(), validations },
    { name: '填写说明', header: ['列 Column', '说明', 'Note', '也可写作 Also recognised'], batches: once(notes) },
    {
      name: choicesSheet,
      header,
      batches: once(Array.from({ length: longest }, (_, row) => offered.map((choices) => choices[row] ?? null))),
      isHidden: true,
    },
  );
}

async function* none(): AsyncGenerator<never[]> {}

async function* once<Row>(rows: Row[]): AsyncGenerator<Row[]> {
  yield rows;
}
