import { getMessageRows, listReadings } from '../../conversations/service.ts';
import type { Tx } from '../../core/transaction.ts';
import type { Facts } from '../audience.ts';
import type { Recipient } from '../circles.ts';
import { listUnreadOf, lockQuotas } from '../store.ts';

interface Heard {
  subject: { facts: Facts };
  recipients: readonly Recipient[];
}

/**
 * Leaves out, of messages in a conversation, their author, those who have read them already, and those who have an
 * unread notice of that conversation from since they last looked: a chat is told once.
 */
export async function tellConversationsOnce<Item extends Heard>(tx: Tx, heard: readonly Item[]): Promise<Item[]> {
  const introductionIds = heard.flatMap(({ subject }) => subject.facts.conversation?.introductionId ?? []);
  if (introductionIds.length === 0) return [...heard];
  const ids = [...new Set(introductionIds)].sort();
  // Two messages at once would each find the other's notice missing.
  await lockQuotas(tx, ids);
  const readings = await listReadings(tx, ids);
  const waiting = await listWaiting(tx, heard, readings);
  return heard.map((item) => {
    const { conversation } = item.subject.facts;
    if (conversation === null) return item;
    const { introductionId, number, authorUserId } = conversation;
    const recipients = item.recipients.filter(({ userId }) => {
      const key = `${introductionId} ${userId}`;
      const hasRead = (readings.get(key)?.upToNumber ?? 0) >= number;
      if (userId === authorUserId || hasRead || waiting.has(key)) return false;
      waiting.add(key);
      return true;
    });
    return { ...item, recipients };
  });
}

/** Who has an unread notice of which introduction, as `introductionId userId`. */
async function listWaiting(
  tx: Tx,
  heard: readonly Heard[],
  readings: ReadonlyMap<string, { readAt: Date }>,
): Promise<Set<string>> {
  const posted = heard.filter(({ subject }) => subject.facts.conversation !== null);
  const userIds = new Set(posted.flatMap(({ recipients }) => recipients.map(({ userId }) => userId)));
  const unread = await listUnreadOf(tx, [...userIds], 'message.posted');
  const messages = await getMessageRows(tx, [...new Set(unread.map(({ subjectId }) => subjectId))]);
  const introductionOf = new Map(messages.map((row) => [row.id, row.introductionId]));
  const since = ({ userId, subjectId, createdAt }: (typeof unread)[number]) => {
    const key = `${introductionOf.get(subjectId)} ${userId}`;
    const { readAt } = readings.get(key) ?? {};
    return readAt === undefined || readAt < createdAt ? [key] : [];
  };
  return new Set(unread.flatMap(since));
}
