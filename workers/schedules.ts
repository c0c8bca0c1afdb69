import { removeStaleCredentials } from '../src/auth/service.ts';
import { sweepCampaigns } from '../src/campaigns/service.ts';
import { plusDays } from '../src/core/clock.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { prune } from '../src/core/housekeeping.ts';
import { expireRestrictions } from '../src/credit/service.ts';
import { expireDemands } from '../src/demands/service.ts';
import { removeExpiredImports } from '../src/exchange/service.ts';
import { sweepFiles } from '../src/files/service.ts';
import { failStrandedJobs } from '../src/jobs/service.ts';
import { sweepIntroductions, sweepPreviews } from '../src/matches/service.ts';
import { makeDueDigests } from '../src/notifications/service.ts';
import { remindOfMilestones } from '../src/projects/service.ts';
import { expireResults } from '../src/results/service.ts';
import { lookAtSavedSearches } from '../src/search/service.ts';
import { pruneWebhookAttempts } from '../src/webhooks/service.ts';
import { checkSearchIndexes } from './check-search-indexes.ts';
import type { ScheduledJobs } from './run-schedule.ts';
import type { WorkerDeps } from './worker-deps.ts';

const halfMinuteMs = 30_000;
const fiveMinutesMs = 300_000;
const tenMinutesMs = 600_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

const taskDays = 7;

/** `housekeeping` and `sweep-previews` are also the actors' names that row-level security lets delete. */
export function scheduledJobsOf({ searchEngines }: Pick<WorkerDeps, 'searchEngines'>): ScheduledJobs {
  const { postgres, meilisearch } = searchEngines;
  return {
    'sweep-introductions': { everyMs: halfMinuteMs, run: sweepIntroductions },
    'sweep-campaigns': { everyMs: halfMinuteMs, run: sweepCampaigns },
    'sweep-previews': { everyMs: halfMinuteMs, run: sweepPreviews },
    'fail-stranded-jobs': { everyMs: halfMinuteMs, run: failStrandedJobs },
    'expire-demands': { everyMs: halfMinuteMs, run: expireDemands },
    'expire-restrictions': { everyMs: halfMinuteMs, run: expireRestrictions },
    'expire-results': { everyMs: halfMinuteMs, run: expireResults },
    'remind-of-milestones': { everyMs: fiveMinutesMs, run: remindOfMilestones },
    'look-at-saved-searches': { everyMs: fiveMinutesMs, run: lookAtSavedSearches },
    'tidy-search-index': { everyMs: fiveMinutesMs, run: async () => await postgres.tidy?.() },
    'make-digests': { everyMs: fiveMinutesMs, run: makeDueDigests },
    housekeeping: { everyMs: tenMinutesMs, run: keepHouse },
    'sweep-files': { everyMs: hourMs, run: sweepFiles },
    'check-search-index': { everyMs: dayMs, run: (ctx) => checkSearchIndexes(ctx, searchEngines) },
    ...(meilisearch === null
      ? {}
      : {
          'prune-search-tasks': {
            everyMs: dayMs,
            run: (ctx: Ctx) => meilisearch.pruneTasks(plusDays(ctx.clock.now(), -taskDays)),
          },
        }),
  };
}

async function keepHouse(ctx: Ctx): Promise<void> {
  await prune(ctx);
  await removeStaleCredentials(ctx);
  await pruneWebhookAttempts(ctx);
  await removeExpiredImports(ctx);
}
