import type { UserActor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { openSnapshot, type Snapshot } from '../../core/snapshot.ts';
import { type CellValue, type TableFormat, tableOf } from '../../core/spreadsheets.ts';
import { transaction } from '../../core/transaction.ts';
import { Terms } from '../columns/terms.ts';
import type { ExportedKind } from '../exported-kinds.ts';
import { isStaff, mayExport } from '../policy.ts';

/** Of one process at once: each holds a connection for as long as its reader takes. */
const maxExports = 3;
const maxExportsPerPerson = 1;

/** Read, made and sent at once: a process has time for others between. */
const rowsAtOnce = 200;

/** Who takes a list away at the moment. */
const exporting = new Map<string, number>();

/** A file that is made while it is sent. Its caller closes it when the answer is over, however that came about. */
export interface ExportedList {
  content: AsyncGenerator<string | Buffer>;
  close(): Promise<void>;
}

/**
 * A list as a file, whole, as it stands at one moment; with what the list and its records show this reader. Who took what away,
 * and how much of it, is in the audit trail.
 * @throws AppError FORBIDDEN as the list; LIMIT_EXCEEDED while others, or the same person, take lists away
 */
export async function exportList<Query extends object>(
  ctx: Ctx,
  kind: ExportedKind<Query>,
  query: Query,
  format: TableFormat,
): Promise<ExportedList> {
  const actor = mayExport(ctx.actor);
  const leave = takeSeat(actor.userId);
  let snapshot: Snapshot | null = null;
  try {
    snapshot = await openSnapshot(ctx);
    return await startExport({ ctx, actor, kind, query, format, snapshot, leave });
  } catch (error) {
    await snapshot?.close();
    leave();
    throw error;
  }
}

/** @throws AppError LIMIT_EXCEEDED */
function takeSeat(userId: string): () => void {
  const own = exporting.get(userId) ?? 0;
  const all = [...exporting.values()].reduce((sum, count) => sum + count, 0);
  if (own >= maxExportsPerPerson || all >= maxExports) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      { zh: '正在导出其他列表，请稍后重试。', en: 'Other lists are being exported; try again shortly.' },
      { retryAfterSeconds: 10 },
    );
  }
  exporting.set(userId, own + 1);
  return () => {
    const left = (exporting.get(userId) ?? 1) - 1;
    if (left > 0) exporting.set(userId, left);
    else exporting.delete(userId);
  };
}

interface ExportParts<Query extends object> {
  ctx: Ctx;
  actor: UserActor;
  kind: ExportedKind<Query>;
  query: Query;
  format: TableFormat;
  snapshot: Snapshot;
  leave: () => void;
}

async function startExport<Query extends object>(parts: ExportParts<Query>): Promise<ExportedList> {
  const { ctx, kind, query, format, snapshot } = parts;
  const columns = kind.columns(ctx.actor, query);
  const readNext = await snapshot.read(async (tx) => await kind.open(tx, ctx, query));
  const read = () => snapshot.read(async (tx) => await readNext(tx, rowsAtOnce));
  // Read before anything is sent, so that what is refused is a problem and no torn file.
  const first = await read();
  const terms = await snapshot.read(
    async (tx) =>
      await Terms.load(
        tx,
        columns.flatMap(({ vocabulary }) => vocabulary ?? []),
      ),
  );
  const exportId = newId();
  await auditExport(parts, exportId, 'export.start', { list: kind.plural, format, ...query });
  let rows = 0;
  let isWhole = false;
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= endExport(parts, exportId, () => ({ rows, isWhole }));
    return closing;
  };
  async function* batches(): AsyncGenerator<CellValue[][]> {
    try {
      for (let items = first; ; items = await read()) {
        yield items.map((view) => columns.map((column) => column.cell(view, terms)));
        rows += items.length;
        if (items.length < rowsAtOnce) break;
      }
      isWhole = true;
    } finally {
      await close();
    }
  }
  const header = columns.map((column) => column.header);
  return { content: tableOf(format, { sheet: kind.sheet, header, batches: batches() }), close };
}

async function endExport<Query extends object>(
  parts: ExportParts<Query>,
  exportId: string,
  count: () => { rows: number; isWhole: boolean },
): Promise<void> {
  await parts.snapshot.close();
  parts.leave();
  try {
    await auditExport(parts, exportId, 'export.end', count());
  } catch (error) {
    // That it began is known; there is nobody left to tell.
    parts.ctx.log.warn({ err: error }, 'the end of an export was not written to the audit trail');
  }
}

async function auditExport<Query extends object>(
  { ctx, actor }: ExportParts<Query>,
  exportId: string,
  action: 'export.start' | 'export.end',
  details: Record<string, unknown>,
): Promise<void> {
  await transaction(ctx, async (tx) => {
    await audit(tx, ctx, {
      action,
      subjectType: 'export',
      subjectId: exportId,
      marketId: isStaff(actor) ? actor.organizationId : null,
      details,
    });
  });
}
