import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import type { LinkDuplicate } from '../inputs.ts';
import { mayBrokerFor, mayLink, sees } from '../policy.ts';
import { pairOf } from '../rules.ts';
import { deleteLink, insertLink, listLinks } from '../store.ts';
import { type DuplicateLinksView, type DuplicateLinkView, toDuplicateLinkView } from '../views.ts';
import { type Row, rowsOf } from './rows.ts';

const linksAtMost = 100;

/**
 * Notes that two records tell of the same; both stay as they are, and nobody but brokers is told.
 * @throws AppError INVALID_INPUT for a record and itself, CONFLICT for what is linked already
 */
export async function linkDuplicate(
  ctx: Ctx,
  side: SearchKind,
  id: string,
  { otherId, reason }: LinkDuplicate,
): Promise<DuplicateLinkView> {
  return await transaction(ctx, async (tx) => {
    const row = await rowOf(tx, side, id);
    const other = await rowOf(tx, side, otherId);
    const now = ctx.clock.now();
    mayLink(ctx.actor, row, other, now);
    if (row.id === other.id) throw invalidInput({ pointer: '/otherId', code: 'same_record', message: sameRecord });
    const [firstId, secondId] = pairOf(row.id, other.id);
    const linkedByUserId = ctx.actor.kind === 'user' ? ctx.actor.userId : '';
    const link = await insertLink(tx, {
      id: newId(),
      kind: side,
      firstId,
      secondId,
      reason,
      linkedByUserId,
      createdAt: now,
    });
    if (link === undefined) throw conflict({ zh: '这两条记录已经关联。', en: 'The two records are linked already.' });
    await record(tx, ctx, side, 'link_duplicate', row, { otherId: other.id, reason });
    return toDuplicateLinkView(link, other);
  });
}

/** @throws AppError NOT_FOUND for records that are not linked */
export async function unlinkDuplicate(ctx: Ctx, side: SearchKind, id: string, otherId: string): Promise<null> {
  return await transaction(ctx, async (tx) => {
    const row = await rowOf(tx, side, id);
    mayBrokerFor(ctx.actor, row, ctx.clock.now());
    found(await deleteLink(tx, pairOf(row.id, otherId)));
    await record(tx, ctx, side, 'unlink_duplicate', row, { otherId });
    return null;
  });
}

/** For the brokers of the record: the linked ones that they may see. */
export async function listDuplicateLinks(ctx: Ctx, side: SearchKind, id: string): Promise<DuplicateLinksView> {
  const row = await rowOf(ctx.db, side, id);
  const now = ctx.clock.now();
  mayBrokerFor(ctx.actor, row, now);
  const links = await listLinks(ctx.db, row.id, linksAtMost);
  const otherIdOf = ({ firstId, secondId }: { firstId: string; secondId: string }) =>
    firstId === row.id ? secondId : firstId;
  const others = new Map((await rowsOf(ctx.db, side, links.map(otherIdOf))).map((other) => [other.id, other]));
  const items = links.flatMap((link) => {
    const other = others.get(otherIdOf(link));
    return other !== undefined && sees(ctx.actor, other, now) ? [toDuplicateLinkView(link, other)] : [];
  });
  return { items };
}

async function rowOf(db: Tx | Ctx['db'], side: SearchKind, id: string): Promise<Row> {
  return found((await rowsOf(db, side, [id]))[0]);
}

async function record(tx: Tx, ctx: Ctx, side: SearchKind, step: string, row: Row, details: object): Promise<void> {
  await audit(tx, ctx, {
    action: `${side}.${step}`,
    subjectType: side,
    subjectId: row.id,
    marketId: row.homeMarketId,
    details: { ...details },
  });
}

const sameRecord = { zh: '不能与自身关联', en: 'a record cannot be linked with itself' };
