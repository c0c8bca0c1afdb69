import type { HandlerName } from '../src/core/messages.ts';
import { commitNextRows } from '../src/exchange/service.ts';
import { answerExpertRanking } from '../src/experts/service.ts';
import { answerPreview, type MatchIndex, refreshNextMatches } from '../src/matches/service.ts';
import { type Outgoing, webhookRetries } from '../src/webhooks/service.ts';
import type { Handler } from './handler.ts';
import { deliverToWebhook } from './handlers/deliver-webhook.ts';
import { mailDigest } from './handlers/mail-digest.ts';
import { mailNotice } from './handlers/mail-notice.ts';
import { mailRetries } from './handlers/mail-retries.ts';
import { notifyAudience, notifyAudiences } from './handlers/notify-audience.ts';
import { refreshMatchesOf } from './handlers/refresh-matches.ts';
import { rehomeRecords } from './handlers/rehome-records.ts';
import { releaseWork } from './handlers/release-work.ts';
import { sendEmail } from './handlers/send-email.ts';
import { queueNames } from './queues.ts';

/** By handler name, as `core/messages.ts` subscribes them. */
export type Registry = Readonly<Record<string, Handler>>;

/**
 * @param matchIndex this process's own, in memory
 * @param webhooks what this process sends to endpoints with
 */
export function createRegistry(matchIndex: MatchIndex, webhooks: Outgoing): Readonly<Record<HandlerName, Handler>> {
  return {
    'refresh-matches': {
      queue: queueNames.matching,
      run: (ctx, { message }) => refreshMatchesOf(ctx, message, matchIndex),
    },
    'refresh-all-matches': {
      queue: queueNames.matching,
      order: 'last',
      run: (ctx, { message: { subjectId, xid } }) => refreshNextMatches(ctx, { jobId: subjectId, xid }, matchIndex),
    },
    'preview-matches': {
      queue: queueNames.matching,
      order: 'first',
      run: (ctx, { message }) => answerPreview(ctx, message.subjectId, matchIndex),
    },
    'rank-experts': {
      queue: queueNames.matching,
      order: 'first',
      run: (ctx, { message }) => answerExpertRanking(ctx, message.subjectId, matchIndex),
    },
    'rehome-records': { queue: queueNames.matching, run: rehomeRecords },
    'release-work': { queue: queueNames.matching, run: releaseWork },
    notify: { queue: queueNames.notices, run: notifyAudience, together: { most: 50, run: notifyAudiences } },
    'send-email': { queue: queueNames.mail, order: 'first', run: sendEmail, retries: mailRetries },
    'deliver-webhook': {
      queue: queueNames.outgoing,
      run: deliverToWebhook(webhooks),
      retries: webhookRetries,
      waitsForPlace: true,
    },
    'mail-notice': { queue: queueNames.mail, run: mailNotice, retries: mailRetries },
    'commit-import': {
      queue: queueNames.matching,
      order: 'last',
      run: (ctx, { message }) => commitNextRows(ctx, message.subjectId),
    },
    'mail-digest': { queue: queueNames.mail, run: mailDigest, retries: mailRetries },
  };
}
