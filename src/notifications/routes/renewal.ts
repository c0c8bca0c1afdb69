import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { operation } from '../../http/operation.ts';
import { KeepRecord, RenewalParams } from '../inputs.ts';
import { keepRecord, showRenewalPage } from '../service.ts';
import { unsubscribePageHeaders as pageHeaders } from '../templates/unsubscribe-page.ts';

const maxFormBytes = 1_024;
const page = {
  description: 'A page in the language of whom the mail was for.',
  content: { 'text/html': { schema: Type.String({ examples: ['<!doctype html>…'] }) } },
};

/** In a scope of its own: here bodies are forms. */
export async function renewalRoutes(
  plainApp: FastifyInstance,
  { limitPerMinute }: { limitPerMinute: number },
): Promise<void> {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  const rateLimit = { max: limitPerMinute, timeWindow: '1 minute' };
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxFormBytes },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body))),
  );

  const asked = operation({
    id: 'showRenewalPage',
    summary: 'The page behind the link of a mail that asks whether a record is still current; changes nothing',
    tag: 'notifications',
    access: 'public',
    idempotent: false,
    input: { params: RenewalParams },
    output: Type.String(),
    problems: [404],
  });
  app.get(
    '/renewals/:token',
    {
      schema: { ...asked.schema, response: { ...asked.schema.response, 200: page } },
      config: { ...asked.config, rateLimit },
      exposeHeadRoute: false,
    },
    async (request, reply) => sendPage(reply, await showRenewalPage(request.ctx, request.params.token)),
  );

  const kept = operation({
    id: 'keepRecord',
    summary: 'Say in one click that a record is still current',
    description:
      'Without signing in: the token of the mail is enough while the record has the term that was asked about, and is good for nothing else.',
    tag: 'notifications',
    access: 'public',
    scope: null,
    idempotent: false,
    input: { params: RenewalParams, body: KeepRecord },
    output: Type.String(),
    problems: [403, 404, 409, 412],
  });
  app.post(
    '/renewals/:token',
    {
      schema: {
        ...kept.schema,
        consumes: ['application/x-www-form-urlencoded'],
        response: { ...kept.schema.response, 200: page },
      },
      config: { ...kept.config, rateLimit },
    },
    async (request, reply) => sendPage(reply, await keepRecord(request.ctx, request.params.token)),
  );
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.headers(pageHeaders).send(html);
}
