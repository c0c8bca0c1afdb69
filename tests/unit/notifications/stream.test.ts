import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { Db } from '../../../src/core/transaction.ts';
import { idEarlier, NotificationStreams } from '../../../src/notifications/channels/stream.ts';

function response() {
  const written: string[] = [];
  return {
    written,
    ended: false,
    writableLength: 0,
    write(text: string) {
      written.push(text);
      return true;
    },
    end() {
      this.ended = true;
      return this as never;
    },
  };
}

function makeStreams(): NotificationStreams {
  // Nothing is polled here: the database is never asked.
  return new NotificationStreams({
    db: {} as Db,
    log: { warn: () => undefined },
    clock: { now: () => new Date('2026-11-23T02:00:00Z') },
  });
}

function isFull(streams: NotificationStreams, userId: string): boolean {
  try {
    streams.checkRoom(userId);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') return true;
    throw error;
  }
}

describe('streams', () => {
  test('are five for a reader; closing one makes room', () => {
    const streams = makeStreams();
    const stops = Array.from({ length: 5 }, () =>
      streams.open({ userId: 'eve', locale: 'en', lastEventId: null }, response()),
    );
    expect([isFull(streams, 'eve'), isFull(streams, 'una')]).toEqual([true, false]);
    stops[0]?.();
    expect(isFull(streams, 'eve')).toBe(false);
    streams.close();
  });

  test('end when the server closes', () => {
    const streams = makeStreams();
    const open = response();
    streams.open({ userId: 'eve', locale: 'en', lastEventId: null }, open);
    streams.close();
    expect(open.ended).toBe(true);
    expect(open.written).toEqual(['retry: 3000\n\n']);
  });
});

test('an earlier id is the lowest of its millisecond', () => {
  expect(idEarlier('0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d', 30)).toBe('0192f0c4-6b00-7000-8000-000000000000');
  expect(idEarlier('0192f0c4-0005-7c3a-9d52-3f6c1a2b4c5d', 6)).toBe('0192f0c3-ffff-7000-8000-000000000000');
});
