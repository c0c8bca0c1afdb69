import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../core/errors.ts';
import { localeOf } from './locale.ts';
import { problemContentType, toProblem } from './problem.ts';

/** Requests that wait for a connection to the database; each of a healthy pool's takes a few milliseconds of one. */
const maxWaiting = 500;
/** Above so much in the middle of a window, the process has more to do than it can. */
const maxDelayMs = 500;
const windowMs = 500;
/** One window may be a collection of garbage. */
const windowsInARow = 2;
const retryAfterSeconds = 2;

const refusal = new AppError('UNAVAILABLE', {
  zh: '服务繁忙，请稍后重试。',
  en: 'There is more to do than can be done at the moment; try again shortly.',
});

export type Overload = 'database' | 'event_loop';

/** Judges a process by the delay of its event loop, window by window, and by its queue for the database. */
export class LoadJudge {
  #slowWindows = 0;

  endWindow(medianDelayMs: number): void {
    this.#slowWindows = medianDelayMs > maxDelayMs ? this.#slowWindows + 1 : 0;
  }

  /** What there is too much of; null when another request can be taken. */
  judge(waiting: number): Overload | null {
    if (waiting > maxWaiting) return 'database';
    return this.#slowWindows >= windowsInARow ? 'event_loop' : null;
  }
}

/**
 * Refuses requests with 503 and Retry-After while the process has more than it can do, before they cost anything: those that
 * it has taken are answered, instead of all too late. Supervisors are always answered.
 */
export function useBackPressure(
  app: FastifyInstance,
  parts: { waiting: () => number; exempt: readonly string[]; onRefused: (why: Overload) => void },
): void {
  const judge = new LoadJudge();
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const timer = setInterval(() => {
    judge.endWindow(delays.percentile(50) / 1e6);
    delays.reset();
  }, windowMs);
  timer.unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    delays.disable();
  });
  let isRefusing = false;
  app.addHook('onRequest', async (request, reply) => {
    const why = judge.judge(parts.waiting());
    if ((why !== null) !== isRefusing) {
      isRefusing = why !== null;
      if (isRefusing) request.log.warn({ why }, 'there is more to do than can be done: requests are refused');
      else request.log.info({}, 'requests are taken again');
    }
    if (why === null || parts.exempt.includes(request.routeOptions.url ?? '')) return;
    parts.onRefused(why);
    // Not thrown: the log would get a line for each.
    const problem = toProblem(refusal, localeOf(request.headers['accept-language']), request.id);
    return reply
      .code(503)
      .header('retry-after', retryAfterSeconds)
      .type(problemContentType)
      .send(JSON.stringify(problem));
  });
}
