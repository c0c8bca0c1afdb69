import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import type { MessageType, SubjectType } from '../../src/core/messages.ts';
import { emit } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import type { ClientOptions } from '../../src/webhooks/outgoing/client.ts';
import { createOutgoing, type Outgoing, webhookRetries } from '../../src/webhooks/service.ts';
import { deliverToWebhook } from '../../workers/handlers/deliver-webhook.ts';
import { notifyAudience } from '../../workers/handlers/notify-audience.ts';
import type { Registry } from '../../workers/registry.ts';
import { type Outcome, runDelivery } from '../../workers/run-job.ts';
import type { Body, Caller, TestApi } from './api.ts';
import type { Received } from './receiver.ts';

/** Workers that do what is due when a test says so, with the handlers that webhooks need. */
export interface Sender {
  outgoing: Outgoing;
  /** Runs everything that is due now, and what becomes due by it at once; returns how each ended, by handler. */
  work(): Promise<{ handler: string; outcome: Outcome }[]>;
  /** Runs the notices that are due now, and leaves what they owe to endpoints. */
  workNotices(): Promise<void>;
  /** Runs one delivery. */
  run(deliveryId: string): Promise<Outcome>;
  /** Ids of deliveries to endpoints that are due now. */
  due(): Promise<string[]>;
}

export function createSender(api: TestApi, options: Partial<ClientOptions> = {}): Sender {
  const outgoing = createOutgoing({ allowPrivate: true, ...options });
  const registry: Registry = {
    notify: { queue: 'duijie-notices', run: notifyAudience },
    'deliver-webhook': { queue: 'duijie-outgoing', run: deliverToWebhook(outgoing), retries: webhookRetries },
  };

  async function dueOf(handlers: readonly string[]): Promise<{ id: string; handler: string }[]> {
    const { rows } = await api.deps.pool.query<{ id: string; handler: string }>(
      "select id, handler from deliveries where handler = any($1) and status = 'pending' and not_before <= $2 order by id",
      [handlers, api.clock.now()],
    );
    return rows;
  }
  const run = (id: string) => runDelivery(id, { deps: api.deps, registry, random: () => 0 });

  return {
    outgoing,
    run,
    due: async () => (await dueOf(['deliver-webhook'])).map(({ id }) => id),
    async workNotices() {
      for (const { id } of await dueOf(['notify'])) await run(id);
    },
    async work() {
      const ended: { handler: string; outcome: Outcome }[] = [];
      for (let due = await dueOf(Object.keys(registry)); due.length > 0; due = await dueOf(Object.keys(registry))) {
        for (const { id, handler } of due) ended.push({ handler, outcome: await run(id) });
      }
      return ended;
    },
  };
}

/** Writes a fact as a verb would. */
export async function tell(
  api: TestApi,
  type: MessageType,
  subjectType: SubjectType,
  subjectId: string,
): Promise<string> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  const [id = ''] = await transaction(system, (tx) => emit(tx, system, { type, subjectType, subjectId }));
  return id;
}

export async function createWebhook(owner: Caller, url: string, input: object = {}): Promise<Body> {
  const answer = await owner.post('/v1/webhooks', { url, ...input });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/**
 * Verifies a request as its receiver would, by the reference library, whose own clock is set to the message's.
 * @throws when the signature is not of this secret
 */
export function verified(secret: string, { body, headers }: Received): Body {
  vi.useFakeTimers({ toFake: ['Date'], now: Number(headers['webhook-timestamp']) * 1_000 });
  try {
    return new Webhook(secret).verify(body, headers);
  } finally {
    vi.useRealTimers();
  }
}

export function ifMatch(record: Body): Record<string, string> {
  return { 'if-match': `"${record.version}"` };
}

export function unknownId(): string {
  return newId();
}
