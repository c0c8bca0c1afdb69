import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorKey } from '../core/actor.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/ctx.ts';
import type { Db } from '../core/transaction.ts';
import { bodyMayBeAbsent } from '../http/json-body.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { JobView } from '../jobs/views.ts';
import {
  DismissMatch,
  ListMatches,
  ListMatchObservations,
  ListRecordMatches,
  PreviewMatches,
  RefreshMatches,
} from './inputs.ts';
import { routesOfIntroductions } from './routes/introductions.ts';
import {
  createShownLog,
  dismissMatch,
  getMatch,
  listDemandMatches,
  listMatches,
  listMatchObservations,
  listResultMatches,
  type PreviewMeans,
  previewMatches,
  refreshAllMatches,
  type ShownLog,
  shortlistMatch,
} from './service.ts';
import { MatchObservationView, MatchPreviewView, MatchView } from './views.ts';

export interface MatchOptions {
  introductionWorkingDays: number;
  /** Per minute and person. */
  previewLimitPerMinute: number;
  previews: PreviewMeans;
  db: Db;
  log: Pick<Log, 'warn'>;
  clock: Clock;
}

export async function matchRoutes(fastify: FastifyInstance, options: MatchOptions): Promise<void> {
  const shown = createShownLog(options);
  fastify.addHook('onClose', () => shown.flush());
  await routesOfMatches(fastify, shown);
  await routesOfRuns(fastify, options);
  await routesOfIntroductions(fastify, { workingDays: options.introductionWorkingDays });
  await routesOfObservations(fastify);
}

async function routesOfMatches(fastify: FastifyInstance, shown: ShownLog): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const read = { tag: 'matches', access: 'signed-in' } as const;

  app.get(
    '/matches',
    operation({
      id: 'listMatches',
      summary: "Read a broker's desk",
      description: 'The matches whose demand has its home market in the territory, best first.',
      ...read,
      input: { querystring: ListMatches },
      output: PageOf(MatchView),
    }),
    (request) => listMatches(request.ctx, request.query, shown),
  );

  app.get(
    '/matches/:id',
    operation({
      id: 'getMatch',
      summary: 'Read a match',
      ...read,
      input: { params: IdParams },
      output: MatchView,
      problems: [404],
    }),
    (request) => getMatch(request.ctx, request.params.id, shown),
  );

  app.get(
    '/demands/:id/matches',
    operation({
      id: 'listDemandMatches',
      summary: 'List the results that could answer a demand',
      description: 'For the owner of the demand and the brokers of its home market or above; best first.',
      ...read,
      input: { params: IdParams, querystring: ListRecordMatches },
      output: PageOf(MatchView),
      problems: [404],
    }),
    (request) => listDemandMatches(request.ctx, request.params.id, request.query, shown),
  );

  app.get(
    '/results/:id/matches',
    operation({
      id: 'listResultMatches',
      summary: 'List the demands that a result could answer',
      description: 'For the owner of the result and the brokers of its home market or above; best first.',
      ...read,
      input: { params: IdParams, querystring: ListRecordMatches },
      output: PageOf(MatchView),
      problems: [404],
    }),
    (request) => listResultMatches(request.ctx, request.params.id, request.query, shown),
  );

  const step = stepRoutes(app, {
    tag: 'matches',
    scope: 'matches:write',
    path: '/matches/:id',
    params: IdParams,
    output: MatchView,
  });

  step('shortlist', { id: 'shortlistMatch', summary: 'Shortlist a match' }, (ctx, { params, expectedVersion }) =>
    shortlistMatch(ctx, params.id, expectedVersion),
  );

  step(
    'dismiss',
    {
      id: 'dismissMatch',
      summary: 'Dismiss a match with a reason',
      description: 'The pair stays away until one of its records changes.',
      body: DismissMatch,
    },
    (ctx, { params, body, expectedVersion }) => dismissMatch(ctx, params.id, body, expectedVersion),
  );
}

/** What asks for matches to be found: for a draft, or for all records of a territory. */
async function routesOfRuns(fastify: FastifyInstance, options: MatchOptions): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const common = { tag: 'matches', access: 'signed-in', scope: 'matches:write' } as const;
  const preview = operation({
    id: 'previewMatches',
    summary: 'See what a draft would match',
    description:
      'The published records of the other side that a demand or a result with these fields would match. The draft is not saved, and an Idempotency-Key is not needed: a repeat is harmless. For members of verified enterprises (demands) and universities (results), and for brokers (both). 503 with Retry-After when no worker answers within ten seconds.',
    ...common,
    idempotent: false,
    input: { body: PreviewMatches },
    output: MatchPreviewView,
    problems: [409],
  });
  const rateLimit = {
    max: options.previewLimitPerMinute,
    timeWindow: '1 minute',
    keyGenerator: ({ actor }: FastifyRequest) => actorKey(actor),
  };
  app.post('/match-previews', { ...preview, config: { ...preview.config, rateLimit } }, (request) =>
    previewMatches(request.ctx, request.body, options.previews),
  );

  app.post(
    '/match-refreshes',
    {
      ...operation({
        id: 'refreshAllMatches',
        summary: 'Find the matches of a whole territory anew',
        description:
          'For the administrator, and for directors in their own territory. Answers at once with the job, to be followed at Location; while a job of the same market has not ended, with that one.',
        ...common,
        input: { body: RefreshMatches },
        status: 202,
        output: JobView,
        problems: [404],
      }),
      preValidation: bodyMayBeAbsent,
    },
    async (request, reply) => {
      const job = await refreshAllMatches(request.ctx, request.body);
      return reply.code(202).header('location', `/v1/jobs/${job.id}`).send(job);
    },
  );
}

async function routesOfObservations(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/match-observations',
    operation({
      id: 'listMatchObservations',
      summary: 'Export what a learner needs of every answer',
      description:
        'For the administrator; oldest first, so that an export goes on where it stopped. Features, score and places as they were; no names, no texts. What happened in the last minute is not listed yet.',
      tag: 'operations',
      access: 'signed-in',
      input: { querystring: ListMatchObservations },
      output: PageOf(MatchObservationView),
    }),
    (request) => listMatchObservations(request.ctx, request.query),
  );
}
