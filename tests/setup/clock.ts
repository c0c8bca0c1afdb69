import type { Clock } from '../../src/core/clock.ts';

/** A Monday morning in China, so that working days come out the same every day of the year. */
const monday = new Date('2026-11-23T02:00:00.000Z');

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now = monday;

  now(): Date {
    return new Date(this.#now);
  }

  advance(step: { days?: number; hours?: number; minutes?: number; seconds?: number }): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0 } = step;
    this.#now = new Date(this.#now.getTime() + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  }
}
