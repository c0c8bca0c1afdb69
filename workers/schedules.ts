import { prune } from '../src/core/housekeeping.ts';
import { expireDemands } from '../src/demands/service.ts';
import { sweepIntroductions } from '../src/matches/service.ts';
import { expireResults } from '../src/results/service.ts';
import type { ScheduledJobs } from './run-schedule.ts';

const halfMinuteMs = 30_000;
const tenMinutesMs = 600_000;

/** `housekeeping` is also the actor's name that row-level security lets prune. */
export const scheduledJobs = {
  'sweep-introductions': { everyMs: halfMinuteMs, run: sweepIntroductions },
  'expire-demands': { everyMs: halfMinuteMs, run: expireDemands },
  'expire-results': { everyMs: halfMinuteMs, run: expireResults },
  housekeeping: { everyMs: tenMinutesMs, run: prune },
} as const satisfies ScheduledJobs;
