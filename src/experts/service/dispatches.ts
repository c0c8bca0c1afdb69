import type { Ctx } from '../../core/ctx.ts';
import { invalidInput } from '../../core/errors.ts';
import { decodeCursor, toPage } from '../../core/paging.ts';
import type { ListDispatches } from '../inputs.ts';
import { dispatchScopeOf } from '../policy.ts';
import { listDispatchRows, totalDispatches } from '../store.ts';
import { type DispatchesView, toDispatchView } from '../views.ts';

/**
 * What experts did in a territory and period, newest first, with the totals of all pages: for market staff and the
 * administrator. A market outside the territory has none.
 */
export async function listDispatches(ctx: Ctx, query: ListDispatches): Promise<DispatchesView> {
  const { limit = 20, cursor, marketId, ...period } = query;
  const territory = dispatchScopeOf(ctx.actor);
  const inTerritory = territory === null || marketId === undefined || territory.includes(marketId);
  const marketIds = marketId === undefined ? territory : inTerritory ? [marketId] : [];
  const after = decodeCursor(cursor);
  if (after !== null && !/^\d{4}-\d{2}-\d{2}$/.test(after.at)) throw foreignCursor();
  const filter = { ...period, marketIds };
  const rows = await listDispatchRows(ctx.db, { ...filter, after, limit });
  const page = toPage(rows, limit, ({ service }) => ({ at: service.servedOn, id: service.id }), toDispatchView);
  return { ...page, totals: await totalDispatches(ctx.db, filter) };
}

function foreignCursor() {
  return invalidInput({
    pointer: '/querystring/cursor',
    code: 'cursor',
    message: { zh: '游标不属于此列表', en: 'this cursor belongs to another list' },
  });
}
