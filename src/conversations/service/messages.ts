import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, toPage } from '../../core/paging.ts';
import { readTransaction, transaction } from '../../core/transaction.ts';
import { introductionFor, lockIntroduction } from '../../matches/service.ts';
import type { ListMessages, PostMessage, ReadMessages } from '../inputs.ts';
import { mayWriteMessages } from '../policy.ts';
import { requireConversation } from '../rules.ts';
import { getLastNumber, getReading, insertMessage, listMessageRows, saveReading } from '../store.ts';
import type { ConversationView, MessageView, ReadingView } from '../views.ts';
import { viewMessages } from './views.ts';

/**
 * Says something in an introduction, to the other party and to the staff of both markets. What is said stands: whoever
 * has read it relies on it, so it is neither changed nor taken back.
 * @throws AppError INVALID_STATE unless the introduction is open or accepted
 */
export async function postMessage(ctx: Ctx, introductionId: string, input: PostMessage): Promise<MessageView> {
  return await transaction(ctx, async (tx) => {
    found(await lockIntroduction(tx, introductionId));
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    const { row, standing } = introduction;
    const authorSide = mayWriteMessages(ctx.actor, standing);
    requireConversation(row);
    const { userId, organizationId } = authorOf(ctx);
    const author = { authorUserId: userId, authorOrganizationId: organizationId, authorSide };
    const created = { id: newId(), introductionId, ...author, createdAt: ctx.clock.now() };
    const message = await insertMessage(tx, created, input.text);
    await audit(tx, ctx, {
      action: 'message.post',
      subjectType: 'introduction',
      subjectId: introductionId,
      marketId: row.marketId,
      details: { messageId: message.id, number: message.number, side: authorSide },
    });
    await emit(tx, ctx, { type: 'message.posted', subjectType: 'conversation_message', subjectId: message.id });
    const [view] = await viewMessages(tx, ctx, introduction, [message]);
    return found(view);
  });
}

/** Who stands in an introduction is a person of an organization; `introductionFor` lets nobody else through. */
export function authorOf({ actor }: Ctx): { userId: string; organizationId: string } {
  const { userId = null, organizationId = null } = actor.kind === 'user' ? actor : {};
  return { userId: found(userId), organizationId: found(organizationId) };
}

/** Newest first. To those who see the introduction, in every state of it. */
export async function listMessages(ctx: Ctx, introductionId: string, query: ListMessages): Promise<ConversationView> {
  const { limit = 20, cursor } = query;
  return await readTransaction(ctx, async (tx) => {
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    const rows = await listMessageRows(tx, introductionId, { beforeNumber: numberIn(cursor), limit });
    const views = await viewMessages(tx, ctx, introduction, rows.slice(0, limit));
    const byId = new Map(views.map((view) => [view.id, view]));
    const page = toPage(
      rows,
      limit,
      (row) => ({ at: String(row.number), id: row.id }),
      (row) => found(byId.get(row.id)),
    );
    return { ...page, ...(await getReading(tx, introductionId, authorOf(ctx).userId)) };
  });
}

function numberIn(cursor: string | undefined): number | null {
  const key = decodeCursor(cursor);
  if (key === null) return null;
  if (/^\d{1,9}$/.test(key.at)) return Number(key.at);
  throw invalidInput({
    pointer: '/querystring/cursor',
    code: 'cursor',
    message: { zh: '游标无效，请从第一页重新开始。', en: 'This cursor is not valid; start again from the first page.' },
  });
}

/** Remembers how far one has read; more than there is counts as all. One's own business: no message, no audit entry. */
export async function readMessages(ctx: Ctx, introductionId: string, input: ReadMessages): Promise<ReadingView> {
  return await transaction(ctx, async (tx) => {
    await introductionFor(tx, ctx.actor, introductionId);
    const { userId } = authorOf(ctx);
    const upToNumber = Math.min(input.upToNumber, await getLastNumber(tx, introductionId));
    await saveReading(tx, { introductionId, userId, upToNumber, readAt: ctx.clock.now() });
    return await getReading(tx, introductionId, userId);
  });
}
