import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import { rehomeProjectRows } from '../store.ts';

/** In the job of `market.created`, after the demands: projects go to the market that their demand has gone to. */
export async function rehomeProjects(tx: Tx, _ctx: Ctx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeProjectRows(tx, market.regionCode);
}
