import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { attachmentRoutes } from './attachments/routes.ts';
import { auditTrailRoutes } from './audit-trail/routes.ts';
import { authenticator } from './auth/plugin.ts';
import { authRoutes } from './auth/routes.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { contractRoutes } from './contracts/routes.ts';
import { conversationRoutes } from './conversations/routes.ts';
import { newId } from './core/ids.ts';
import { creditRoutes } from './credit/routes.ts';
import { deadLetterRoutes } from './dead-letters/routes.ts';
import { demandRoutes } from './demands/routes.ts';
import type { Deps } from './deps.ts';
import { deskRoutes } from './desk/routes.ts';
import { diagnosisRoutes } from './diagnoses/routes.ts';
import { duplicateRoutes } from './duplicates/routes.ts';
import { warnOfDuplicates } from './duplicates/service.ts';
import { exchangeRoutes } from './exchange/routes.ts';
import { expertRoutes } from './experts/routes.ts';
import { healthRoutes } from './health.ts';
import { useBackPressure } from './http/back-pressure.ts';
import { useDrain } from './http/drain.ts';
import { refuseAddress, refuseConnection, useErrorHandler } from './http/error-handler.ts';
import { useEtags } from './http/etag.ts';
import { useJsonBodies } from './http/json-body.ts';
import { documentBodies } from './http/operation.ts';
import { useRequestCtx } from './http/request-ctx.ts';
import { useRequestLog } from './http/request-log.ts';
import { useRequestTrace } from './http/request-trace.ts';
import { boundSlowClients, serverLimits } from './http/slow-clients.ts';
import { useSwagger } from './http/swagger.ts';
import { useStrictValidation } from './http/validation.ts';
import { jobRoutes } from './jobs/routes.ts';
import { matchRoutes } from './matches/routes.ts';
import type { MatchIndex } from './matches/service.ts';
import { isNoticeType } from './notifications/audience.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { exampleNotice } from './notifications/templates/examples.ts';
import { organizationRoutes } from './organizations/routes.ts';
import { projectRoutes } from './projects/routes.ts';
import { resultRoutes } from './results/routes.ts';
import { searchRoutes } from './search/routes.ts';
import { securityContactRoutes } from './security-contact.ts';
import { vocabularyRoutes } from './vocabularies/routes.ts';
import { type DocumentedEvent, documentWebhooks } from './webhooks/documentation.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** What the workers lend to an application in their own process. */
export interface AppParts {
  matchIndex?: MatchIndex;
}

/** How long a preview waits for an answer before it says 503. */
const previewPatienceMs = 10_000;

/** In words of the notice that people get of the same. */
function describeEvent(type: string): DocumentedEvent {
  if (!isNoticeType(type)) throw new Error(`no notice is called ${type}`);
  const { params, zh, en } = exampleNotice(type);
  return { summary: `${en.title} ${zh.title}`, description: `${en.body}\n\n${zh.body}`, params };
}

/** The HTTP application: plugins, then each capability's routes. It never listens; `server.ts` does, tests inject. */
export async function buildApp(deps: Deps, { matchIndex }: AppParts = {}): Promise<FastifyInstance> {
  const { config } = deps;
  const app = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: () => newId(),
    trustProxy: config.trustProxy,
    bodyLimit: 1024 * 1024,
    http: serverLimits,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseConnection,
    forceCloseConnections: 'idle',
    // What comes over a connection that stands is answered while the server closes, and is the last on it.
    return503OnClosing: false,
    // useRequestLog says it in one line, without addresses.
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.removeContentTypeParser('text/plain');
  useJsonBodies(app);
  useStrictValidation(app);
  useErrorHandler(app);
  documentBodies(app);
  useEtags(app);
  useRequestTrace(app, deps.tracer, config.trustProxy);
  useRequestLog(app);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  await app.register(helmet, {
    // The pages that there are say their own.
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
  await app.register(cors, { origin: false });
  useBackPressure(app, {
    waiting: () => deps.pool.waitingCount,
    exempt: ['/livez', '/readyz', '/metrics'],
    onRefused: deps.metrics.countRefused,
  });
  boundSlowClients(app);
  await app.register(rateLimit, { max: config.rateLimitPerMinute, timeWindow: '1 minute' });
  await useSwagger(app, config.publicUrl, documentWebhooks(describeEvent));
  const { db, clock, log, searchIndex, fileStore, wake } = deps;
  useRequestCtx(app, { db, clock, log, searchIndex, fileStore, wakeRelay: wake.wake }, authenticator({ db, clock }));
  await healthRoutes(app, deps);
  await securityContactRoutes(app, { contact: config.securityContact, publicUrl: config.publicUrl, clock });
  const previews = { index: matchIndex ?? null, patienceMs: previewPatienceMs };
  await app.register(
    async (v1) => {
      await authRoutes(v1, { signInLimitPerMinute: config.signInLimitPerMinute });
      await organizationRoutes(v1);
      await creditRoutes(v1);
      await demandRoutes(v1, { duplicatesOf: (ctx, id) => warnOfDuplicates(ctx, 'demand', id) });
      await resultRoutes(v1, { duplicatesOf: (ctx, id) => warnOfDuplicates(ctx, 'result', id) });
      await attachmentRoutes(v1);
      await searchRoutes(v1);
      await jobRoutes(v1, { db, log, clock });
      await matchRoutes(v1, {
        introductionWorkingDays: config.introductionWorkingDays,
        previewLimitPerMinute: config.previewLimitPerMinute,
        previews,
        db,
        log,
        clock,
      });
      await duplicateRoutes(v1);
      await conversationRoutes(v1);
      await projectRoutes(v1);
      await contractRoutes(v1);
      await diagnosisRoutes(v1);
      await campaignRoutes(v1);
      await deskRoutes(v1);
      await expertRoutes(v1, { previews });
      await webhookRoutes(v1, { allowPrivate: config.webhookAllowPrivate });
      await notificationRoutes(v1, {
        db,
        log,
        clock,
        publicUrl: config.publicUrl,
        unsubscribeLimitPerMinute: config.signInLimitPerMinute,
      });
      await deadLetterRoutes(v1);
      await auditTrailRoutes(v1);
      await vocabularyRoutes(v1);
      await exchangeRoutes(v1);
    },
    { prefix: '/v1' },
  );
  // After the streams, which end by themselves.
  useDrain(app);
  return app;
}
