import { Type } from 'typebox';
import { eventTypes, webhookIdOf } from './rules.ts';
import { toPayload, WebhookPayload } from './views.ts';

/** One type of message, for people who write a program that is told of it. */
export interface DocumentedEvent {
  summary: string;
  description: string;
  params: Readonly<Record<string, string>>;
}

const messageId = '0192f0c4-ba00-7e54-9006-8293a4b5c6d6';
const subjectId = '0192f0c4-b000-7e50-9005-8293a4b5c6d0';
const at = new Date('2026-11-22T02:00:00.000Z');

function header(name: string, description: string, example: string, required = true) {
  return { name, in: 'header', required, description, schema: Type.String(), example };
}

const headers = [
  header(
    'webhook-id',
    'The same for every try and replay: what has been seen may be left aside.',
    webhookIdOf(messageId),
  ),
  header(
    'webhook-timestamp',
    'When it was sent, in seconds since 1970; refuse what is older than five minutes.',
    '1795312800',
  ),
  header(
    'webhook-signature',
    'One or more signatures, separated by blanks: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
  header(
    'traceparent',
    'W3C Trace Context, where the platform makes traces. It is not signed: it says nothing about who sent the message.',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    false,
  ),
];

const responses = {
  '2XX': {
    description: 'Taken. Every other answer, and none within 10 seconds, is tried again: ten times over 75 hours.',
  },
  '410': { description: 'Turns the endpoint off.' },
  '429': { description: 'Tried again after Retry-After, a day at most; 503 likewise.' },
};

function event(type: string, { summary, description, params }: DocumentedEvent) {
  const [subjectType = ''] = type.split('.');
  const example = toPayload({ message: { id: messageId, type, subjectType, subjectId }, at, params });
  return {
    post: {
      operationId: `on ${type}`.replaceAll(/[^a-z]+([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      summary,
      description,
      tags: ['webhooks'],
      parameters: headers,
      requestBody: { required: true, content: { 'application/json': { schema: WebhookPayload, example } } },
      responses,
    },
  };
}

const test: DocumentedEvent = {
  summary: 'A test message',
  description: 'Sent once by POST /v1/webhooks/{id}/test.',
  params: {},
};

/** The `webhooks` of the OpenAPI document: every message that an endpoint may be told of, with an example. */
export function documentWebhooks(
  describe: (type: (typeof eventTypes)[number]) => DocumentedEvent,
): Record<string, object> {
  const told = eventTypes.map((type) => [type, event(type, describe(type))] as const);
  return Object.fromEntries([...told, ['webhook.test', event('webhook.test', test)]]);
}
