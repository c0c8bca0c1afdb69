import type { Ctx } from '../../core/ctx.ts';
import { AppError, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { StoredMessage } from '../../core/messages.ts';
import { transaction } from '../../core/transaction.ts';
import { type Answer, type ClientOptions, createWebhookClient, type WebhookClient } from '../outgoing/client.ts';
import { InFlight } from '../outgoing/in-flight.ts';
import { sign } from '../outgoing/signature.ts';
import { isAskingForTime, isGivenUp, retryAfterSeconds, secretsInForce, webhookIdOf } from '../rules.ts';
import {
  type AttemptRow,
  closeWithAttempt,
  countFailure,
  deleteSecrets,
  forgetFailures,
  insertAttempt,
} from '../store.ts';
import { toPayload } from '../views.ts';
import { type Letter, LetterReader } from './letters.ts';
import { disableWebhook } from './switch.ts';

/** What one process sends with. */
export interface Outgoing {
  client: WebhookClient;
  inFlight: InFlight;
  letters: LetterReader;
}

export function createOutgoing(options: ClientOptions): Outgoing {
  return { client: createWebhookClient(options), inFlight: new InFlight(), letters: new LetterReader() };
}

/** Seconds until an endpoint is tried that has as many tries on their way as it may; longer while it fails. */
const busySeconds = { healthy: 1, failing: 10 };

/**
 * Tries once to deliver a message to an endpoint, and keeps what came of it in the log. The delivery is claimed with the
 * log entry after the answer: a crash in between sends it again under the same webhook-id.
 * @throws AppError NOT_FOUND when nothing is owed any more, UNAVAILABLE when the endpoint is busy with other tries,
 * UPSTREAM_FAILED when it did not take the message
 */
export async function deliverWebhook(
  ctx: Ctx,
  message: StoredMessage,
  id: string,
  outgoing: Outgoing,
  { isTakenOver = false }: { isTakenOver?: boolean },
): Promise<void> {
  const letter = await outgoing.letters.read(ctx, id, message.id);
  if (!letter?.webhook.enabled) throw notFound();
  const failing = letter.webhook.failingSince !== null;
  const leave = await outgoing.inFlight.enterSoon(id, failing, isTakenOver);
  if (leave === null) throw busy(failing);
  try {
    const attemptedAt = ctx.clock.now();
    const answer = await post(ctx, outgoing.client, message, letter, attemptedAt);
    await record(ctx, message, letter, answer, attemptedAt);
  } finally {
    leave();
  }
}

async function post(
  ctx: Ctx,
  client: WebhookClient,
  message: StoredMessage,
  letter: Letter,
  now: Date,
): Promise<Answer> {
  const body = JSON.stringify(toPayload({ message, ...letter }));
  const webhookId = webhookIdOf(message.id);
  const timestamp = Math.floor(now.getTime() / 1_000);
  const secrets = secretsInForce(letter.secrets, now).map(({ secret }) => secret);
  if (secrets.length === 0) throw new Error('an endpoint has no secret that this actor may read');
  const headers = {
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(secrets, { id: webhookId, timestamp, body }),
  };
  const { url } = letter.webhook;
  if (ctx.span === undefined) return await client.post(url, headers, body);
  return await ctx.span.part(
    async (span) => {
      const answer = await client.post(url, { ...headers, traceparent: span.traceparent }, body);
      // Never the URL, which may hold a key.
      if (answer.statusCode !== null) span.add({ 'http.response.status_code': answer.statusCode });
      if (answer.error !== null) span.fail(answer.error);
      return answer;
    },
    { name: 'POST webhook', role: 'client' },
  );
}

async function record(
  ctx: Ctx,
  message: StoredMessage,
  letter: Letter,
  answer: Answer,
  attemptedAt: Date,
): Promise<void> {
  const { deliveryId = '', ...withoutClaim } = ctx;
  const { statusCode, durationMs, error, response } = answer;
  const { id } = letter.webhook;
  const attempt: AttemptRow = {
    id: newId(),
    webhookId: id,
    deliveryId,
    at: attemptedAt,
    statusCode,
    durationMs,
    errorCode: error,
    response,
  };
  const { failingSince } = letter.webhook;
  const spent = spentSecrets(letter, attemptedAt);
  if (error === null && failingSince === null && spent.length === 0) {
    await closeWithAttempt(ctx.db, attempt, ctx.clock.now());
    ctx.onClaimed?.();
    return;
  }
  // A test says whether the endpoint works now: it is not tried again and counts neither way.
  const isTest = message.type === 'webhook.test';
  if (error === null || error === 'gone' || isTest) {
    await transaction(ctx, async (tx) => {
      if (!(await insertAttempt(tx, attempt))) throw notFound();
      if (error === 'gone') await disableWebhook(tx, ctx, id, 'gone');
      else if (error === null && failingSince !== null) await forgetFailures(tx, id);
      if (spent.length > 0) await deleteSecrets(tx, spent);
    });
    return;
  }
  await transaction(withoutClaim, async (tx) => {
    if (!(await insertAttempt(tx, attempt))) throw notFound();
    const row = await countFailure(tx, id, attemptedAt);
    if (!row?.failingSince) return;
    const failing = { since: row.failingSince, count: row.failureCount };
    if (isGivenUp(failing, attemptedAt)) await disableWebhook(tx, withoutClaim, id, 'failing');
  });
  throw notTaken(answer, ctx.clock.now());
}

/** Ids of those that sign nothing any more. */
function spentSecrets({ secrets }: Letter, now: Date): string[] {
  const inForce = new Set(secretsInForce(secrets, now));
  return secrets.filter((secret) => !inForce.has(secret)).map((secret) => secret.id);
}

function busy(failing: boolean): AppError {
  return new AppError(
    'UNAVAILABLE',
    { zh: '该地址还有未完成的推送。', en: 'The endpoint has other deliveries on their way.' },
    { retryAfterSeconds: failing ? busySeconds.failing : busySeconds.healthy },
  );
}

function notTaken({ statusCode, error, retryAfter }: Answer, now: Date): AppError {
  const asked = isAskingForTime(statusCode) ? retryAfterSeconds(retryAfter, now) : null;
  const what = statusCode === null ? String(error) : `${error} (${statusCode})`;
  return new AppError(
    'UPSTREAM_FAILED',
    { zh: `推送未成功：${what}。`, en: `The endpoint did not take the message: ${what}.` },
    asked === null ? {} : { retryAfterSeconds: asked },
  );
}
