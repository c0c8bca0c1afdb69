import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestStart, endOfQuietHours, lastDigestTime } from '../../../src/notifications/mail-times.ts';

/** A time in China. */
const at = (time: string) => new Date(`${time}:00+08:00`);

describe('quiet hours', () => {
  test.each([
    ['in the evening, until the next morning', '2026-11-23T22:00', '22:00', '07:00', '2026-11-24T07:00'],
    ['after midnight, until the same morning', '2026-11-24T00:30', '22:00', '07:00', '2026-11-24T07:00'],
    ['around noon', '2026-11-23T12:15', '12:00', '14:00', '2026-11-23T14:00'],
    ['at the last minute of a year', '2026-12-31T23:59', '22:00', '07:00', '2027-01-01T07:00'],
    ['all day but a minute', '2026-11-23T00:01', '00:01', '00:00', '2026-11-24T00:00'],
  ])('%s', (_, now, start, end, until) => {
    expect(endOfQuietHours(at(now), { start, end })).toEqual(at(until));
  });

  test.each([
    ['before they begin', '2026-11-23T21:59', '22:00', '07:00'],
    ['at their end', '2026-11-23T07:00', '22:00', '07:00'],
    ['in the afternoon', '2026-11-23T14:00', '12:00', '14:00'],
  ])('are over %s', (_, now, start, end) => {
    expect(endOfQuietHours(at(now), { start, end })).toBeNull();
  });

  test('end within a day, at a moment that is not quiet', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, time, time, (now, start, end) => {
        fc.pre(start !== end);
        const until = endOfQuietHours(now, { start, end });
        if (until === null) return;
        expect(until.getTime() - now.getTime()).toBeGreaterThan(0);
        expect(until.getTime() - now.getTime()).toBeLessThan(86_400_000);
        expect(endOfQuietHours(until, { start, end })).toBeNull();
      }),
    );
  });

  test('are none for who has set none', () => {
    expect(endOfQuietHours(at('2026-11-23T03:00'), null)).toBeNull();
  });
});

describe('a digest', () => {
  test.each([
    ['daily', '2026-11-23T08:00', '2026-11-23T08:00'],
    ['daily', '2026-11-23T07:59', '2026-11-22T08:00'],
    ['daily', '2026-11-24T00:30', '2026-11-23T08:00'],
    ['weekly', '2026-11-23T08:00', '2026-11-23T08:00'],
    ['weekly', '2026-11-23T07:59', '2026-11-16T08:00'],
    ['weekly', '2026-11-29T23:59', '2026-11-23T08:00'],
  ] as const)('%s at %s closes at %s, a Monday where it is weekly', (mode, now, closes) => {
    expect(lastDigestTime(mode, at(now))).toEqual(at(closes));
  });

  test('begins where the last one closed, at most a week beyond its period', () => {
    const upTo = at('2026-11-23T08:00');
    expect(digestStart('daily', upTo, null)).toEqual(at('2026-11-22T08:00'));
    expect(digestStart('weekly', upTo, null)).toEqual(at('2026-11-16T08:00'));
    expect(digestStart('daily', upTo, at('2026-11-20T08:00'))).toEqual(at('2026-11-20T08:00'));
    expect(digestStart('daily', upTo, at('2026-01-01T08:00'))).toEqual(at('2026-11-15T08:00'));
  });
});
