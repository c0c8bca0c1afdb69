import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Db, readTransaction, type Tx } from '../../core/transaction.ts';
import { bureauRegionCodeOf, getOrganizationRow, getOrganizationRows } from '../../organizations/service.ts';
import type { ListRestrictions } from '../inputs.ts';
import { audienceOf, type Reader, scopeOf } from '../policy.ts';
import { getRestrictionRow, listRestrictionConfidential, listRestrictionRows, type RestrictionRow } from '../store.ts';
import { type RestrictionView, toRestrictionView } from '../views.ts';

export async function readerOf(db: Db, ctx: Ctx): Promise<Reader> {
  return { actor: ctx.actor, bureauRegionCode: await bureauRegionCodeOf(db, ctx.actor) };
}

/** Confidential parts are read under row-level security. In the order of the rows. */
async function viewsOf(tx: Tx, ctx: Ctx, rows: readonly RestrictionRow[]): Promise<RestrictionView[]> {
  const confidential = await listRestrictionConfidential(
    tx,
    rows.map((row) => row.id),
  );
  const ids = rows.flatMap((row) => [row.organizationId, row.imposedByOrganizationId ?? []].flat());
  const organizations = await getOrganizationRows(tx, [...new Set(ids)]);
  const names = new Map(organizations.map((organization) => [organization.id, organization.name]));
  const now = ctx.clock.now();
  return rows.map((row) => toRestrictionView(row, confidential.get(row.id), names, now));
}

/** For an actor who has been found to be of its audience. */
export async function viewRestriction(tx: Tx, ctx: Ctx, row: RestrictionRow): Promise<RestrictionView> {
  return found((await viewsOf(tx, ctx, [row]))[0]);
}

export async function getRestriction(ctx: Ctx, id: string): Promise<RestrictionView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getRestrictionRow(tx, id));
    audienceOf(await readerOf(tx, ctx), found(await getOrganizationRow(tx, row.organizationId)));
    return await viewRestriction(tx, ctx, row);
  });
}

/** Newest first: of the actor's organization, of a market's territory, of a bureau's region. */
export async function listRestrictions(ctx: Ctx, query: ListRestrictions): Promise<Page<RestrictionView>> {
  const { limit = 20, cursor, ...filter } = query;
  return await readTransaction(ctx, async (tx) => {
    const scope = scopeOf(await readerOf(tx, ctx));
    const now = ctx.clock.now();
    const rows = await listRestrictionRows(tx, { ...filter, scope, now, after: decodeCursor(cursor), limit });
    const views = await viewsOf(tx, ctx, rows.slice(0, limit));
    const byId = new Map(views.map((view) => [view.id, view]));
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
      (row) => found(byId.get(row.id)),
    );
  });
}
