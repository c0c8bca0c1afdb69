import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import type { StoredMessage } from '../../core/messages.ts';
import { claimDeliveries } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { oweWebhooks } from '../../webhooks/service.ts';
import { circlesOf, isNoticeType, type NoticeType } from '../audience.ts';
import { type Circle, type Recipient, recipientsOf } from '../circles.ts';
import { paramsFor, partiesOf } from '../rules.ts';
import { countToldOf, insertNotifications, lockQuotas, type NewNotification } from '../store.ts';
import { tellConversationsOnce } from './conversations.ts';
import { loadSubjects, type Subject } from './facts.ts';
import { oweMails } from './mail.ts';
import { type Audience, loadAudience } from './people.ts';

/** How many suggestions an enterprise or a university hears of in one China day. */
export interface NoticeLimits {
  suggestionsPerDay: number;
}

/**
 * Puts a notice of the message into the inbox of everybody whom it concerns today, in one transaction that claims the
 * delivery: each person gets it exactly once.
 */
export async function notify(ctx: Ctx, message: StoredMessage, limits: NoticeLimits): Promise<void> {
  await transaction(ctx, async (tx) => {
    await tell(tx, ctx, [message], limits);
    return null;
  });
}

/**
 * The same for many messages, by their deliveries: one transaction claims them all and writes the notices of them all.
 * @returns the deliveries that it fulfilled; another run has the rest
 */
export async function notifyTogether(
  ctx: Ctx,
  deliveryIds: readonly string[],
  limits: NoticeLimits,
): Promise<string[]> {
  return await transaction(ctx, async (tx) => {
    const claimed = await claimDeliveries(tx, deliveryIds, ctx.clock.now());
    await tell(
      tx,
      ctx,
      claimed.map((delivery) => delivery.message),
      limits,
    );
    return claimed.map((delivery) => delivery.id);
  });
}

/** A message with its subject and whom it may concern. */
interface News {
  message: StoredMessage;
  type: NoticeType;
  subject: Subject;
  circles: Circle[];
}

/** @param messages in the order in which they were made: of the suggestions of one run the best come first */
async function tell(tx: Tx, ctx: Ctx, messages: readonly StoredMessage[], limits: NoticeLimits): Promise<void> {
  const now = ctx.clock.now();
  const news = await loadNews(tx, messages, now);
  const audience = await loadAudience(
    tx,
    news.flatMap((item) => item.circles),
  );
  const heard = news.map((item) => ({
    ...item,
    recipients: recipientsOf(item.circles, audience.people, audience.staffedMarketOf),
  }));
  const once = await tellConversationsOnce(tx, heard);
  const told = await withinQuotas(tx, once, limits.suggestionsPerDay, now);
  const rows = told.flatMap((item) => noticesOf(item, audience, now));
  await insertNotifications(tx, rows);
  await oweWebhooks(tx, ctx, rows);
  await oweMails(tx, ctx, rows);
}

async function loadNews(tx: Tx, messages: readonly StoredMessage[], now: Date): Promise<News[]> {
  const subjects = await loadSubjects(tx, messages, now);
  return messages.flatMap((message): News[] => {
    const { type } = message;
    const subject = subjects.get(message.id);
    if (!isNoticeType(type) || subject === undefined) return [];
    return [{ message, type, subject, circles: circlesOf(type, subject.facts) }];
  });
}

interface Heard extends News {
  recipients: Recipient[];
}

function noticesOf({ message, type, subject, recipients }: Heard, audience: Audience, now: Date): NewNotification[] {
  return recipients.map((recipient) => ({
    id: newId(),
    messageId: message.id,
    userId: recipient.userId,
    organizationId: recipient.organizationId,
    type,
    subjectType: message.subjectType,
    subjectId: message.subjectId,
    params: paramsFor(recipient, subject, audience.staffedMarketOf),
    createdAt: now,
  }));
}

/** Leaves out the parties that have heard of enough suggestions today; those that come first are kept. */
async function withinQuotas(tx: Tx, heard: readonly Heard[], perDay: number, now: Date): Promise<Heard[]> {
  const suggested = heard.filter((item) => item.type === 'match.suggested');
  const parties = [...new Set(suggested.flatMap((item) => partiesOf(item.recipients)))].sort();
  if (parties.length === 0) return [...heard];
  const dayStart = new Date(`${chinaDate(now)}T00:00:00+08:00`);
  await lockQuotas(tx, parties);
  const toldOf = await countToldOf(tx, parties, 'match.suggested', dayStart);
  return heard.map((item) => {
    if (item.type !== 'match.suggested') return item;
    const full = new Set(partiesOf(item.recipients).filter((id) => (toldOf.get(id) ?? 0) >= perDay));
    const recipients = item.recipients.filter(({ as, organizationId }) => as === 'broker' || !full.has(organizationId));
    for (const id of partiesOf(recipients)) toldOf.set(id, (toldOf.get(id) ?? 0) + 1);
    return { ...item, recipients };
  });
}
