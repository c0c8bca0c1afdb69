import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cursors, messages } from '../../db/schema/index.ts';
import { newId } from '../../src/core/ids.ts';
import type { Db } from '../../src/core/transaction.ts';
import {
  type CursorReader,
  type CursorReaderOptions,
  createCursorReader,
} from '../../workers/readers/cursor-reader.ts';
import { cursorAtHorizon } from '../../workers/readers/store.ts';
import { createHarness, type Harness } from './harness.ts';

const enough = { timeout: 20_000, interval: 10 };
let harness: Harness;
let readers: CursorReader[];

beforeEach(async () => {
  harness = await createHarness(null);
  readers = [];
});
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.stop()));
  await harness.close();
});

function reader(
  options: Partial<CursorReaderOptions> & Pick<CursorReaderOptions, 'apply'>,
  deps = harness.deps,
): CursorReader {
  const { db, clock, log } = deps;
  const made = createCursorReader({ name: 'test', db, clock, log, persist: false, ...options });
  readers.push(made);
  return made;
}

/** A reader that notes the ids that it applies. */
function noting(options: Partial<CursorReaderOptions> = {}): { reader: CursorReader; ids: string[] } {
  const ids: string[] = [];
  return {
    ids,
    reader: reader({ apply: async (read) => void ids.push(...read.map((message) => message.id)), ...options }),
  };
}

/** Writes one message and returns its id and its transaction's. */
async function write(on: Db = harness.deps.db): Promise<{ id: string; xid: string }> {
  const id = newId();
  const [row] = await on
    .insert(messages)
    .values({
      id,
      type: 'demand.changed',
      subjectType: 'demand',
      subjectId: newId(),
      createdAt: harness.deps.clock.now(),
    })
    .returning({ xid: messages.xid });
  return { id, xid: row?.xid ?? '' };
}

describe('a cursor reader', () => {
  it('applies each message once, in the order of transactions, in batches', async () => {
    const written: string[] = [];
    for (let count = 0; count < 7; count += 1) written.push((await write()).id);
    const last = await write();
    const sizes: number[] = [];
    const ids: string[] = [];
    const batches = reader({
      batch: 3,
      apply: async (read) => {
        sizes.push(read.length);
        ids.push(...read.map((message) => message.id));
      },
    });
    batches.start();
    await batches.waitUntil(last.xid, 10_000);
    expect(ids).toEqual([...written, last.id]);
    expect(Math.max(...sizes)).toBe(3);
  });

  it('does not pass by a transaction that commits after a later one', async () => {
    const { reader: notes, ids } = noting();
    let early = '';
    let late = { id: '', xid: '' };
    await harness.deps.db.transaction(async (tx) => {
      early = (await write(tx)).id;
      late = await write();
      expect(await notes.step()).toBe(0);
      expect(BigInt(notes.watermark)).toBeLessThan(BigInt(late.xid));
    });
    notes.start();
    await notes.waitUntil(late.xid, 10_000);
    expect(ids).toEqual([early, late.id]);
  });

  it('answers at once for a transaction that it has passed, and UNAVAILABLE for one that does not come', async () => {
    const { reader: notes } = noting();
    const { xid } = await write();
    notes.start();
    await notes.waitUntil(xid, 10_000);
    await expect(notes.waitUntil(xid, 0)).resolves.toBeUndefined();
    await expect(notes.waitUntil(String(BigInt(xid) + 1_000_000n), 20)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gathers what comes after a batch into one', async () => {
    const batches: number[] = [];
    const gathering = reader({ apply: async (read) => void batches.push(read.length), gatherMs: 2_000 });
    const first = await write();
    gathering.start();
    await gathering.waitUntil(first.xid, 10_000);
    await write();
    gathering.wake();
    const last = await write();
    await gathering.waitUntil(last.xid, 10_000);
    expect(batches).toEqual([1, 2]);
  });

  it('gets a batch again that failed, and warns once', async () => {
    let broken = true;
    const ids: string[] = [];
    const fails = reader({
      apply: async (read) => {
        if (broken) throw new Error('the index is away');
        ids.push(...read.map((message) => message.id));
      },
    });
    const { id, xid } = await write();
    fails.start();
    const warnings = () => harness.lines.filter((line) => line.level === 'warn');
    await vi.waitFor(() => expect(warnings()).toHaveLength(1), enough);
    broken = false;
    await fails.waitUntil(xid, 10_000);
    expect(ids).toEqual([id]);
    expect(warnings()).toMatchObject([{ fields: { error: 'the index is away' } }]);
  });

  it('starts at the horizon when its rows were loaded there', async () => {
    const before = await write();
    const { reader: passing } = noting();
    passing.start();
    await passing.waitUntil(before.xid, 10_000);
    const { reader: notes, ids } = noting({ from: () => cursorAtHorizon(harness.deps.db) });
    await notes.step();
    const after = await write();
    notes.start();
    await notes.waitUntil(after.xid, 10_000);
    expect(ids).toEqual([after.id]);
  });

  it('keeps its place, so that a restart goes on', async () => {
    const first = noting({ persist: true });
    const before = await write();
    first.reader.start();
    await first.reader.waitUntil(before.xid, 10_000);
    await first.reader.stop();
    const after = await write();
    const second = noting({ persist: true });
    second.reader.start();
    await second.reader.waitUntil(after.xid, 10_000);
    expect(first.ids).toEqual([before.id]);
    expect(second.ids).toEqual([after.id]);
  });

  it('has a place from its first step on, before there is anything to read', async () => {
    await noting({ persist: true }).reader.step();
    expect(await harness.deps.db.select({ name: cursors.name, xid: cursors.xid }).from(cursors)).toEqual([
      { name: 'test', xid: '0' },
    ]);
  });

  it('reads in one process at a time, and lets the other know how far it is', async () => {
    const { id, xid } = await write();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const applied: string[] = [];
    const holds = reader({
      persist: true,
      apply: async (read) => {
        await released;
        applied.push(...read.map((message) => message.id));
      },
    });
    const other = noting({ persist: true, db: harness.anotherProcess().db });
    holds.start();
    await vi.waitFor(async () => expect(await readerLocks()).toBe(1), enough);
    expect(await other.reader.step()).toBe(0);
    release();
    other.reader.start();
    await other.reader.waitUntil(xid, 10_000);
    expect(applied).toEqual([id]);
    expect(other.ids).toEqual([]);
  });
});

async function readerLocks(): Promise<number> {
  const { rows } = await harness.deps.db.execute<{ held: number }>(
    sql`select count(*)::int as held from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]?.held ?? 0;
}
