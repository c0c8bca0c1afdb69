import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import type { Ctx } from '../../core/ctx.ts';
import { escapeCell } from '../../core/spreadsheets.ts';
import { type ColumnValidation, columnLetters, workbookOf } from '../../core/workbook.ts';
import { Terms } from '../columns/terms.ts';
import { kindSeen } from '../gathered.ts';
import { HeaderFinder } from '../header.ts';
import type { ImportKind } from '../inputs.ts';
import { importedKinds } from '../kinds.ts';

const headers = loadImportHeaders();

const choicesSheet = '选项';

/**
 * An empty spreadsheet to fill in: drop-downs from the vocabularies as they are now, a note at every column. For a campaign
 * with its questions, and with what it gathers only.
 * @throws AppError NOT_FOUND for a campaign that the actor may not see, INVALID_INPUT for what campaigns do not gather
 */
export async function importTemplate(
  ctx: Ctx,
  kindName: ImportKind,
  campaignId: string | undefined,
): Promise<AsyncGenerator<Buffer>> {
  const kind = campaignId === undefined ? importedKinds[kindName] : await kindSeen(ctx, kindName, campaignId);
  const { columns } = kind;
  const finder = new HeaderFinder(columns, { ...headers[kind.plural], ...kind.headers });
  const terms = await Terms.load(
    ctx.db,
    columns.flatMap(({ reader }) => reader.vocabulary ?? []),
  );
  const offered = columns.map(({ reader, isOffered }) =>
    reader.vocabulary === undefined
      ? (reader.choices ?? []).map(escapeCell)
      : terms.choices(reader.vocabulary, isOffered),
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
  const notes = [
    ...(kind.remarks ?? []),
    ...columns.map((column) => [
      `${finder.headerOf(column)}${column.isRequired || column.isAskedFor ? ' *' : ''}`,
      column.note.zh,
      column.note.en,
      finder.otherNamesOf(column).join('、'),
    ]),
  ].map((cells) => cells.map(escapeCell));
  const header = columns.map((column) => String(escapeCell(finder.headerOf(column))));
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
