import type { SearchSort } from '../../core/search-index.ts';
import type { Matches } from './matching.ts';

export interface Ranked {
  matches: Matches;
  document: number;
  score: number;
}

interface Entry extends Ranked {
  /** What is larger comes first. */
  first: number;
  second: number;
}

/** Keeps the first so many of what it is given, in a heap with the last of them on top. */
export function createRanking(sort: SearchSort, size: number) {
  const heap: Entry[] = [];

  function siftDown(): void {
    const entry = heap[0] as Entry;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const later = right < heap.length && isBefore(heap[left] as Entry, heap[right] as Entry) ? right : left;
      if (!isBefore(entry, heap[later] as Entry)) break;
      heap[at] = heap[later] as Entry;
      at = later;
    }
    heap[at] = entry;
  }

  function siftUp(entry: Entry): void {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[parent] as Entry, entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  return {
    offer: (matches: Matches, document: number) => {
      if (size === 0) return;
      const { scores, segment } = matches;
      const score = scores === null ? 0 : (scores[document] as number);
      const publishedAt = segment.held.publishedAt[document] as number;
      const primary =
        sort === 'expiring' ? -(segment.held.validUntil[document] as number) : sort === 'newest' ? 0 : score;
      const last = heap.length < size ? undefined : heap[0];
      // Most are refused here, and need no entry.
      if (last !== undefined && (primary < last.first || (primary === last.first && publishedAt < last.second))) return;
      const entry: Entry = { matches, document, score, first: primary, second: publishedAt };
      if (last === undefined) siftUp(entry);
      else if (isBefore(entry, last)) {
        heap[0] = entry;
        siftDown();
      }
    },
    /** The first come first. */
    sorted: (): Ranked[] => heap.sort((a, b) => (isBefore(a, b) ? -1 : 1)),
  };
}

/** By what is asked, the newer first, and of the same moment those with the higher id. */
function isBefore(a: Entry, b: Entry): boolean {
  if (a.first !== b.first) return a.first > b.first;
  if (a.second !== b.second) return a.second > b.second;
  const idOf = ({ matches, document }: Entry) => matches.segment.held.ids.subarray(document * 16, document * 16 + 16);
  return idOf(a).compare(idOf(b)) > 0;
}
