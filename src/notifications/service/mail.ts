import { listMailboxes, type Mailbox } from '../../auth/service.ts';
import { getMessageRows } from '../../conversations/service.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError, found } from '../../core/errors.ts';
import type { Mail } from '../../core/mailer.ts';
import type { SubjectType } from '../../core/messages.ts';
import { type Owing, owe } from '../../core/outbox.ts';
import { readTransaction, type Tx } from '../../core/transaction.ts';
import { getDemandRows } from '../../demands/service.ts';
import { getMilestoneRows } from '../../projects/service.ts';
import { getResultRows } from '../../results/service.ts';
import { categories, categoryOf, type DigestMode, typesOf } from '../categories.ts';
import { endOfQuietHours } from '../mail-times.ts';
import { renewalToken } from '../renewal-token.ts';
import { type Chosen, modesOf, quietHoursOf } from '../rules.ts';
import { findDigest, listForDigest } from '../store/digests.ts';
import { findPreferences, getSigningSecret, listPreferences } from '../store/preferences.ts';
import { findNotification, type NotificationRow } from '../store.ts';
import { type DigestSection, layoutDigest, layoutNotice, type MailedNotice } from '../templates/mail.ts';
import { renderNotice } from '../templates/render.ts';
import { type Subscription, unsubscribeToken } from '../unsubscribe-token.ts';

/** Of one category in a digest; what is beyond stands in the inbox. */
const maxPerCategory = 10;

/**
 * Owes a mail of each notice whose reader wants such notices by mail at once, to be sent when their quiet hours end.
 * @param notices as they were just put into the inboxes
 */
export async function oweMails(
  tx: Tx,
  ctx: Ctx,
  notices: readonly { id: string; messageId: string; userId: string; type: string }[],
): Promise<void> {
  const userIds = [...new Set(notices.map((notice) => notice.userId))];
  const chosen = new Map((await listPreferences(tx, userIds)).map((row) => [row.userId, row]));
  const wanted = notices.filter(({ userId, type }) => isMailedAtOnce(type, chosen.get(userId)));
  const reached = await listMailboxes(tx, [...new Set(wanted.map((notice) => notice.userId))]);
  const reachedIds = new Set(reached.map((mailbox) => mailbox.userId));
  const now = ctx.clock.now();
  const owed = wanted
    .filter(({ userId }) => reachedIds.has(userId))
    .map(({ id, messageId, userId }): Owing => {
      const notBefore = endOfQuietHours(now, quietHoursOf(chosen.get(userId))) ?? now;
      return { messageId, handler: 'mail-notice', targets: [{ id, notBefore }] };
    });
  await owe(tx, ctx, owed);
}

function isMailedAtOnce(type: string, chosen: Chosen | undefined): boolean {
  const category = categoryOf(type);
  return category !== null && modesOf(chosen)[category] === 'at_once';
}

/**
 * The mail of one notice, in its reader's language. Null when none is wanted any more: it has been read, the category is
 * mailed otherwise now, or the account is erased.
 * @throws AppError UNAVAILABLE in quiet hours
 */
export async function noticeMail(ctx: Ctx, notificationId: string, publicUrl: string): Promise<Mail | null> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await findNotification(tx, notificationId));
    const category = categoryOf(row.type);
    const chosen = await findPreferences(tx, row.userId);
    if (category === null || row.readAt !== null || !isMailedAtOnce(row.type, chosen)) return null;
    const [mailbox] = await listMailboxes(tx, [row.userId]);
    if (mailbox === undefined) return null;
    requireNoQuiet(ctx, chosen);
    const envelope = await envelopeOf(tx, mailbox, category, publicUrl);
    const [notice] = await toMailedNotices(tx, [row], envelope);
    const mail = layoutNotice(found(notice), category, envelope);
    return { ...mail, to: mailbox.email, messageId: row.id, unsubscribeUrl: envelope.unsubscribeUrl };
  });
}

/**
 * A digest of what is unread still: what has been read in the inbox needs no telling again. Null when nothing is left to
 * tell, or nothing is wanted that way any more.
 * @throws AppError UNAVAILABLE in quiet hours
 */
export async function digestMail(ctx: Ctx, digestId: string, publicUrl: string): Promise<Mail | null> {
  return await readTransaction(ctx, async (tx) => {
    const digest = found(await findDigest(tx, digestId));
    const { userId, mode, upToAt } = digest;
    const chosen = await findPreferences(tx, userId);
    const [mailbox] = await listMailboxes(tx, [userId]);
    if (mailbox === undefined) return null;
    requireNoQuiet(ctx, chosen);
    const envelope = await envelopeOf(tx, mailbox, mode, publicUrl);
    const sections: DigestSection[] = [];
    for (const category of categoriesIn(mode, chosen)) {
      const { rows, total } = await listForDigest(tx, { ...digest, types: typesOf(category), limit: maxPerCategory });
      if (total > 0) sections.push({ category, notices: await toMailedNotices(tx, rows, envelope), total });
    }
    if (sections.length === 0) return null;
    const mail = layoutDigest({ mode, upToAt, sections }, envelope);
    return { ...mail, to: mailbox.email, messageId: digest.id, unsubscribeUrl: envelope.unsubscribeUrl };
  });
}

