import { createHash } from 'node:crypto';

/** What of an audit entry is sealed: all of it but `xid`, which another database counts anew. */
export interface SealedEntry {
  id: string;
  /** UTC with microseconds, as `2026-11-22T02:00:00.000000Z`. */
  at: string;
  actor: string;
  actorOrganizationId: string | null;
  requestId: string;
  action: string;
  subjectType: string;
  subjectId: string;
  marketId: string | null;
  fromStatus: string | null;
  toStatus: string | null;
  details: unknown;
}

/** A place in the chain: the number of a seal and its hash. */
export interface Head {
  seq: number;
  hash: string;
}

/** Before the first seal. */
export const genesis: Head = { seq: 0, hash: '0'.repeat(64) };

/** SHA-256 over the 32 bytes of the hash before and the entry as canonical JSON, in hexadecimal. */
export function sealAfter(previousHash: string, entry: SealedEntry): string {
  return createHash('sha256').update(Buffer.from(previousHash, 'hex')).update(canonicalJson(entry)).digest('hex');
}

/** JSON with sorted keys and no blanks (RFC 8785), so that anybody can compute the same bytes from the same entry. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/** A seal with the entry that it names; null where there is none. */
export interface ChainLink {
  seq: number;
  entryId: string;
  hash: string;
  entry: SealedEntry | null;
}

export interface ChainBreak {
  /**
   * changed: the entry, or its seal. missing: an entry that was sealed, or seals themselves. reordered: entries have changed
   * places. added: an entry that came in behind the sealer. replaced: not the chain that the kept head is of.
   */
  kind: 'changed' | 'missing' | 'reordered' | 'added' | 'replaced';
  /** Null for an entry that was added: it has no seal. */
  seq: number | null;
  entryId: string | null;
}

/**
 * Walks links in order of `seq`, all that there are after `from`.
 * @returns the breaks found, and the head as stored: after a break the walk goes on from what is stored there
 */
export function walk(from: Head, links: readonly ChainLink[]): { head: Head; breaks: ChainBreak[] } {
  const breaks: ChainBreak[] = [];
  let head = from;
  for (const [at, link] of links.entries()) {
    const { seq, entryId, hash, entry } = link;
    if (seq !== head.seq + 1) breaks.push({ kind: 'missing', seq: head.seq + 1, entryId: null });
    else if (entry === null) breaks.push({ kind: 'missing', seq, entryId });
    else if (sealAfter(head.hash, entry) !== hash) {
      breaks.push({ kind: hasMoved(head.hash, links, at) ? 'reordered' : 'changed', seq, entryId });
    }
    head = { seq, hash };
  }
  return { head, breaks };
}

/** Whether what belongs at this place stands at another nearby. */
function hasMoved(previousHash: string, links: readonly ChainLink[], at: number): boolean {
  const here = links[at];
  return links.some(({ entry, hash }, other) => {
    if (entry === null || other === at) return false;
    const seal = sealAfter(previousHash, entry);
    return seal === here?.hash || seal === hash;
  });
}
