import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { readTransaction } from '../../core/transaction.ts';
import { introductionIdsOf, introductionScope, summarizeIntroductions } from '../../matches/service.ts';
import type { ListConversations } from '../inputs.ts';
import { listLastMessageRows, listReadingsOf, listTexts } from '../store.ts';
import { type ConversationSummary, toConversationSummary } from '../views.ts';

/** Those of the actor's introductions in which something was said, the one with the newest message first. */
export async function listConversations(ctx: Ctx, query: ListConversations): Promise<Page<ConversationSummary>> {
  const { limit = 20, cursor, unread = false } = query;
  const { actor } = ctx;
  const userId = actor.kind === 'user' ? actor.userId : null;
  return await readTransaction(ctx, async (tx) => {
    const rows = await listLastMessageRows(tx, introductionIdsOf(tx, introductionScope(actor)), {
      unreadBy: unread ? userId : null,
      after: decodeCursor(cursor),
      limit,
    });
    const shown = rows.slice(0, limit);
    const introductionIds = shown.map((row) => row.introductionId);
    const introductions = await summarizeIntroductions(tx, actor, introductionIds);
    const readings = await listReadingsOf(tx, introductionIds, found(userId));
    const texts = await listTexts(
      tx,
      shown.map((row) => row.id),
    );
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
      (row) => {
        const reading = { ...found(readings.get(row.introductionId)), userId: found(userId) };
        const introduction = found(introductions.get(row.introductionId));
        return toConversationSummary(introduction, row, found(texts.get(row.id)), reading);
      },
    );
  });
}
