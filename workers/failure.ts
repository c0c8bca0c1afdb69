import { AppError } from '../src/core/errors.ts';

/** Tries of a delivery before it is dead. */
export const maxAttempts = 10;

const baseDelayMs = 1_000;
const maxDelayMs = 5 * 60_000;

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
 * @param attempts that have failed, this one included
 * @param random from 0 up to 1
 */
export function judge(error: unknown, attempts: number, random: () => number): Verdict {
  const code = error instanceof AppError ? error.code : 'UNKNOWN';
  if (code === 'NOT_FOUND') return { kind: 'moot' };
  if (code === 'UNAVAILABLE') {
    const retryAfterSeconds = (error as AppError).details.retryAfterSeconds ?? 1;
    return { kind: 'wait', delayMs: Math.round(retryAfterSeconds * 1_000 * (1 + random())) };
  }
  if (code !== 'UPSTREAM_FAILED' && code !== 'UNKNOWN' && code !== 'CONFLICT') return { kind: 'dead' };
  return attempts >= maxAttempts ? { kind: 'dead' } : { kind: 'retry', delayMs: backoffMs(attempts, random) };
}

/**
 * Exponential with full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 * @param attempts failed so far, from 1
 */
export function backoffMs(attempts: number, random: () => number): number {
  return Math.round(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempts - 1)));
}
