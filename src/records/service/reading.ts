import { type Actor, belongsTo } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { forbidden, found } from '../../core/errors.ts';
import { decodeTimeCursor, type Page, toPage } from '../../core/paging.ts';
import { readTransaction, type Tx } from '../../core/transaction.ts';
import {
  getOrganizationRow,
  getOrganizationRows,
  isDisclosedTo,
  viewOrganization,
} from '../../organizations/service.ts';
import type { ListRecords } from '../inputs.ts';
import { audienceOf } from '../policy.ts';
import type { Within } from '../store.ts';
import type { RecordKind, RecordRow } from './kind.ts';

/** The reads of one kind of record, each for the audience that the reader is. */
export function recordReading<Row extends RecordRow, Confidential, Input, PublicView, View>(
  kind: RecordKind<Row, Confidential, Input, PublicView, View>,
) {
  const { store, views } = kind;

  /** The view that the actor may have of a record. @throws AppError NOT_FOUND when it may have none */
  async function show(tx: Tx, ctx: Ctx, row: Row): Promise<View | PublicView> {
    const { actor } = ctx;
    const disclosed = !belongsTo(actor, row.organizationId) && (await isDisclosedTo(tx, row.id, actor));
    const audience = audienceOf(actor, row, disclosed, ctx.clock.now());
    const organization = found(await getOrganizationRow(tx, row.organizationId));
    if (audience === 'public') return views.toPublic(row, organization);
    const confidential = await store.getConfidential(tx, row.id);
    if (audience === 'owner') return views.toOwner(row, organization, confidential);
    return views.toCounterparty(row, await viewOrganization(tx, ctx, row.organizationId), confidential);
  }

  async function get(ctx: Ctx, id: string): Promise<View | PublicView> {
    // Who has not signed in is shown nothing confidential: without a transaction the database is asked twice, not five times.
    if (ctx.actor.kind === 'anonymous') {
      const row = found(await store.get(ctx.db, id));
      audienceOf(ctx.actor, row, false, ctx.clock.now());
      return views.toPublic(row, found(await getOrganizationRow(ctx.db, row.organizationId)));
    }
    return await readTransaction(ctx, async (tx) => await show(tx, ctx, found(await store.get(tx, id))));
  }

  /** Public views of rows that the caller knows to be public, in their order. */
  async function toPublicViews(ctx: Ctx, rows: readonly Row[]): Promise<PublicView[]> {
    const organizations = await getOrganizationRows(ctx.db, [...new Set(rows.map((row) => row.organizationId))]);
    const byId = new Map(organizations.map((organization) => [organization.id, organization]));
    return rows.map((row) => views.toPublic(row, found(byId.get(row.organizationId))));
  }

  /**
   * Published records for everybody; one's own (at a university a member's, for its admins all); or those of a broker's
   * territory. Public fields in all three, with the status.
   */
  async function list(ctx: Ctx, query: ListRecords): Promise<Page<PublicView>> {
    const { limit = 20, view = 'public' } = query;
    const rows = await store.list(ctx.db, {
      within: withinOf(ctx.actor, view),
      status: view === 'public' ? undefined : query.status,
      technologyField: query.technologyField,
      regionCode: query.regionCode,
      after: decodeTimeCursor(query.cursor),
      limit,
      now: ctx.clock.now(),
    });
    const page = toPage(
      rows,
      limit,
      (row) => ({ at: (row.publishedAt ?? row.createdAt).toISOString(), id: row.id }),
      (row) => row,
    );
    return { items: await toPublicViews(ctx, page.items), nextCursor: page.nextCursor };
  }

  return { show, get, list, toPublicViews };
}

function withinOf(actor: Actor, view: 'public' | 'mine' | 'desk'): Within {
  if (view === 'public') return null;
  if (view === 'mine' && actor.kind === 'user' && actor.organizationId !== null) {
    const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
    return { organizationId: actor.organizationId, ownerUserId: personal ? actor.userId : null };
  }
  if (view === 'desk' && actor.kind === 'user' && actor.marketIds.length > 0) return { marketIds: actor.marketIds };
  throw forbidden({
    zh: '此列表需要以机构成员或市场工作人员身份登录。',
    en: 'Sign in as a member of an organization (mine) or as staff of a market (desk).',
  });
}
