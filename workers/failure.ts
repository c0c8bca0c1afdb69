import { AppError } from '../src/core/errors.ts';

/** How often a handler's delivery is tried before it is dead, and when. */
export interface RetryPolicy {
  maxAttempts: number;
  /**
   * @param attempts failed so far, from 1
   * @param random from 0 up to 1
   */
  delayMs(attempts: number, random: () => number): number;
}

const baseDelayMs = 1_000;
const maxDelayMs = 5 * 60_000;
/** How far apart those are spread that were asked to come back at the same time. */
const maxSpreadSeconds = 60;

/** Of every handler that has none of its own. */
export const standardRetries: RetryPolicy = { maxAttempts: 10, delayMs: backoffMs };

export type Verdict =
  /** The subject is gone, so nothing is owed any more. */
  | { kind: 'moot' }
  /** Tried again; counts towards the ten attempts. */
  | { kind: 'retry'; delayMs: number }
  /** Something of ours is away: tried again and not held against the delivery. */
  | { kind: 'wait'; delayMs: number }
  | { kind: 'dead' };

/**
 * The one place where it is decided what becomes of a failed delivery. Another run cannot cure a wrong state or a
 * refusal, so these are dead at once. CONFLICT is two runs that inserted the same row: the second finds it the next time.
 * Who is asked to come back later does not come back before.
 * @param attempts that have failed, this one included
 * @param random from 0 up to 1
 */
export function judge(error: unknown, attempts: number, random: () => number, retries: RetryPolicy): Verdict {
  const code = error instanceof AppError ? error.code : 'UNKNOWN';
  if (code === 'NOT_FOUND') return { kind: 'moot' };
  if (code === 'UNAVAILABLE') {
    const retryAfterSeconds = (error as AppError).details.retryAfterSeconds ?? 1;
    const spreadSeconds = Math.min(retryAfterSeconds, maxSpreadSeconds);
    return { kind: 'wait', delayMs: Math.round((retryAfterSeconds + spreadSeconds * random()) * 1_000) };
  }
  if (code !== 'UPSTREAM_FAILED' && code !== 'UNKNOWN' && code !== 'CONFLICT') return { kind: 'dead' };
  if (attempts >= retries.maxAttempts) return { kind: 'dead' };
  const askedMs = error instanceof AppError ? (error.details.retryAfterSeconds ?? 0) * 1_000 : 0;
  return { kind: 'retry', delayMs: Math.max(askedMs, retries.delayMs(attempts, random)) };
}

/**
 * Exponential with full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 * @param attempts failed so far, from 1
 */
export function backoffMs(attempts: number, random: () => number): number {
  return Math.round(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempts - 1)));
}
