import type { RetryPolicy } from '../failure.ts';

const minuteMs = 60_000;

/** After each failure; the last one again and again. Greylisting asks for minutes, a server that is mended for hours. */
const pausesMs = [0.5, 2, 10, 30, 60, 120, 240, 480].map((minutes) => minutes * minuteMs);

/** Twelve tries over 20 to 40 hours: each up to half of its pause early, so that an outage does not end in a rush. */
export const mailRetries: RetryPolicy = {
  maxAttempts: 12,
  delayMs(attempts, random) {
    const pauseMs = pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? minuteMs;
    return Math.round(pauseMs * (1 - random() / 2));
  },
};
