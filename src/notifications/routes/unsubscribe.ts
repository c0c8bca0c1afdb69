import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { operation } from '../../http/operation.ts';
import { Unsubscribe, UnsubscribeParams } from '../inputs.ts';
import { showUnsubscribePage, unsubscribe } from '../service.ts';
import { unsubscribePageHeaders } from '../templates/unsubscribe-page.ts';

export interface UnsubscribeOptions {
  publicUrl: string;
  /** Requests per minute and address. */
  unsubscribeLimitPerMinute: number;
}

const tag = 'notifications';
const maxFormBytes = 4_096;
const page = {
  description: 'A page in the language of whom the mail was for.',
  content: { 'text/html': { schema: Type.String({ examples: ['<!doctype html>…'] }) } },
};

/** In a scope of its own: here alone bodies are forms. */
export async function unsubscribeRoutes(
  plainApp: FastifyInstance,
  { publicUrl, unsubscribeLimitPerMinute }: UnsubscribeOptions,
): Promise<void> {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  const rateLimit = { max: unsubscribeLimitPerMinute, timeWindow: '1 minute' };
  app.addContentTypeParser<string>(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string', bodyLimit: maxFormBytes },
    (_request, body, done) => done(null, oneClickIn(body)),
  );

  const asked = operation({
    id: 'showUnsubscribePage',
    summary: 'The page behind the link in a mail; changes nothing',
    tag,
    access: 'public',
    idempotent: false,
    input: { params: UnsubscribeParams },
    output: Type.String(),
    problems: [404],
  });
  app.get(
    '/unsubscribe/:token',
    {
      schema: { ...asked.schema, response: { ...asked.schema.response, 200: page } },
      config: { ...asked.config, rateLimit },
      exposeHeadRoute: false,
    },
    async (request, reply) => sendPage(reply, await showUnsubscribePage(request.ctx, request.params.token, publicUrl)),
  );

  const confirmed = operation({
    id: 'unsubscribe',
    summary: 'End mails of one kind, in one click (RFC 8058)',
    description: 'Without signing in: the token of a mail is enough, and is good for nothing else.',
    tag,
    access: 'public',
    scope: null,
    idempotent: false,
    input: { params: UnsubscribeParams, body: Unsubscribe },
    output: Type.String(),
    problems: [404],
  });
  app.post(
    '/unsubscribe/:token',
    {
      schema: {
        ...confirmed.schema,
        consumes: ['application/x-www-form-urlencoded', 'multipart/form-data'],
        response: { ...confirmed.schema.response, 200: page },
      },
      config: { ...confirmed.config, rateLimit },
    },
    async (request, reply) => sendPage(reply, await unsubscribe(request.ctx, request.params.token, publicUrl)),
  );
}

/** The one field that matters, in either of the two encodings of a form; of anything else, nothing. */
function oneClickIn(body: string): Record<string, string> {
  const value =
    /name="?List-Unsubscribe"?\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]*)/i.exec(body)?.[1] ??
    new URLSearchParams(body).get('List-Unsubscribe');
  return value === null ? {} : { 'List-Unsubscribe': value };
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.headers(unsubscribePageHeaders).send(html);
}
