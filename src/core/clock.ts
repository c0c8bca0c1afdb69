export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** `days` later than `from`, in units of 24 hours. */
export function plusDays(from: Date, days: number): Date {
  return new Date(from.getTime() + days * 86_400_000);
}

/** The calendar date in China, YYYY-MM-DD: terms and certificates count in Beijing days. */
export function chinaDate(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** The same with the minute, YYYY-MM-DD HH:MM: when a deadline has passed, that much matters. */
export function chinaMinute(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
