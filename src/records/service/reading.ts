import { type Actor, belongsTo } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { forbidden, found } from '../../core/errors.ts';
import { decodeTimeCursor, type Page, toPage } from '../../core/paging.ts';
import { readTransaction, type Tx } from '../../core/transaction.ts';
import { isDisclosedTo, viewOrganization } from '../../organizations/service.ts';
import type { ListRecords, RecordList } from '../inputs.ts';
import { audienceOf, brokers, owns } from '../policy.ts';
import { fetchIds, type RecordFilter, type Within } from '../store.ts';
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
    if (audience === 'public') return views.toPublic(row, row.owner);
    const confidential = await store.getConfidential(tx, row.id);
    if (audience === 'owner') return views.toOwner(row, row.owner, confidential);
    return views.toCounterparty(row, await viewOrganization(tx, ctx, row.organizationId), confidential);
  }

  async function get(ctx: Ctx, id: string): Promise<View | PublicView> {
    const { actor } = ctx;
    const row = found(await store.get(ctx.db, id));
    // What is public needs no row-level security, and so no transaction: the database is asked once or twice, not five times.
    const isPrivileged = owns(actor, row) || brokers(actor, row) || belongsTo(actor, row.organizationId);
    if (!isPrivileged && !(await isDisclosedTo(ctx.db, id, actor))) {
      audienceOf(actor, row, false, ctx.clock.now());
      return views.toPublic(row, row.owner);
    }
    return await readTransaction(ctx, async (tx) => await show(tx, ctx, found(await store.get(tx, id))));
  }

  /** Public views of rows that the caller knows to be public, in their order. */
  function toPublicViews(rows: readonly Row[]): PublicView[] {
    return rows.map((row) => views.toPublic(row, row.owner));
  }

  /**
   * Published records for everybody; one's own (at a university a member's, for its admins all); or those of a broker's
   * territory. Public fields in all three, with the status.
   */
  async function list(ctx: Ctx, query: ListRecords): Promise<Page<PublicView>> {
    const { limit = 20 } = query;
    const after = decodeTimeCursor(query.cursor);
    const rows = await store.list(ctx.db, { ...filterOf(ctx, query), after, limit });
    const page = toPage(
      rows,
      limit,
      (row) => ({ at: (row.publishedAt ?? row.createdAt).toISOString(), id: row.id }),
      (row) => row,
    );
    return { items: toPublicViews(page.items), nextCursor: page.nextCursor };
  }

  /**
   * A whole list, for who takes it away: one's own, and those of one's desk, as their owner reads them; of the public list what
   * anybody may read, were it one's own.
   * @returns what reads the next of it in the same transaction; fewer than asked for are the last
   */
  async function open(
    tx: Tx,
    ctx: Ctx,
    query: RecordList,
  ): Promise<(tx: Tx, limit: number) => Promise<(View | PublicView)[]>> {
    await store.openList(tx, { ...filterOf(ctx, query), after: null, limit: 0 });
    const isPublicList = (query.view ?? 'public') === 'public';
    return async (tx, limit) => {
      const ids = await fetchIds(tx, limit);
      const rows = new Map((await store.getMany(tx, ids)).map((row) => [row.id, row]));
      const confidential = isPublicList ? new Map<string, Confidential>() : await store.listConfidential(tx, ids);
      return ids.map((id) => {
        const row = found(rows.get(id));
        const isOwner = !isPublicList && audienceOf(ctx.actor, row, false, ctx.clock.now()) === 'owner';
        return isOwner ? views.toOwner(row, row.owner, confidential.get(id)) : views.toPublic(row, row.owner);
      });
    };
  }

  return { show, get, list, open, toPublicViews };
}

function filterOf(
  { actor, clock }: Ctx,
  { view = 'public', status, technologyField, regionCode }: RecordList,
): Omit<RecordFilter, 'after' | 'limit'> {
  return {
    within: withinOf(actor, view),
    status: view === 'public' ? undefined : status,
    technologyField,
    regionCode,
    now: clock.now(),
  };
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
