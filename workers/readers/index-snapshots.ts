import { plusDays } from '../../src/core/clock.ts';
import { describeError } from '../../src/core/error-report.ts';
import { readHead, type SnapshotHead } from '../../src/matching/threads/index-snapshot.ts';
import type { Changed, WriterMethods } from '../../src/matching/threads/index-writer.ts';
import type { Thread } from '../../src/matching/threads/thread.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { type Cursor, isMessageKept } from './store.ts';

type Writer = Thread<WriterMethods>;

/** Messages are kept for at least 7 days (core/housekeeping.ts); a day for transactions and clocks. */
const maxAgeDays = 6;
const changesBetween = 5_000;
const minutesBetween = 10;
/** What an orderly end waits for; the next start catches up on what was not saved. */
const lastSaveMs = 3_000;

/** Keeps the index on disk from time to time, so that a restart has only the messages since then to read. */
export interface IndexSnapshots {
  /** Null when there is none, or it cannot be used, for a reason that is logged. The writer is then still empty. */
  restore(writer: Writer): Promise<{ place: Cursor; changed: Changed } | null>;
  /** The index has been built or changed, and has read everything up to `place`; saves it when that is due. */
  changed(writer: Writer, place: Cursor, changes: number): void;
  /** Saves what has changed since, within a few seconds. */
  close(): Promise<void>;
}

/** @param folder may be shared by processes on one database */
export function createIndexSnapshots(deps: Pick<WorkerDeps, 'db' | 'clock' | 'log'>, folder: string): IndexSnapshots {
  const { db, clock, log } = deps;
  let unsaved: { writer: Writer; place: Cursor; changes: number } | null = null;
  let savedAtMs = Number.NEGATIVE_INFINITY;
  let saving: Promise<void> | null = null;
  /** A snapshot that could not be used is not tried again, lest an index that dies of it does so for ever. */
  let isRefused = false;

  async function reasonAgainst(head: SnapshotHead): Promise<string | null> {
    if (head.takenAtMs < plusDays(clock.now(), -maxAgeDays).getTime()) return 'messages since then may be gone';
    if (!(await isMessageKept(db, head))) return 'it is not of this database, or of another state of it';
    return null;
  }

  async function save(): Promise<void> {
    if (unsaved === null) return;
    const { writer, place } = unsaved;
    unsaved = null;
    savedAtMs = clock.now().getTime();
    try {
      await writer.call('save', folder, { ...place, takenAtMs: savedAtMs });
      isRefused = false;
    } catch (error) {
      log.warn({ error: describeError(error) }, 'the matching index could not be saved; it goes on without');
    }
  }

  function saveSoon(): void {
    saving ??= save().finally(() => {
      saving = null;
    });
  }

  return {
    async restore(writer) {
      if (isRefused) return null;
      try {
        const head = await readHead(folder);
        const against = await reasonAgainst(head);
        if (against !== null) throw new Error(against);
        const changed = await writer.call('restore', folder, head);
        savedAtMs = head.takenAtMs;
        return { place: { xid: head.xid, messageId: head.messageId }, changed };
      } catch (error) {
        isRefused = true;
        log.info(
          { reason: error instanceof Error ? error.message : String(error) },
          'no snapshot of the matching index is used; it is built anew',
        );
        return null;
      }
    },
    changed(writer, place, changes) {
      unsaved = { writer, place, changes: changes + (unsaved?.changes ?? 0) };
      const ageMs = clock.now().getTime() - savedAtMs;
      if (unsaved.changes >= changesBetween || ageMs >= minutesBetween * 60_000) saveSoon();
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, lastSaveMs);
      });
      await saving;
      await Promise.race([save(), late]);
      clearTimeout(timer);
    },
  };
}
