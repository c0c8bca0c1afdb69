import type { Db, Tx } from '../../core/transaction.ts';
import { type ChainBreak, genesis, type Head, sealAfter, walk } from '../rules.ts';
import {
  hashAt,
  insertSeals,
  lastSeal,
  liftStatementTimeout,
  linksAfter,
  summarizeUnsealed,
  unsealedEntries,
  unsealedUpTo,
} from '../store/chain.ts';

/** As many added entries as are named; more are told as the same break. */
const maxAdded = 100;

/**
 * Seals the next entries in commit order. The caller sees to it that nobody else does at the same time; if two did, the
 * second would fail on the number of its first seal.
 * @returns the head, where it is new, and how many were sealed
 */
export async function sealEntries(tx: Tx, limit: number): Promise<{ head: Head | null; sealed: number }> {
  const last = await lastSeal(tx);
  const found = await unsealedEntries(tx, last ?? undefined, limit);
  if (found.length === 0) return { head: null, sealed: 0 };
  let head: Head = last ?? genesis;
  const seals = found.map(({ xid, entry }) => {
    head = { seq: head.seq + 1, hash: sealAfter(head.hash, entry) };
    return { ...head, xid, entryId: entry.id };
  });
  await insertSeals(tx, seals);
  return { head, sealed: seals.length };
}

export interface ChainReport {
  /** Of the chain as it is stored; to be kept elsewhere, since whoever may write everything may make the whole chain anew. */
  head: Head;
  /** How many seals were walked. */
  seals: number;
  breaks: number;
  /** Entries that wait for the sealer. */
  unsealed: number;
}

/** Walks the chain after `from`, a page at a time, and looks for entries that came in behind the sealer. */
export async function verifyChain(
  db: Db,
  options: {
    from?: Head;
    pageSize?: number;
    onBreak: (found: ChainBreak) => void;
    onProgress?: (seals: number) => void;
  },
): Promise<ChainReport> {
  const { from = genesis, pageSize = 1_000, onProgress } = options;
  let breaks = 0;
  function tell(found: ChainBreak): void {
    breaks += 1;
    options.onBreak(found);
  }
  const last = await lastSeal(db);
  if (from.seq > 0 && (await hashAt(db, from.seq)) !== from.hash) {
    tell({ kind: 'replaced', seq: from.seq, entryId: null });
  }
  let head = from;
  let seals = 0;
  for (;;) {
    const links = await linksAfter(db, head.seq, pageSize);
    if (links.length === 0) break;
    const walked = walk(head, links);
    for (const found of walked.breaks) tell(found);
    head = walked.head;
    seals += links.length;
    onProgress?.(seals);
  }
  if (last !== null) {
    const added = await db.transaction(async (tx) => {
      await liftStatementTimeout(tx);
      return await unsealedUpTo(tx, last, maxAdded);
    });
    for (const entryId of added) tell({ kind: 'added', seq: null, entryId });
  }
  const { entries: unsealed } = await summarizeUnsealed(db);
  return { head, seals, breaks, unsealed };
}
