import type { Logger } from 'pino';
import type { Searcher } from '../core/search-index.ts';

export interface FallbackOptions {
  log: Pick<Logger, 'info' | 'warn'>;
  /** How long the primary may take before the fallback is asked. */
  deadlineMs?: number;
  /** After so many failures in a row the primary is left alone. */
  failuresToRest?: number;
  /** How long it is left alone before one question tries it again. */
  restMs?: number;
  /** Whether the primary holds all that it should; until then it is not asked. */
  isFilled?: () => Promise<boolean>;
  /** Whether the primary has what was filled for us. Asked until it has, in the primary's time: it may be the primary who says. */
  isOurs?: () => Promise<boolean>;
  /** Milliseconds that only grow. */
  now?: () => number;
}

/**
 * Asks the primary, and the fallback where that is away, slow, wrong or not filled yet: the answer then says that it is
 * degraded. The indexes are written by the readers of the workers, which make the primary's, too.
 */
export function createSearchWithFallback(primary: Searcher, fallback: Searcher, options: FallbackOptions): Searcher {
  const { deadlineMs = 350, isFilled = async () => true, isOurs = async () => true } = options;
  let isConfirmed = false;
  const breaker = createBreaker(options);

  async function ask<T>(of: (index: Searcher) => Promise<T>): Promise<{ answer: T; isDegraded: boolean }> {
    const filled = await isFilled();
    // Filled anew, it is another one.
    if (!filled) isConfirmed = false;
    if (filled && breaker.mayTry()) {
      try {
        const answer = await within(
          deadlineMs,
          confirmed().then(() => of(primary)),
        );
        breaker.succeeded();
        return { answer, isDegraded: false };
      } catch (error) {
        breaker.failed(error);
      }
    }
    return { answer: await of(fallback), isDegraded: true };
  }

  async function confirmed(): Promise<void> {
    isConfirmed ||= await isOurs();
    if (!isConfirmed) throw new Error('the search engine has other indexes than those that were filled');
  }

  return {
    name: primary.name,
    ensureIndexes: async () => await fallback.ensureIndexes(),
    search: async (query) => {
      // Typing mistakes cannot be switched off for one question of Meilisearch.
      if (query.everyWord) return await fallback.search(query);
      const { answer, isDegraded } = await ask((index) => index.search(query));
      return isDegraded ? { ...answer, degraded: true } : answer;
    },
    suggest: async (query) => {
      const { answer, isDegraded } = await ask((index) => index.suggest(query));
      return isDegraded ? { ...answer, degraded: true } : answer;
    },
    health: async () => {
      const health = await primary.health();
      return health === 'ok' && !(await isFilled()) ? 'filling' : health;
    },
  };
}

/** Keeps questions from a primary that fails, so that they do not all wait for its deadline. */
function createBreaker({ log, failuresToRest = 3, restMs = 5_000, now = () => performance.now() }: FallbackOptions): {
  mayTry(): boolean;
  succeeded(): void;
  failed(error: unknown): void;
} {
  let failures = 0;
  let restsUntilMs = 0;
  let isTrying = false;
  return {
    mayTry: () => {
      if (failures < failuresToRest) return true;
      if (isTrying || now() < restsUntilMs) return false;
      isTrying = true;
      return true;
    },
    succeeded: () => {
      if (failures >= failuresToRest) log.info('the search engine answers again');
      failures = 0;
      isTrying = false;
    },
    failed: (error) => {
      failures += 1;
      isTrying = false;
      restsUntilMs = now() + restMs;
      if (failures === failuresToRest) log.warn({ err: error }, 'the search engine fails; the fallback answers');
    },
  };
}

/** @throws Error when the time is over; what was begun ends by its own timeout */
async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
