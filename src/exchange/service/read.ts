import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, encodeCursor, type Page, toPage } from '../../core/paging.ts';
import { escapeCell } from '../../core/spreadsheets.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { type MarkedCell, workbookOf } from '../../core/workbook.ts';
import type { ListImports, ListProblems } from '../inputs.ts';
import { maySeeImport } from '../policy.ts';
import {
  deleteExpiredImports,
  type FileRow,
  getImportRow,
  type ImportRow,
  listFileRows,
  listImportRows,
} from '../store.ts';
import { type ImportProblemView, type ImportView, toImportView, toProblemViews } from '../views.ts';

async function load(tx: Tx, ctx: Ctx, id: string): Promise<ImportRow> {
  const row = found(await getImportRow(tx, id));
  maySeeImport(ctx.actor, row);
  return row;
}

export async function getImport(ctx: Ctx, id: string): Promise<ImportView> {
  return await readTransaction(ctx, async (tx) => toImportView(await load(tx, ctx, id)));
}

/** What the actor has imported, newest first; nothing for who belongs to no organization. */
export async function listImports(ctx: Ctx, { limit = 20, cursor, ...filter }: ListImports): Promise<Page<ImportView>> {
  const { actor } = ctx;
  const after = decodeCursor(cursor);
  const { organizationId } = actor.kind === 'user' ? actor : { organizationId: null };
  const rows =
    actor.kind !== 'user' || organizationId === null
      ? []
      : await listImportRows(ctx.db, { userId: actor.userId, organizationId }, { ...filter, after, limit });
  return toPage(rows, limit, (row) => ({ at: row.createdAt.toISOString(), id: row.id }), toImportView);
}

/** The problems of a page of rows, in the order of the file; a page ends with a row, so it may hold more than its limit. */
export async function listProblems(ctx: Ctx, id: string, query: ListProblems): Promise<Page<ImportProblemView>> {
  const { limit = 20 } = query;
  const after = decodeCursor(query.cursor);
  return await readTransaction(ctx, async (tx) => {
    await load(tx, ctx, id);
    const afterRow = Number(after?.at ?? 0) || 0;
    const rows = await listFileRows(tx, { importId: id, status: 'faulty', afterRow, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.flatMap(toProblemViews),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor({ at: String(last.rowNumber), id }) : null,
    };
  });
}

const rowsAtOnce = 200;

/** The rows with problems as they stood in the file, the cells marked, the problems beside them: to be mended and sent again. */
export async function exportProblems(ctx: Ctx, id: string): Promise<AsyncGenerator<Buffer>> {
  const row = await readTransaction(ctx, async (tx) => await load(tx, ctx, id));
  const width = Math.max(0, ...row.columns.map(({ at }) => at)) + 1;
  const header = Array.from({ length: width }, (_, at) => row.columns.find((column) => column.at === at)?.header ?? '');
  return workbookOf({
    name: row.sheet ?? '问题',
    header: [...header, '问题 Problems'],
    batches: faultyRows(ctx, id, width),
  });
}

type Cells = (string | number | null | MarkedCell)[];

async function* faultyRows(ctx: Ctx, importId: string, width: number): AsyncGenerator<Cells[]> {
  let afterRow = 0;
  for (;;) {
    const query = { importId, status: 'faulty', afterRow, limit: rowsAtOnce } as const;
    const rows = await readTransaction(ctx, async (tx) => await listFileRows(tx, query));
    yield rows.map((row) => markedCells(row, width));
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    afterRow = last.rowNumber;
  }
}

function markedCells({ rowNumber, cells, problems }: FileRow, width: number): Cells {
  const shown = Array.from({ length: width }, (_, at) => {
    const cell = escapeCell(cells[at] ?? null);
    return problems.some(({ column }) => column === at) ? { marked: cell } : cell;
  });
  const told = problems.map(({ header, message: { zh, en } }) => `${header}${header ? '：' : ''}${zh} (${en})`);
  return [...shown, `第 ${rowNumber} 行 row ${rowNumber}：${told.join('；')}`];
}

/** With the rows, which hold contacts and amounts. */
export async function removeExpiredImports(ctx: Ctx): Promise<number> {
  return await transaction(ctx, async (tx) => await deleteExpiredImports(tx, ctx.clock.now()));
}
