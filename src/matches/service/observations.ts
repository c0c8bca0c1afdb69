import type { Ctx } from '../../core/ctx.ts';
import { decodeTimeCursor, type Page, toPage } from '../../core/paging.ts';
import type { ListMatchObservations } from '../inputs.ts';
import { mayReadObservations } from '../policy.ts';
import { listObservationRows } from '../store.ts';
import { type MatchObservationView, toMatchObservationView } from '../views.ts';

/** A transaction that commits late would otherwise put its rows before a cursor that has passed them. */
const settledAfterMs = 60_000;

/** Oldest first, for an export that goes on where it stopped. @throws AppError FORBIDDEN unless an administrator asks */
export async function listMatchObservations(
  ctx: Ctx,
  query: ListMatchObservations,
): Promise<Page<MatchObservationView>> {
  mayReadObservations(ctx.actor);
  const { limit = 100 } = query;
  const until = new Date(ctx.clock.now().getTime() - settledAfterMs);
  const rows = await listObservationRows(ctx.db, { after: decodeTimeCursor(query.cursor), until, limit });
  return toPage(rows, limit, (row) => ({ at: row.at.toISOString(), id: row.id }), toMatchObservationView);
}
