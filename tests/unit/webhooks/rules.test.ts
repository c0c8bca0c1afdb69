import { describe, expect, test } from 'vitest';
import { subscriptions } from '../../../src/core/messages.ts';
import { InFlight } from '../../../src/webhooks/outgoing/in-flight.ts';
import {
  deliveryStatusOf,
  eventTypes,
  isEventType,
  isGivenUp,
  retryAfterSeconds,
  webhookRetries,
} from '../../../src/webhooks/rules.ts';

const now = new Date('2026-11-22T02:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

describe('when a message is tried', () => {
  const { maxAttempts, delayMs } = webhookRetries;
  const hour = 3_600_000;
  const plan = [5_000, 300_000, 1_800_000, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

  test('is ten times, over some 75 hours', () => {
    const pauses = Array.from({ length: maxAttempts - 1 }, (_, at) => delayMs(at + 1, () => 0));
    expect(pauses).toEqual(plan);
    expect(pauses.reduce((sum, pause) => sum + pause) / hour).toBeCloseTo(75.6, 1);
  });

  test('is up to a fifth later than planned, and never earlier', () => {
    for (const [at, pause] of plan.entries()) {
      expect(delayMs(at + 1, () => 0.5)).toBe(Math.round(pause * 1.1));
      expect(delayMs(at + 1, () => 0.999_999)).toBeLessThanOrEqual(pause * 1.2);
    }
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120],
    [' 7 ', 7],
    ['86401', 86_400],
    ['999999999', 86_400],
    ['Sun, 22 Nov 2026 02:01:30 GMT', 90],
    ['Sun, 22 Nov 2026 01:00:00 GMT', 0],
    ['Tue, 24 Nov 2026 02:00:00 GMT', 86_400],
    ['soon', null],
    ['', null],
    [null, null],
  ])('%s is %s seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});

describe('an endpoint is given up', () => {
  test('after five days of failures, where they are as many as one message is tried', () => {
    expect(isGivenUp({ since: daysAgo(5), count: 10 }, now)).toBe(true);
    expect(isGivenUp({ since: new Date(daysAgo(5).getTime() + 1), count: 99 }, now)).toBe(false);
    expect(isGivenUp({ since: daysAgo(30), count: 9 }, now)).toBe(false);
  });
});

describe('what endpoints are told of', () => {
  test('is every message that becomes a notice, apart from a person’s own', () => {
    for (const [type, handlers] of Object.entries(subscriptions)) {
      const isNotice = (handlers as readonly string[]).includes('notify');
      expect([type, isEventType(type)]).toEqual([type, isNotice && type !== 'search.matched']);
    }
    expect(eventTypes).toContain('webhook.disabled');
    expect(isEventType('toString')).toBe(false);
  });
});

describe('what has become of a delivery', () => {
  const [taken, refused] = [{ errorCode: null }, { errorCode: 'refused' }];
  test.each([
    ['pending', [], 'pending'],
    ['published', [refused], 'pending'],
    ['pending', [taken], 'pending'],
    ['done', [taken, refused], 'delivered'],
    ['done', [refused], 'failed'],
    ['done', [], 'dropped'],
    ['dead', [refused], 'failed'],
    ['dead', [taken], 'failed'],
    ['discarded', [refused], 'failed'],
    ['discarded', [], 'dropped'],
  ])('%s with %j is %s', (owed, tries, status) => {
    expect(deliveryStatusOf(owed, tries)).toBe(status);
  });
});

describe('tries on their way', () => {
  const limits = { perEndpoint: 4, failing: 2, waiting: 2, waitMs: 40 };

  test('are four to one endpoint, and another has its own', () => {
    const inFlight = new InFlight(limits);
    const leaves = [1, 2, 3, 4].map(() => inFlight.enter('a', false));
    expect(leaves.every((leave) => leave !== null)).toBe(true);
    expect(inFlight.enter('a', false)).toBe(null);
    expect(inFlight.enter('b', false)).not.toBe(null);
    leaves[0]?.();
    expect(inFlight.enter('a', false)).not.toBe(null);
    expect(inFlight.enter('a', false)).toBe(null);
  });

  test('are four more while those of a process that died are taken over', () => {
    const inFlight = new InFlight(limits);
    for (const _ of [1, 2, 3, 4]) inFlight.enter('a', false);
    const taken = [1, 2, 3, 4].map(() => inFlight.enter('a', false, true));
    expect(taken.every((leave) => leave !== null)).toBe(true);
    expect(inFlight.enter('a', false, true)).toBe(null);
    taken[0]?.();
    expect(inFlight.enter('a', false)).toBe(null);
    expect(inFlight.enter('a', false, true)).not.toBe(null);
  });

  test('are one to an endpoint that fails, and few to all of those together', () => {
    const inFlight = new InFlight(limits);
    const leave = inFlight.enter('a', true);
    expect(inFlight.enter('a', true)).toBe(null);
    expect(inFlight.enter('b', true)).not.toBe(null);
    expect(inFlight.enter('c', true)).toBe(null);
    expect(inFlight.enter('d', false)).not.toBe(null);
    leave?.();
    expect(inFlight.enter('c', true)).not.toBe(null);
  });

  test('wait in turn for a place that is given back', async () => {
    const inFlight = new InFlight({ ...limits, perEndpoint: 1, waitMs: 60_000 });
    const first = await inFlight.enterSoon('a', false);
    const order: string[] = [];
    const waits = ['second', 'third'].map(async (name) => {
      const leave = await inFlight.enterSoon('a', false);
      order.push(name);
      return leave;
    });
    first?.();
    (await waits[0])?.();
    expect(await waits[1]).not.toBe(null);
    expect(order).toEqual(['second', 'third']);
  });

  test('wait few at once, not for long, and for an endpoint that fails not at all', async () => {
    const inFlight = new InFlight({ ...limits, perEndpoint: 1 });
    const leave = await inFlight.enterSoon('a', false);
    await inFlight.enterSoon('b', true);
    expect(await inFlight.enterSoon('b', true)).toBe(null);
    const waits = [1, 2].map(() => inFlight.enterSoon('a', false));
    const oneMore = await Promise.race([inFlight.enterSoon('a', false), Promise.all(waits).then(() => 'waited')]);
    expect(oneMore).toBe(null);
    expect(await Promise.all(waits)).toEqual([null, null]);
    leave?.();
    expect(await inFlight.enterSoon('a', false)).not.toBe(null);
  });
});
