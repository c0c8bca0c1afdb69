import { describe, expect, it } from 'vitest';
import { workingDaysBefore, yearsWithoutHolidays } from '../../../src/core/working-days.ts';
import { dueSteps, introductionTimes } from '../../../src/matches/rules.ts';
import { warnOfUnknownHolidays } from '../../../src/matches/service/holiday-warning.ts';

const monday = new Date('2026-11-23T02:00:00.000Z');

describe('the deadlines of an introduction', () => {
  it('are the end of the fifth working day, its morning, and the morning of the third, in Beijing', () => {
    expect(introductionTimes(monday, 5)).toEqual({
      remindAt: new Date('2026-11-26T09:00:00+08:00'),
      escalateAt: new Date('2026-11-30T09:00:00+08:00'),
      dueAt: new Date('2026-12-01T00:00:00+08:00'),
      holidaysKnown: true,
    });
  });

  it('pass over public holidays and count the Saturdays worked in their place', () => {
    // 1–7 October 2026 are holidays and Saturday 10 October is worked (State Council notice for 2026).
    const { dueAt } = introductionTimes(new Date('2026-09-30T02:00:00.000Z'), 3);
    expect(dueAt).toEqual(new Date('2026-10-11T00:00:00+08:00'));
  });

  it('begin with the day that it is in Beijing', () => {
    const lateOnFridayInChina = new Date('2026-11-27T15:59:00.000Z');
    const earlyOnSaturdayInChina = new Date('2026-11-27T16:01:00.000Z');
    expect(introductionTimes(lateOnFridayInChina, 1).dueAt).toEqual(introductionTimes(earlyOnSaturdayInChina, 1).dueAt);
  });

  it('of a single working day come together on its morning', () => {
    const { remindAt, escalateAt } = introductionTimes(monday, 1);
    expect(remindAt).toEqual(escalateAt);
  });

  it('say when they lie beyond the public holidays that are known', () => {
    expect(introductionTimes(new Date('2031-03-03T02:00:00.000Z'), 5).holidaysKnown).toBe(false);
  });
});

describe('what the clock asks of an introduction', () => {
  const open = { status: 'open', remindedAt: null, escalatedAt: null, ...introductionTimes(monday, 5) };

  it('is nothing before the first deadline', () => {
    expect(dueSteps(open, monday)).toEqual([]);
  });

  it('is each step once, in its turn', () => {
    expect(dueSteps(open, open.remindAt)).toEqual(['remind']);
    expect(dueSteps({ ...open, remindedAt: open.remindAt }, open.remindAt)).toEqual([]);
    expect(dueSteps({ ...open, remindedAt: open.remindAt }, open.escalateAt)).toEqual(['escalate']);
    expect(dueSteps({ ...open, remindedAt: open.remindAt, escalatedAt: open.escalateAt }, open.escalateAt)).toEqual([]);
    expect(dueSteps(open, open.dueAt)).toEqual(['lapse']);
  });

  it('is the latest step only after the program was away', () => {
    expect(dueSteps(open, open.escalateAt)).toEqual(['escalate']);
    expect(dueSteps({ ...open, escalatedAt: open.escalateAt }, open.escalateAt)).toEqual([]);
  });

  it('is both steps where they fall together', () => {
    const short = { status: 'open', remindedAt: null, escalatedAt: null, ...introductionTimes(monday, 1) };
    expect(dueSteps(short, short.remindAt)).toEqual(['remind', 'escalate']);
  });

  it('is of a request only that it lapses', () => {
    const requested = { ...open, status: 'requested', remindAt: null, escalateAt: null };
    expect(dueSteps(requested, open.escalateAt)).toEqual([]);
    expect(dueSteps(requested, open.dueAt)).toEqual(['lapse']);
  });
});

describe('the warning of unknown holidays', () => {
  it('is logged once for each year', () => {
    const lines: object[] = [];
    const log = { warn: (fields: object) => void lines.push(fields) };
    for (const year of ['2031', '2032', '2031']) warnOfUnknownHolidays(log, year);
    expect(lines).toEqual([{ year: '2031' }, { year: '2032' }]);
  });

  it('comes a month before the year', () => {
    expect(yearsWithoutHolidays(new Date('2025-03-03T02:00:00.000Z'))).toEqual([]);
    expect(yearsWithoutHolidays(new Date('2030-12-05T02:00:00.000Z'))).toEqual(['2030', '2031']);
  });
});

describe('working days before a day', () => {
  it('leave out what those after it leave out', () => {
    // Saturday 10 October 2026 is worked; 1–7 October are holidays.
    expect(workingDaysBefore('2026-10-12', 4)).toEqual(['2026-10-10', '2026-10-09', '2026-10-08', '2026-09-30']);
  });
});
