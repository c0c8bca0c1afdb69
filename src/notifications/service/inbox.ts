import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import type { Locale } from '../../core/text.ts';
import { transaction } from '../../core/transaction.ts';
import type { ListNotifications, ReadNotifications } from '../inputs.ts';
import { reader } from '../policy.ts';
import { countUnread, listNotificationRows, lockNotification, markOneRead, markRead } from '../store.ts';
import { type NotificationSummary, type NotificationView, toNotificationView } from '../views.ts';

/** One's own inbox, newest first. */
export async function listNotifications(
  ctx: Ctx,
  query: ListNotifications,
  locale: Locale,
): Promise<Page<NotificationView>> {
  const { limit = 20, unread, type } = query;
  const rows = await listNotificationRows(ctx.db, {
    userId: reader(ctx.actor).userId,
    after: decodeCursor(query.cursor),
    limit,
    ...(unread === undefined ? {} : { unread }),
    ...(type === undefined ? {} : { type }),
  });
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => toNotificationView(row, locale),
  );
}

export async function getNotificationSummary(ctx: Ctx): Promise<NotificationSummary> {
  return { unread: await countUnread(ctx.db, reader(ctx.actor).userId) };
}

/** Marks one notice read; the first time counts. What one reads is one's own business: no message, no audit entry. */
export async function readNotification(ctx: Ctx, id: string, locale: Locale): Promise<NotificationView> {
  return await transaction(ctx, async (tx) => {
    const { userId } = reader(ctx.actor);
    const row = found(await lockNotification(tx, userId, id));
    const readAt = row.readAt ?? ctx.clock.now();
    await markOneRead(tx, id, readAt);
    return toNotificationView({ ...row, readAt }, locale);
  });
}

/** Marks a notice and all older ones read, and tells how many remain. */
export async function readNotifications(ctx: Ctx, input: ReadNotifications): Promise<NotificationSummary> {
  return await transaction(ctx, async (tx) => {
    const { userId } = reader(ctx.actor);
    const newest = found(await lockNotification(tx, userId, input.upToId));
    await markRead(tx, userId, newest.id, ctx.clock.now());
    return { unread: await countUnread(tx, userId) };
  });
}
