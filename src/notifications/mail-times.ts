import { plusDays } from '../core/clock.ts';
import type { DigestMode } from './categories.ts';

/** Hours in China in which no notice is mailed, HH:MM; over midnight where the end is the earlier. */
export interface QuietHours {
  start: string;
  end: string;
}

/** China has one time and no summer time. */
const chinaOffsetMs = 8 * 3_600_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Thursday 1 January 1970 is the third day after a Monday. */
const epochDaysAfterMonday = 3;

/** Morning of working people: after what most will set as quiet hours. */
const digestHour = 8;

export const digestDays: Readonly<Record<DigestMode, number>> = { daily: 1, weekly: 7 };

/** When the quiet hours end in which this moment lies; null outside of them. */
export function endOfQuietHours(at: Date, quiet: QuietHours | null): Date | null {
  if (quiet === null) return null;
  const [start, end] = [minutesOf(quiet.start), minutesOf(quiet.end)];
  const local = at.getTime() + chinaOffsetMs;
  const dayStart = Math.floor(local / dayMs) * dayMs;
  const minutes = (local - dayStart) / minuteMs;
  const isQuiet = start < end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
  if (!isQuiet) return null;
  const endsToday = minutes < end;
  return new Date(dayStart + end * minuteMs + (endsToday ? 0 : dayMs) - chinaOffsetMs);
}

/** The latest moment up to `now` at which a digest closes: 08:00 in China, of a Monday for the weekly one. */
export function lastDigestTime(mode: DigestMode, now: Date): Date {
  const sinceHour = now.getTime() + chinaOffsetMs - digestHour * 3_600_000;
  const day = Math.floor(sinceHour / dayMs);
  const offDays = mode === 'daily' ? 0 : (day + epochDaysAfterMonday) % 7;
  return new Date((day - offDays) * dayMs + digestHour * 3_600_000 - chinaOffsetMs);
}

/**
 * Where a digest begins that closes at `upTo`: where the last one closed, so that an outage leaves no gap, but not further
 * back than a week more than its period.
 */
export function digestStart(mode: DigestMode, upTo: Date, lastUpTo: Date | null): Date {
  const earliest = plusDays(upTo, -digestDays[mode] - 7);
  if (lastUpTo === null) return plusDays(upTo, -digestDays[mode]);
  return lastUpTo > earliest ? lastUpTo : earliest;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
