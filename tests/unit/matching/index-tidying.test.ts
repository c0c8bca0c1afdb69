import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { IndexChange, Published, WriterMethods } from '../../../src/matching/threads/index-writer.ts';
import { ReaderPool } from '../../../src/matching/threads/reader-pool.ts';
import { startThread, type Thread } from '../../../src/matching/threads/thread.ts';
import { threadModules } from '../../../src/matching/threads/thread-modules.ts';
import { createIndexTidying } from '../../../workers/readers/index-tidying.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ended.splice(0).map((end) => end()));
});

const asked = { side: 'result' as const, version: 1, technologyFields: [], limit: 10 };
const question = { ...asked, text: { title: 'w3 w5', keywords: '', body: 'w11 w2 w8' } };

/** Long texts, so that a few hundred fill several segments. */
function change(from: number, to: number): IndexChange {
  const put = Array.from({ length: to - from }, (_, at) => {
    const body = Array.from({ length: 200 }, (_, word) => `w${((from + at) * word + word) % 400}`).join(' ');
    const text = { title: `w${(from + at) % 9}`, keywords: '', body };
    return { side: 'result' as const, version: 1, id: `id-${from + at}`, text, technologyFields: [], publishedAtMs: 0 };
  });
  return { put, remove: [] };
}

/** A writer and a reader in threads of their own, and how many segments the reader was last told of. */
function startIndex() {
  const writer: Thread<WriterMethods> = startThread(threadModules.writer, () => undefined);
  const pool = new ReaderPool({ url: threadModules.reader, threads: 1, onDeath: () => undefined });
  const told = { segments: 0 };
  ended.push(
    () => writer.end(),
    () => pool.end(),
  );
  pool.begin(undefined);
  function take(published: Published): void {
    told.segments = published.result.manifest?.parts.length ?? told.segments;
    pool.take(published);
  }
  return { writer, pool, told, take };
}

it('brings segments together while the index is quiet, and readers answer as before', async () => {
  const { writer, pool, told, take } = startIndex();
  take((await writer.call('change', change(0, 500))).published);
  const [before, segments] = [await pool.ask('candidates', question), told.segments];
  expect(before).toHaveLength(10);
  expect(segments).toBeGreaterThan(3);
  const tidying = createIndexTidying({ log: pino({ level: 'silent' }) }, take);
  tidying.changed(writer);
  await vi.waitFor(() => expect(told.segments).toBeLessThanOrEqual(3), { timeout: 15_000 });
  expect(await pool.ask('candidates', question)).toEqual(before);
  tidying.stop();
});

it('ends when all is merged, and a change that comes meanwhile is answered in its order', async () => {
  const { writer, pool, take } = startIndex();
  take((await writer.call('change', change(0, 300))).published);
  const tidied = writer.call('tidy', 1);
  const changed = writer.call('change', change(300, 500));
  const last = writer.call('tidy', 60_000);
  for (const answer of [tidied, changed, last]) take((await answer).published);
  expect((await tidied).isDone).toBe(false);
  expect((await last).isDone).toBe(true);
  expect((await writer.call('tidy', 1)).published.result.manifest).toBeUndefined();
  const alone = startIndex();
  alone.take((await alone.writer.call('change', change(0, 500))).published);
  expect(await pool.ask('candidates', question)).toEqual(await alone.pool.ask('candidates', question));
});
