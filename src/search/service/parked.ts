import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { decodeTimeCursor, type Page, type PageKey, toPage } from '../../core/paging.ts';
import { type Db, transaction } from '../../core/transaction.ts';
import type { ListParkedRecords } from '../inputs.ts';
import { looksAfterParked, mayListParked } from '../policy.ts';
import { getRecordsOfKind, type SearchedRecord } from '../sources.ts';
import { findParkedRecord, listParkedRecords as listRows, type ParkedRecordRow } from '../store/parked.ts';
import { type ParkedRecordView, toParkedRecordView } from '../views.ts';

const rowsPerRead = 100;

type Parked = ParkedRecordRow & { record: SearchedRecord };

/** Records that cannot be found with an engine because it refuses them, the latest first, as far as the actor looks after them. */
export async function listParkedRecords(ctx: Ctx, query: ListParkedRecords): Promise<Page<ParkedRecordView>> {
  mayListParked(ctx.actor);
  const { limit = 20 } = query;
  const shown: Parked[] = [];
  let after = decodeTimeCursor(query.cursor);
  // Few are parked, and of those that are, a director's share may be small: pages are read until one is full.
  for (;;) {
    const rows = await listRows(ctx.db, after, rowsPerRead);
    shown.push(...(await withRecords(ctx.db, rows)).filter(({ record }) => looksAfterParked(ctx.actor, record)));
    const last = rows.at(-1);
    if (last === undefined || shown.length > limit) return toPage(shown, limit, keyOf, toParkedRecordView);
    after = keyOf(last);
  }
}

/**
 * Has a refused record written again by the readers of all engines: when what the engine said was its own trouble, or
 * after a change of it. What is refused again stays parked, with the new reason.
 * @throws AppError NOT_FOUND for what is not parked and for who does not look after it
 */
export async function retryParkedRecord(ctx: Ctx, id: string): Promise<ParkedRecordView> {
  return await transaction(ctx, async (tx) => {
    const row = await findParkedRecord(tx, id);
    const [parked] = await withRecords(tx, row === undefined ? [] : [row]);
    if (parked === undefined || !looksAfterParked(ctx.actor, parked.record)) throw notFound();
    const subject = { subjectType: parked.kind, subjectId: id };
    await audit(tx, ctx, { action: 'search.retry', ...subject, marketId: parked.record.homeMarketId });
    await emit(tx, ctx, { type: 'search.retry_requested', ...subject });
    return toParkedRecordView(parked);
  });
}

function keyOf({ parkedAt, id }: ParkedRecordRow): PageKey {
  return { at: parkedAt.toISOString(), id };
}

async function withRecords(db: Db, rows: readonly ParkedRecordRow[]): Promise<Parked[]> {
  const records = new Map<string, SearchedRecord>();
  for (const kind of ['demand', 'result'] as const) {
    const ids = rows.filter((row) => row.kind === kind).map(({ id }) => id);
    for (const record of await getRecordsOfKind(db, kind, ids)) records.set(record.id, record);
  }
  return rows.flatMap((row) => {
    const record = records.get(row.id);
    return record === undefined ? [] : [{ ...row, record }];
  });
}
