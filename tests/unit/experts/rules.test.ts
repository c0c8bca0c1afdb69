import { describe, expect, it, test } from 'vitest';
import { chinaDate } from '../../../src/core/clock.ts';
import {
  assignmentTransitions,
  expertTransitions,
  fieldProximity,
  isAvailable,
  periodFaults,
  servesRegion,
  serviceFaults,
} from '../../../src/experts/rules.ts';

const now = new Date('2026-11-22T16:30:00Z');
const always = { daysPerMonth: 2, availableFrom: null, availableUntil: null, servedRegions: [] };

describe('availability', () => {
  it('counts in days of China, from the first to the last of them', () => {
    expect(chinaDate(now)).toBe('2026-11-23');
    const on = (availableFrom: string | null, availableUntil: string | null) =>
      isAvailable({ ...always, availableFrom, availableUntil }, '640302', now);
    expect([on(null, null), on('2026-11-23', '2026-11-23')]).toEqual([true, true]);
    expect([on('2026-11-24', null), on(null, '2026-11-22')]).toEqual([false, false]);
    expect(isAvailable({ ...always, daysPerMonth: 0 }, '640302', now)).toBe(false);
  });

  test.each([
    [[], true],
    [['640302'], true],
    [['640300'], true],
    [['610000', '640000'], true],
    [['640303'], false],
    [['610000'], false],
  ])('of somebody who serves %j in 640302 is %s', (servedRegions, expected) => {
    expect(servesRegion(servedRegions, '640302')).toBe(expected);
    expect(isAvailable({ ...always, servedRegions }, '640302', now)).toBe(expected);
  });
});

test('a common field is nearer than a common heading, and that nearer than none', () => {
  expect(fieldProximity(['206', '401'], ['401'])).toBe(2);
  expect(fieldProximity(['206'], ['201', '802'])).toBe(1);
  expect(fieldProximity(['2'], ['206'])).toBe(1);
  expect(fieldProximity(['206'], ['401'])).toBe(0);
  expect(fieldProximity([], ['401'])).toBe(0);
});

test('a period has its ends in order, and a service is between the acceptance and today', () => {
  expect(periodFaults({ availableFrom: '2026-12-01', availableUntil: '2026-12-01' })).toEqual([]);
  expect(periodFaults({ availableFrom: '2026-12-02', availableUntil: '2026-12-01' })).toHaveLength(1);
  expect(periodFaults({ availableFrom: null, availableUntil: '2026-12-01' })).toEqual([]);
  const codes = (servedOn: string) =>
    serviceFaults(servedOn, new Date('2026-11-20T01:00:00Z'), now).map((fault) => fault.code);
  expect([codes('2026-11-19'), codes('2026-11-20'), codes('2026-11-23'), codes('2026-11-24')]).toEqual([
    ['past'],
    [],
    [],
    ['future'],
  ]);
});

test('the tables are as decided', () => {
  expect(expertTransitions).toEqual({
    activate: { from: ['draft', 'retired'], to: 'active' },
    retire: { from: ['draft', 'active'], to: 'retired' },
  });
  expect(assignmentTransitions).toEqual({
    accept: { from: ['proposed'], to: 'accepted' },
    decline: { from: ['proposed'], to: 'declined' },
    end: { from: ['proposed', 'accepted'], to: 'ended' },
  });
});
