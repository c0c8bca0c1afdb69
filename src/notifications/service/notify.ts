import { listActiveMembers } from '../../auth/service.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import type { StoredMessage } from '../../core/messages.ts';
import { type Db, type Tx, transaction } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import {
  type Circle,
  circlesOf,
  hasStaff,
  isNoticeType,
  type Person,
  type Recipient,
  recipientsOf,
} from '../audience.ts';
import { paramsFor, partiesOf } from '../rules.ts';
import { countTold, insertNotifications, lockQuota } from '../store.ts';
import { loadSubject } from './facts.ts';

/** Markets hang a few levels deep; a longer way up would be a circle. */
const maxLevels = 20;

/**
 * Puts a notice of the message into the inbox of everybody whom it concerns today, in one transaction that claims the
 * delivery: each person gets it exactly once.
 * @param limits.suggestionsPerDay how many suggestions an enterprise or a university hears of in one China day
 */
export async function notify(ctx: Ctx, message: StoredMessage, limits: { suggestionsPerDay: number }): Promise<void> {
  await transaction(ctx, async (tx) => {
    const { type } = message;
    if (!isNoticeType(type)) return null;
    const now = ctx.clock.now();
    const subject = await loadSubject(tx, message, now);
    if (subject === null) return null;
    const circles = circlesOf(type, subject.facts);
    const { people, staffedMarketOf } = await loadPeople(tx, circles);
    let recipients = recipientsOf(circles, people, staffedMarketOf);
    if (type === 'match.suggested') recipients = await withinQuota(tx, recipients, limits.suggestionsPerDay, now);
    const rows = recipients.map((recipient) => ({
      id: newId(),
      messageId: message.id,
      userId: recipient.userId,
      organizationId: recipient.organizationId,
      type,
      subjectType: message.subjectType,
      subjectId: message.subjectId,
      params: paramsFor(recipient, subject, staffedMarketOf),
      createdAt: now,
    }));
    await insertNotifications(tx, rows);
    return null;
  });
}

/** The members of the organizations in the circles. A market without staff is stood in for by the nearest above that has some. */
async function loadPeople(
  db: Db,
  circles: readonly Circle[],
): Promise<{ people: Person[]; staffedMarketOf: Map<string, string> }> {
  const organizationIds = circles.flatMap((circle) => ('organizationId' in circle ? [circle.organizationId] : []));
  const marketIds = [...new Set(circles.flatMap((circle) => ('marketId' in circle ? [circle.marketId] : [])))];
  const people: Person[] = await listActiveMembers(db, [...new Set([...organizationIds, ...marketIds])]);
  const staffedMarketOf = new Map<string, string>();
  // Where the search for staff stands, for each market that somebody is looked for.
  let searching = new Map(marketIds.map((id) => [id, id]));
  for (let level = 0; level < maxLevels && searching.size > 0; level += 1) {
    for (const [marketId, at] of searching) if (hasStaff(people, at)) staffedMarketOf.set(marketId, at);
    const unstaffed = [...searching].filter(([marketId]) => !staffedMarketOf.has(marketId));
    if (unstaffed.length === 0) break;
    const rows = await getOrganizationRows(db, [...new Set(unstaffed.map(([, at]) => at))]);
    const parentOf = new Map(rows.map((row) => [row.id, row.parentId]));
    searching = new Map(
      unstaffed.flatMap(([marketId, at]): [string, string][] => {
        const parentId = parentOf.get(at);
        return parentId ? [[marketId, parentId]] : [];
      }),
    );
    const known = new Set(people.map((person) => person.organizationId));
    const unknown = [...new Set(searching.values())].filter((id) => !known.has(id));
    people.push(...(await listActiveMembers(db, unknown)));
  }
  return { people, staffedMarketOf };
}

/** Leaves out the parties that have heard of enough suggestions today. Suggestions come best first, so the best are kept. */
async function withinQuota(tx: Tx, recipients: readonly Recipient[], perDay: number, now: Date): Promise<Recipient[]> {
  const dayStart = new Date(`${chinaDate(now)}T00:00:00+08:00`);
  const full = new Set<string>();
  // In one order, so that two notices to the same two organizations do not wait for each other.
  for (const organizationId of partiesOf(recipients).sort()) {
    await lockQuota(tx, organizationId);
    if ((await countTold(tx, organizationId, 'match.suggested', dayStart)) >= perDay) full.add(organizationId);
  }
  return recipients.filter((recipient) => recipient.as === 'broker' || !full.has(recipient.organizationId));
}
