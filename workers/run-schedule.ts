import type { Ctx, Log } from '../src/core/ctx.ts';
import { describeError } from '../src/core/error-report.ts';
import { type Loop, startLoop } from './loop.ts';
import { createOutageLog } from './outage-log.ts';
import type { Queues } from './queues.ts';
import { systemCtx, type WorkerDeps } from './worker-deps.ts';

/** A verb that nobody asks for. Two processes may run it at the same time. */
export interface ScheduledJob {
  everyMs: number;
  run: (ctx: Ctx) => Promise<unknown>;
}

/** By job name, which is also the name that the job acts under. */
export type ScheduledJobs = Readonly<Record<string, ScheduledJob>>;

const checkEveryMs = 30_000;

/** Runs one scheduled job. A failure is told and not tried again: the next run comes by itself. */
export async function runScheduled(name: string, jobs: ScheduledJobs, deps: WorkerDeps): Promise<void> {
  // A schedule of another version of the program that shares the queue.
  const job = jobs[name];
  if (job === undefined) return;
  const span = deps.tracer?.begin({ name: `run ${name}`, verb: name, role: 'internal', parent: null });
  try {
    await job.run(systemCtx(deps, name, undefined, span));
  } catch (error) {
    span?.fail(error);
    deps.log.warn({ job: name, error: describeError(error) }, 'a scheduled job failed; it will run again');
  } finally {
    span?.end();
  }
}

/** Sets the schedules and looks after them: a flushed Redis has lost them. */
export function keepSchedules(queues: Pick<Queues, 'ensureSchedule'>, jobs: ScheduledJobs, log: Log): Loop {
  const outage = createOutageLog(log, 'setting the schedules');
  return startLoop(async () => {
    try {
      for (const [name, job] of Object.entries(jobs)) await queues.ensureSchedule(name, job.everyMs);
      outage.worked();
      return { pauseMs: checkEveryMs, wakeable: false };
    } catch (error) {
      outage.failed(error);
      return { pauseMs: 1_000, wakeable: false };
    }
  });
}
