import { chinaDate } from '../core/clock.ts';

/** Of one person. */
export const maxSavedSearches = 20;

const overlapMs = 86_400_000;

/**
 * From when on a saved search asks for publications. A day more than since the last look, since the index lags behind,
 * and nothing from before the search was saved; what is found twice is told once.
 */
export function publishedSince(saved: { lookedAt: Date; createdAt: Date }): Date {
  return new Date(Math.max(saved.lookedAt.getTime() - overlapMs, saved.createdAt.getTime()));
}

/** The beginning of the day in China: a saved search tells once a day, and of what is found later on the next. */
export function chinaDayStart(now: Date): Date {
  return new Date(`${chinaDate(now)}T00:00:00+08:00`);
}
