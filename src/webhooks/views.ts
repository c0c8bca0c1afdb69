import { type Static, Type } from 'typebox';
import { deliveryStatusOf, eventTypes, tryErrors, webhookIdOf } from './rules.ts';
import type { AttemptRow, DeliveryRow, WebhookRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const instant = Type.String({ format: 'date-time' });
const instantOrNull = Type.Union([instant, Type.Null()]);

const webhookExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  version: 1,
  url: 'https://hooks.winery.example/duijie',
  description: '科研管理系统',
  types: ['match.suggested', 'introduction.opened'],
  enabled: true,
  disabled: null,
  failingSince: null,
  createdAt: '2026-11-22T02:00:00.000Z',
  updatedAt: '2026-11-22T02:00:00.000Z',
};

const webhookProperties = {
  id,
  version: Type.Integer(),
  url: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  types: Type.Union([Type.Array(Type.Enum(eventTypes)), Type.Null()], { description: 'null: everything.' }),
  enabled: Type.Boolean(),
  disabled: Type.Union([
    Type.Object({
      reason: Type.Enum(['owner', 'gone', 'failing'], {
        description: 'owner: turned off; gone: it answered 410; failing: every try failed for five days.',
      }),
      at: instant,
    }),
    Type.Null(),
  ]),
  failingSince: Type.Union([instant, Type.Null()], { description: 'null: the last try delivered.' }),
  createdAt: instant,
  updatedAt: instant,
};

export const WebhookView = Type.Object(webhookProperties, { title: 'WebhookView', examples: [webhookExample] });
export type WebhookView = Static<typeof WebhookView>;

export const SecretWebhookView = Type.Object(
  {
    ...webhookProperties,
    secret: Type.String({
      description: 'What messages are signed with, by the Standard Webhooks specification. It is shown once.',
    }),
  },
  {
    title: 'SecretWebhookView',
    examples: [{ ...webhookExample, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' }],
  },
);
export type SecretWebhookView = Static<typeof SecretWebhookView>;

const attempt = Type.Object({
  at: instant,
  statusCode: Type.Union([Type.Integer(), Type.Null()], { description: 'null where no answer came.' }),
  durationMs: Type.Integer({ description: 'Until the head of the answer.' }),
  errorCode: Type.Union([Type.Enum([...tryErrors]), Type.Null()], { description: 'null: it was delivered.' }),
  response: Type.Union([Type.String(), Type.Null()], {
    description: "The answer's first 1,000 characters.",
  }),
});

export const WebhookDeliveryView = Type.Object(
  {
    id,
    webhookId: Type.String({ description: 'The value of the header webhook-id: the same for every try and replay.' }),
    type: Type.String(),
    subject: Type.Object({ type: Type.String(), id }),
    status: Type.Enum(['pending', 'delivered', 'failed', 'dropped'], {
      description:
        'failed: no try delivered it, and none follows; dropped: the endpoint was turned off before the first.',
    }),
    nextAttemptAt: instantOrNull,
    attempts: Type.Array(attempt, { description: 'Newest first; kept for 30 days.' }),
    createdAt: instant,
  },
  {
    title: 'WebhookDeliveryView',
    examples: [
      {
        id: '0192f0c4-ce00-7f68-a009-93a4b5c6d7ea',
        webhookId: 'msg_0192f0c4-ba00-7e54-9006-8293a4b5c6d6',
        type: 'match.suggested',
        subject: { type: 'match', id: '0192f0c4-b000-7e50-9005-8293a4b5c6d0' },
        status: 'pending',
        nextAttemptAt: '2026-11-22T02:00:05.620Z',
        attempts: [
          {
            at: '2026-11-22T02:00:00.120Z',
            statusCode: 502,
            durationMs: 84,
            errorCode: 'refused',
            response: 'Bad Gateway',
          },
        ],
        createdAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type WebhookDeliveryView = Static<typeof WebhookDeliveryView>;

export function toWebhookView(row: WebhookRow): WebhookView {
  return {
    id: row.id,
    version: row.version,
    url: row.url,
    description: row.description,
    types: row.types as WebhookView['types'],
    enabled: row.enabled,
    disabled:
      row.disabledReason === null || row.disabledAt === null
        ? null
        : { reason: row.disabledReason, at: row.disabledAt.toISOString() },
    failingSince: row.failingSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toDeliveryView(row: DeliveryRow, attempts: readonly AttemptRow[]): WebhookDeliveryView {
  const status = deliveryStatusOf(row.status, attempts);
  return {
    id: row.id,
    webhookId: webhookIdOf(row.messageId),
    type: row.type,
    subject: { type: row.subjectType, id: row.subjectId },
    status,
    nextAttemptAt: status === 'pending' ? row.notBefore.toISOString() : null,
    attempts: attempts.map((one) => ({
      at: one.at.toISOString(),
      statusCode: one.statusCode,
      durationMs: one.durationMs,
      errorCode: one.errorCode as WebhookDeliveryView['attempts'][number]['errorCode'],
      response: one.response,
    })),
    createdAt: row.createdAt.toISOString(),
  };
}

/** What is posted to an endpoint: the fact and whom it concerns by id, and what this organization may see for ever. */
export const WebhookPayload = Type.Object(
  {
    type: Type.Enum([...eventTypes, 'webhook.test']),
    timestamp: Type.String({ format: 'date-time', description: 'When it happened.' }),
    data: Type.Object({
      messageId: id,
      subject: Type.Object({ type: Type.String(), id }, { description: 'What it is about; read it by its id.' }),
      params: Type.Record(Type.String(), Type.String(), {
        description:
          'Particulars that this organization may see: codes, public titles, dates. More may come with time.',
      }),
    }),
  },
  { title: 'WebhookPayload' },
);
export type WebhookPayload = Static<typeof WebhookPayload>;

export function toPayload(told: {
  message: { id: string; type: string; subjectType: string; subjectId: string };
  at: Date;
  params: Readonly<Record<string, string>>;
}): WebhookPayload {
  const { id: messageId, type, subjectType, subjectId } = told.message;
  return {
    type: type as WebhookPayload['type'],
    timestamp: told.at.toISOString(),
    data: { messageId, subject: { type: subjectType, id: subjectId }, params: { ...told.params } },
  };
}