export function categoriesIn(mode: DigestMode, chosen: Chosen | undefined) {
  const modes = modesOf(chosen);
  return categories.filter((category) => modes[category] === mode);
}

/** Quiet hours that were set, or have begun, since the mail was owed. */
function requireNoQuiet(ctx: Ctx, chosen: Chosen | undefined): void {
  const now = ctx.clock.now();
  const end = endOfQuietHours(now, quietHoursOf(chosen));
  if (end === null) return;
  const text = { zh: '收件人处于免打扰时段。', en: 'These are quiet hours of the recipient.' };
  throw new AppError('UNAVAILABLE', text, { retryAfterSeconds: Math.ceil((end.getTime() - now.getTime()) / 1_000) });
}

async function envelopeOf(tx: Tx, { userId, locale }: Mailbox, subscription: Subscription, publicUrl: string) {
  const base = publicUrl.replace(/\/+$/, '');
  const token = unsubscribeToken(userId, subscription, await getSigningSecret(tx, 'unsubscribe'));
  return { locale, publicUrl: base, unsubscribeUrl: `${base}/v1/unsubscribe/${token}` };
}

async function toMailedNotices(
  tx: Tx,
  rows: readonly NotificationRow[],
  { locale, publicUrl }: { locale: Mailbox['locale']; publicUrl: string },
): Promise<MailedNotice[]> {
  const milestoneIds = rows.filter((row) => row.subjectType === 'milestone').map((row) => row.subjectId);
  const milestones = await getMilestoneRows(tx, milestoneIds);
  const messageIds = rows.filter((row) => row.subjectType === 'conversation_message').map((row) => row.subjectId);
  const messages = await getMessageRows(tx, messageIds);
  const pathWithin = new Map([
    ...milestones.map(({ id, projectId }) => [id, `projects/${projectId}/milestones/${id}`] as const),
    ...messages.map(({ id, introductionId }) => [id, `introductions/${introductionId}/messages`] as const),
  ]);
  const tokens = await renewalTokens(tx, rows);
  return rows.map((row) => {
    const path = pathOf(row, pathWithin);
    const token = tokens.get(row.id);
    return {
      ...renderNotice(row.type, row.params, locale),
      url: path === null ? null : `${publicUrl}/v1/${path}`,
      keepUrl: token === undefined ? null : `${publicUrl}/v1/renewals/${token}`,
    };
  });
}

/** For notices that ask whether a record is still current, as it is now; by the ids of the notices. */
async function renewalTokens(tx: Tx, rows: readonly NotificationRow[]): Promise<Map<string, string>> {
  const asking = rows.filter(({ type }) => type === 'demand.expiring' || type === 'result.expiring');
  if (asking.length === 0) return new Map();
  const secret = await getSigningSecret(tx, 'unsubscribe');
  const idsOf = (kind: string) => asking.filter((row) => row.subjectType === kind).map((row) => row.subjectId);
  const records = [...(await getDemandRows(tx, idsOf('demand'))), ...(await getResultRows(tx, idsOf('result')))];
  const termOf = new Map(records.map(({ id, validUntil }) => [id, validUntil]));
  return new Map(
    asking.flatMap(({ id, subjectType, subjectId, userId }) => {
      const validUntil = termOf.get(subjectId) ?? null;
      const kind = subjectType === 'demand' ? 'demand' : 'result';
      if (validUntil === null) return [];
      return [[id, renewalToken({ kind, recordId: subjectId, userId, validUntil }, secret)] as const];
    }),
  );
}

/** Collections of the API by the type of their members; null for what is read elsewhere, or nowhere. */
const collections: Readonly<Record<SubjectType, string | null>> = {
  organization: 'organizations',
  restriction: 'restrictions',
  demand: 'demands',
  result: 'results',
  match: 'matches',
  introduction: 'introductions',
  project: 'projects',
  contract: 'contracts',
  expert: 'experts',
  expert_assignment: 'expert-assignments',
  diagnosis: 'diagnoses',
  campaign: 'campaigns',
  saved_search: 'saved-searches',
  webhook: 'webhooks',
  milestone: null,
  conversation_message: null,
  user: null,
  job: 'jobs',
  match_preview: null,
  mail_digest: null,
};

/**
 * Where the subject of a notice is read; null for one that has no place of its own.
 * @param pathWithin of subjects that are read within another, by their ids
 */
function pathOf({ subjectType, subjectId }: NotificationRow, pathWithin: ReadonlyMap<string, string>): string | null {
  const collection = Object.hasOwn(collections, subjectType) ? collections[subjectType as SubjectType] : null;
  return collection === null ? (pathWithin.get(subjectId) ?? null) : `${collection}/${subjectId}`;
}
