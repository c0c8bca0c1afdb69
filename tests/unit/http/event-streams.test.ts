import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { type EventStream, EventStreams } from '../../../src/http/event-streams.ts';

function response() {
  return {
    written: [] as string[],
    ended: false,
    destroyed: false,
    writableLength: 0,
    write(text: string) {
      this.written.push(text);
      return true;
    },
    end() {
      this.ended = true;
      return this as never;
    },
    destroy() {
      this.destroyed = true;
      return this as never;
    },
  };
}

let nowMs: number;
let warnings: string[];
let look: (streams: readonly EventStream<{ name: string }>[]) => Promise<void>;

beforeEach(() => {
  nowMs = Date.parse('2026-11-23T02:00:00Z');
  warnings = [];
  look = async () => undefined;
});

function room(): EventStreams<{ name: string }> {
  return new EventStreams(
    {
      pollMs: 3_600_000,
      maxStreams: 6,
      maxStreamsPerPerson: 5,
      tooMany: { zh: '过多', en: 'Too many.' },
      failure: 'nothing could be read',
    },
    { log: { warn: (_, message) => void warnings.push(message) }, clock: { now: () => new Date(nowMs) } },
    (streams) => look(streams),
  );
}

function isFull(streams: EventStreams<{ name: string }>, userId: string): boolean {
  try {
    streams.checkRoom(userId);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') return true;
    throw error;
  }
}

describe('a room of event streams', () => {
  test('has five for a person and so many for all; one that is dropped makes room', () => {
    const streams = room();
    const own = Array.from({ length: 5 }, () => streams.add('eve', { name: 'e' }, response()));
    expect([isFull(streams, 'eve'), isFull(streams, 'una')]).toEqual([true, false]);
    streams.add('una', { name: 'u' }, response());
    expect([isFull(streams, 'eve'), isFull(streams, 'una')]).toEqual([true, true]);
    if (own[0] !== undefined) streams.drop(own[0]);
    expect([isFull(streams, 'eve'), isFull(streams, 'una')]).toEqual([false, false]);
    streams.close();
  });

  test('ends its streams when the server closes, and writes nothing after that', () => {
    const streams = room();
    const open = response();
    const stream = streams.add('eve', { name: 'e' }, open);
    stream.send({ id: '7', name: 'thing', data: { a: 1 } });
    streams.close();
    stream.send({ id: '8', name: 'thing', data: { a: 2 } });
    stream.beat();
    expect(open.ended).toBe(true);
    expect(open.written).toEqual(['retry: 3000\n\n', 'id: 7\nevent: thing\ndata: {"a":1}\n\n']);
  });

  test('beats every quarter of a minute and ends a stream after ten minutes', async () => {
    const streams = room();
    const open = response();
    streams.add('eve', { name: 'e' }, open);
    const beats = () => open.written.filter((text) => text === ': \n\n').length;
    await streams.poll();
    await streams.poll();
    expect(beats()).toBe(1);
    nowMs += 15_000;
    await streams.poll();
    expect(beats()).toBe(2);
    nowMs += 10 * 60_000 - 15_001;
    await streams.poll();
    expect(open.ended).toBe(false);
    nowMs += 1;
    await streams.poll();
    expect(open.ended).toBe(true);
  });

  test('lets a reader go that takes nothing for half a minute, and keeps one that takes something', async () => {
    const streams = room();
    const [stuck, slow] = [response(), response()];
    streams.add('eve', { name: 'stuck' }, stuck);
    streams.add('una', { name: 'slow' }, slow);
    for (const reader of [stuck, slow]) reader.writableLength = 70_000;
    await streams.poll();
    nowMs += 29_999;
    slow.writableLength = 0;
    await streams.poll();
    slow.writableLength = 70_000;
    nowMs += 1;
    await streams.poll();
    expect([stuck.destroyed, stuck.ended, slow.destroyed, slow.ended]).toEqual([true, false, false, false]);
    expect(stuck.written.filter((text) => text === ': \n\n')).toEqual([]);
    streams.close();
    expect(slow.destroyed).toBe(true);
  });

  test('warns of a look that fails, makes up for it with the next, and never looks twice at once', async () => {
    const streams = room();
    const looked: string[][] = [];
    streams.add('eve', { name: 'e' }, response());
    look = () => Promise.reject(new Error('away'));
    await streams.poll();
    let goOn: () => void = () => undefined;
    look = (all) => {
      looked.push(all.map((stream) => stream.state.name));
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    const first = streams.poll();
    await streams.poll();
    goOn();
    await first;
    expect(warnings).toEqual(['nothing could be read']);
    expect(looked).toEqual([['e']]);
    streams.close();
  });
});
