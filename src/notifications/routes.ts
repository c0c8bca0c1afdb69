import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/ctx.ts';
import type { Locale } from '../core/text.ts';
import type { Db } from '../core/transaction.ts';
import { eventStreamResponse, lastEventId, openEventStream } from '../http/event-stream.ts';
import { localeOf } from '../http/locale.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { NotificationStreams } from './channels/stream.ts';
import { ListNotifications, ReadNotifications } from './inputs.ts';
import { reader } from './policy.ts';
import { preferenceRoutes } from './routes/preferences.ts';
import { renewalRoutes } from './routes/renewal.ts';
import { type UnsubscribeOptions, unsubscribeRoutes } from './routes/unsubscribe.ts';
import { getNotificationSummary, listNotifications, readNotification, readNotifications } from './service.ts';
import { NotificationSummary, NotificationView } from './views.ts';

const tag = 'notifications';
const read = { tag, access: 'signed-in' } as const;
/** Reading is what a person does; a machine pages with the cursor. */
const mark = { tag, access: 'signed-in', scope: null } as const;

/** The language of Accept-Language; the reader's own where it names neither Chinese nor English (fetch sends `*`). */
function readerLocale(request: FastifyRequest): Locale {
  const header = request.headers['accept-language'];
  if (header !== undefined && /\b(zh|en)\b/i.test(header)) return localeOf(header);
  return request.actor.kind === 'user' ? request.actor.locale : 'zh-CN';
}

export async function notificationRoutes(
  fastify: FastifyInstance,
  parts: { db: Db; log: Pick<Log, 'warn'>; clock: Clock } & UnsubscribeOptions,
): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/notifications',
    operation({
      id: 'listNotifications',
      summary: 'Read my inbox',
      description: 'Newest first.',
      ...read,
      input: { querystring: ListNotifications },
      output: PageOf(NotificationView),
    }),
    (request) => listNotifications(request.ctx, request.query, readerLocale(request)),
  );

  app.get(
    '/notifications/summary',
    operation({
      id: 'getNotificationSummary',
      summary: 'Count my unread notices',
      ...read,
      output: NotificationSummary,
    }),
    (request) => getNotificationSummary(request.ctx),
  );

  app.post(
    '/notifications/read',
    operation({
      id: 'readNotifications',
      summary: 'Mark a notice and all older ones read',
      ...mark,
      input: { body: ReadNotifications },
      output: NotificationSummary,
      problems: [404],
    }),
    (request) => readNotifications(request.ctx, request.body),
  );

  app.post(
    '/notifications/:id/read',
    operation({
      id: 'readNotification',
      summary: 'Mark a notice read',
      ...mark,
      input: { params: IdParams },
      output: NotificationView,
      problems: [404],
    }),
    (request) => readNotification(request.ctx, request.params.id, readerLocale(request)),
  );

  streamRoute(fastify, parts);
  preferenceRoutes(fastify);
  await fastify.register(async (scope) => unsubscribeRoutes(scope, parts));
  await fastify.register(async (scope) => renewalRoutes(scope, { limitPerMinute: parts.unsubscribeLimitPerMinute }));
}

const eventExample =
  'id: 0192f0c4-bb00-7e55-9006-8293a4b5c6d7\nevent: notification\ndata: {"type":"match.suggested","title":"新的匹配建议"}\n\n';

function streamRoute(fastify: FastifyInstance, parts: { db: Db; log: Pick<Log, 'warn'>; clock: Clock }): void {
  const streams = new NotificationStreams(parts);
  fastify.addHook('preClose', async () => streams.close());
  const { schema, config } = operation({
    id: 'streamNotifications',
    summary: 'Follow my inbox',
    description:
      'Server-sent events named `notification`, each with a notice; the event has its id. After a break send the last one as Last-Event-ID: all that came since is sent, each once, whichever server answers. A stream ends after ten minutes at most, and when its reader takes nothing for half a minute.',
    ...read,
    output: Type.String(),
  });
  const stream = eventStreamResponse('New notices as they come.', eventExample);
  fastify.get(
    '/notifications/stream',
    { schema: { ...schema, response: { ...schema.response, 200: stream } }, config, exposeHeadRoute: false },
    async (request, reply) => {
      const { userId } = reader(request.ctx.actor);
      const position = await streams.positionFor(userId, lastEventId(request, noticeId));
      streams.checkRoom(userId);
      const stream = openEventStream(reply);
      stream.on('close', streams.open({ userId, locale: readerLocale(request), position }, stream));
    },
  );
}

const noticeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
