import type { FieldLengths } from './term-counts.ts';

/** A document as the index holds it; terms by number. */
export type IndexedDocument = {
  slot: number;
  id: string;
  terms: Uint32Array;
  counts: Uint16Array;
  lengths: FieldLengths;
};

/**
 * An unchanging part of the index: postings of neighbouring slots, by term, in typed arrays. Documents are numbered from 0
 * within the segment; `slots` maps them to the numbers the index knows them by, ascending.
 */
export type Segment = {
  slots: Uint32Array;
  ids: readonly string[];
  /** Three for each document. */
  lengths: Uint32Array;
  /** Ascending; the postings of terms[i] are those from starts[i] to starts[i + 1]. */
  terms: Uint32Array;
  starts: Uint32Array;
  documents: Uint32Array;
  counts: Uint16Array;
};

/** Turns documents into a segment. `scratch` is as long as the highest term number, zero, and zero again afterwards. */
export function buildSegment(added: readonly IndexedDocument[], scratch: Uint32Array): Segment {
  const used: number[] = [];
  for (const { terms } of added) {
    for (const term of terms) {
      const count = scratch[term] ?? 0;
      if (count === 0) {
        used.push(term);
      }
      scratch[term] = count + 1;
    }
  }
  const terms = Uint32Array.from(used).sort();
  const starts = new Uint32Array(terms.length + 1);
  let total = 0;
  terms.forEach((term, at) => {
    starts[at] = total;
    total += scratch[term] ?? 0;
    scratch[term] = starts[at] ?? 0;
  });
  starts[terms.length] = total;
  const documents = new Uint32Array(total);
  const counts = new Uint16Array(total);
  added.forEach((document, local) => {
    for (let at = 0; at < document.terms.length; at++) {
      const term = document.terms[at] ?? 0;
      const to = scratch[term] ?? 0;
      documents[to] = local;
      counts[to] = document.counts[at] ?? 0;
      scratch[term] = to + 1;
    }
  });
  for (const term of used) {
    scratch[term] = 0;
  }
  return {
    slots: Uint32Array.from(added, ({ slot }) => slot),
    ids: added.map(({ id }) => id),
    lengths: Uint32Array.from(added.flatMap(({ lengths }) => lengths)),
    terms,
    starts,
    documents,
    counts,
  };
}

/** A segment and which of its documents are gone. */
export type MergeInput = { segment: Segment; isDead: (document: number) => boolean };

/** One segment out of neighbours in slot order, without what is gone. */
export function mergeSegments(inputs: readonly MergeInput[]): Segment {
  const ids: string[] = [];
  const slots: number[] = [];
  const lengths: number[] = [];
  const newNumbers = inputs.map(({ segment, isDead }) => {
    const numbers = new Int32Array(segment.ids.length).fill(-1);
    segment.ids.forEach((id, document) => {
      if (!isDead(document)) {
        numbers[document] = ids.length;
        ids.push(id);
        slots.push(segment.slots[document] ?? 0);
        lengths.push(...segment.lengths.subarray(document * 3, document * 3 + 3));
      }
    });
    return numbers;
  });
  return {
    ids,
    slots: Uint32Array.from(slots),
    lengths: Uint32Array.from(lengths),
    ...mergePostings(
      inputs.map(({ segment }) => segment),
      newNumbers,
    ),
  };
}

function mergePostings(
  segments: readonly Segment[],
  newNumbers: readonly Int32Array[],
): Pick<Segment, 'terms' | 'starts' | 'documents' | 'counts'> {
  const most = segments.reduce((sum, { documents }) => sum + documents.length, 0);
  const allTerms = unionOf(segments.map(({ terms }) => terms));
  const terms = new Uint32Array(allTerms.length);
  const starts = new Uint32Array(allTerms.length + 1);
  const documents = new Uint32Array(most);
  const counts = new Uint16Array(most);
  const next = segments.map(() => 0);
  let kept = 0;
  let to = 0;
  for (const term of allTerms) {
    const start = to;
    segments.forEach((segment, which) => {
      const at = next[which] ?? 0;
      const numbers = newNumbers[which];
      if (segment.terms[at] !== term || numbers === undefined) {
        return;
      }
      next[which] = at + 1;
      const end = segment.starts[at + 1] ?? 0;
      for (let from = segment.starts[at] ?? 0; from < end; from++) {
        const document = numbers[segment.documents[from] ?? 0] ?? -1;
        if (document >= 0) {
          documents[to] = document;
          counts[to] = segment.counts[from] ?? 0;
          to++;
        }
      }
    });
    if (to > start) {
      terms[kept] = term;
      starts[kept] = start;
      kept++;
    }
  }
  starts[kept] = to;
  return {
    terms: terms.slice(0, kept),
    starts: starts.slice(0, kept + 1),
    documents: documents.slice(0, to),
    counts: counts.slice(0, to),
  };
}

function unionOf(sorted: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(sorted.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of sorted) {
    all.set(part, filled);
    filled += part.length;
  }
  all.sort();
  let kept = 0;
  for (let at = 0; at < all.length; at++) {
    if (at === 0 || all[at] !== all[at - 1]) {
      all[kept++] = all[at] ?? 0;
    }
  }
  return all.subarray(0, kept);
}

/** Position of a value in an ascending stretch of an array, or of the next greater one. */
export function lowerBound(sorted: Uint32Array, wanted: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
