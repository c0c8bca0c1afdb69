import { Readable } from 'node:stream';
import { redeliverWebhook, webhookRetries } from '../../src/webhooks/service.ts';
import { type Answering, Receiver, status } from '../setup/receiver.ts';
import {
  type EndpointGround,
  endpointOracle,
  onEndpoints,
  skipPauses,
  type Tenant,
  tellEndpoints,
} from './endpoints.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';

const bodyBytes = 10 * 2 ** 20;
const shownCharacters = 1_000;
const askedSeconds = 7_200;

/** What an endpoint does to a message, and what is to become of it. */
interface Fault {
  answer: Answering;
  /** `dead` after ten tries; `taken` and `off` after one. */
  end: 'dead' | 'taken' | 'off';
  /** What the endpoint asks for by Retry-After. */
  atLeastSeconds?: number;
}

/** In pieces, each sent when the one before is gone: what nobody reads is not sent. */
function bodyOf(bytes: number): Readable {
  const piece = Buffer.alloc(2 ** 16, 'x');
  return Readable.from(Array.from({ length: bytes / piece.length }, () => piece));
}

function faultsOf(elsewhere: Receiver): Record<string, Fault> {
  return {
    500: { answer: status(500), end: 'dead' },
    hang: { answer: () => undefined, end: 'dead' },
    reset: { answer: (response) => void response.socket?.resetAndDestroy(), end: 'dead' },
    redirect: { answer: status(307, { location: elsewhere.url('/') }), end: 'dead' },
    429: { answer: status(429, { 'retry-after': String(askedSeconds) }), end: 'dead', atLeastSeconds: askedSeconds },
    slow: { answer: (response) => void response.writeHead(200).write('ok, and'), end: 'taken' },
    big: { answer: (response) => void bodyOf(bodyBytes).pipe(response.writeHead(200)), end: 'taken' },
    410: { answer: status(410), end: 'off' },
  };
}

/**
 * As many endpoints as asked of each way in which one can fail, each told of one message. Between tries the pause is read,
 * held against the schedule, and skipped. What is dead in the end is sent again, to an endpoint that is well.
 */
export async function runWebhookFaults(run: FaultRun): Promise<FaultReport> {
  const { kills, tell = () => undefined } = run;
  const elsewhere = new Receiver();
  await elsewhere.start();
  try {
    return await onEndpoints(run, async (ground) => {
      const { pool, receiver } = ground;
      const cases = Object.entries(faultsOf(elsewhere)).flatMap(([name, fault]) =>
        Array.from({ length: kills }, (_, at) => ({ path: `/${name}/${at}`, fault })),
      );
      const tenants = await ground.tenants(cases.length);
      const complaints = await Promise.all(
        cases.map(async ({ path, fault }, at) => {
          const tenant = tenants[at];
          if (tenant === undefined) throw new Error('no such tenant');
          const found = await endure(ground, tenant, path, fault);
          tell(`${path}: ${receiver.at(path).length} requests`);
          return found.map((complaint) => `${path}: ${complaint}`);
        }),
      );
      const wrongAnswers = complaints.flat();
      if (elsewhere.received.length > 0)
        wrongAnswers.push(`a redirect was followed ${elsewhere.received.length} times`);
      const requests = receiver.received.length;
      const { drainSeconds, ...found } = await settle(pool, [endpointOracle(pool, receiver)]);
      return {
        kills: cases.length,
        acknowledged: cases.length,
        wrongAnswers,
        figures: { requests, drainSeconds },
        ...found,
      };
    });
  } finally {
    await elsewhere.close();
  }
}

interface Try {
  deliveryId: string;
  status: string;
  attempts: number;
  notBefore: Date;
  lastAt: Date | null;
  response: string | null;
}

/** @returns what was not as it must be */
async function endure(ground: EndpointGround, tenant: Tenant, path: string, fault: Fault): Promise<string[]> {
  const { pool, receiver } = ground;
  const complaints: string[] = [];
  const webhookId = await ground.endpoint(tenant, path);
  let sentBytes = 0;
  receiver.answers.set(path, (response, request, raw) => {
    raw.socket.once('close', () => (sentBytes = Math.max(sentBytes, raw.socket.bytesWritten)));
    fault.answer(response, request, raw);
  });
  await tellEndpoints(tenant);
  const next = async (isSo: (one: Try) => boolean, what: string) => {
    let seen: Try | undefined;
    await until(`${path}: ${what}`, async () => {
      seen = await lastTry(pool, webhookId);
      return seen !== undefined && isSo(seen);
    });
    if (seen === undefined) throw new Error('no such delivery');
    return seen;
  };
  if (fault.end !== 'dead') {
    const { response } = await next((one) => one.status === 'done', 'one try');
    if ((response?.length ?? 0) > shownCharacters) complaints.push(`${response?.length} characters were kept`);
    if (sentBytes >= bodyBytes) complaints.push('the whole body was read');
    const { rows } = await pool.query<{ enabled: boolean }>('select enabled from webhooks where id = $1', [webhookId]);
    if (rows[0]?.enabled !== (fault.end === 'taken')) complaints.push(`enabled is ${rows[0]?.enabled}`);
    return complaints;
  }
  const { maxAttempts, delayMs } = webhookRetries;
  for (let tries = 1; tries < maxAttempts; tries += 1) {
    const one = await next(({ attempts, status }) => attempts === tries && status === 'pending', `try ${tries}`);
    const seenAtMs = Date.now();
    const atLeastMs = (fault.atLeastSeconds ?? 0) * 1_000;
    const earliestMs =
      (one.lastAt?.getTime() ?? 0) +
      Math.max(
        delayMs(tries, () => 0),
        atLeastMs,
      );
    const latestMs =
      seenAtMs +
      Math.max(
        delayMs(tries, () => 1),
        atLeastMs + 1_000,
      );
    const nextMs = one.notBefore.getTime();
    if (nextMs < earliestMs || nextMs > latestMs)
      complaints.push(`the pause after try ${tries} is not of the schedule`);
    await skipPauses(pool, one.deliveryId);
  }
  const dead = await next((one) => one.status === 'dead', 'the last try');
  const before = receiver.at(path).length;
  if (before !== maxAttempts) complaints.push(`${before} requests`);
  receiver.answers.delete(path);
  await redeliverWebhook(tenant.ctx, webhookId, dead.deliveryId);
  await next((one) => one.status === 'done', 'the replay');
  const ids = new Set(receiver.at(path).map(({ headers }) => headers['webhook-id']));
  if (ids.size !== 1) complaints.push(`${ids.size} ids`);
  return complaints;
}

async function lastTry(pool: EndpointGround['pool'], webhookId: string): Promise<Try | undefined> {
  const { rows } = await pool.query<Try>(
    `select d.id as "deliveryId", d.status, d.attempts, d.not_before as "notBefore", a.at as "lastAt", a.response
     from deliveries d left join lateral
       (select at, response from webhook_attempts where delivery_id = d.id order by id desc limit 1) a on true
     where d.handler = 'deliver-webhook' and d.target_id = $1 order by d.id limit 1`,
    [webhookId],
  );
  return rows[0];
}
