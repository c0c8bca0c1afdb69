import type { ListCursor } from './list-cursor.ts';
import { openCursor } from './open-cursor.ts';
import { chunkSize } from './postings.ts';
import type { WeightedList } from './query-list.ts';
import type { SegmentReader } from './segment-reader.ts';
import type { TopDocuments } from './top-documents.ts';

/** A window of documents is a chunk of their lists. */
const windowSize = chunkSize;
/**
 * Lists are looked up instead of walked while together they are worth at most this share of the threshold. Up to all of it would be
 * exact, too, but then almost every document stays a candidate and looking up costs more than walking.
 */
const leftOutShare = 0.3;

/** Reused by every search: searching is synchronous. All zero between two searches. */
const windowScores = new Float64Array(windowSize);
const candidateDocuments = new Uint32Array(windowSize);
const candidateScores = new Float64Array(windowSize);

/**
 * Offers a segment's best documents, window by window. MaxScore (Turtle & Flood 1995): lists that even together cannot lift a
 * document to the threshold are not walked; they are only looked up for documents that the other lists brought close enough.
 * Weights and impacts are whole numbers, so sums and bounds are exact and nothing is lost that exhaustive scoring would keep.
 * `accepted` has a bit for each document that may be offered.
 */
export function offerSegment(
  reader: SegmentReader,
  lists: readonly WeightedList[],
  top: TopDocuments,
  accepted: Uint32Array | undefined,
  exhaustive: boolean,
): void {
  if (lists.length === 0) {
    return;
  }
  const { size } = reader;
  const cursors = lists.map((list) => openCursor(reader, list)).sort(byUsefulness);
  const boundsUpTo = sumsOf(cursors);
  const all = boundsUpTo[cursors.length - 1] as number;
  const dense = exhaustive ? 0 : cursors.filter(({ isDense }) => isDense).length;
  let essential = 0;
  for (let from = 0; from < size; from += windowSize) {
    const to = Math.min(size, from + windowSize);
    let threshold = exhaustive ? 0 : top.threshold;
    if (all < threshold) {
      return;
    }
    if (accepted !== undefined && !anyAccepted(accepted, from, to)) {
      continue;
    }
    // Dense lists say little and are looked up in one step: left out as long as that is exact.
    while (
      essential < cursors.length &&
      (boundsUpTo[essential] as number) < (essential < dense ? 1 : leftOutShare) * threshold
    ) {
      essential++;
    }
    let walkFrom = essential;
    if (threshold === 0 && dense > 0) {
      walk(cursors, dense, cursors.length, from, to);
      const lowest = thresholdWithin(reader, from, to, top.limit, accepted);
      const mayLeaveOut = (boundsUpTo[dense - 1] as number) < lowest;
      walkFrom = mayLeaveOut ? dense : 0;
      threshold = mayLeaveOut ? lowest : 0;
      walk(cursors, walkFrom, dense, from, to);
    } else {
      walk(cursors, walkFrom, cursors.length, from, to);
    }
    let found = takeCandidates(from, to, threshold - (boundsUpTo[walkFrom - 1] ?? 0), accepted);
    for (let which = walkFrom - 1; which >= 0 && found > 0; which--) {
      const needed = threshold - (boundsUpTo[which - 1] ?? 0);
      found = (cursors[which] as ListCursor).lookUp(candidateDocuments, candidateScores, found, needed);
    }
    for (let which = 0; which < found; which++) {
      const score = candidateScores[which] as number;
      const document = candidateDocuments[which] as number;
      if (score >= top.threshold && !reader.isGone(document)) {
        top.offer(reader, document, score);
      }
    }
  }
}

function walk(cursors: readonly ListCursor[], first: number, end: number, from: number, to: number): void {
  for (let which = first; which < end; which++) {
    (cursors[which] as ListCursor).addTo(windowScores, from, to);
  }
}

const steps = 1_024;
const counts = new Uint32Array(steps);

/** What at least `limit` documents of the window reach already, rounded down; 0 if there are not so many. */
function thresholdWithin(
  reader: SegmentReader,
  from: number,
  to: number,
  limit: number,
  accepted: Uint32Array | undefined,
): number {
  let highest = 0;
  for (let place = 0; place < to - from; place++) {
    highest = Math.max(highest, windowScores[place] as number);
  }
  const width = (highest + 1) / steps;
  counts.fill(0);
  for (let place = 0; place < to - from; place++) {
    const score = windowScores[place] as number;
    const document = from + place;
    if (score > 0 && (accepted === undefined || hasBit(accepted, document)) && !reader.isGone(document)) {
      const step = Math.floor(score / width);
      counts[step] = (counts[step] as number) + 1;
    }
  }
  let reached = 0;
  for (let step = steps - 1; step > 0; step--) {
    reached += counts[step] as number;
    if (reached >= limit) {
      // One less than the step begins with: the division was rounded.
      return Math.max(0, Math.floor(step * width) - 1);
    }
  }
  return 0;
}

/** The first are left out first: dense lists, which say little, then by what they can add. */
function byUsefulness(a: ListCursor, b: ListCursor): number {
  return Number(b.isDense) - Number(a.isDense) || a.bound - b.bound;
}

function sumsOf(cursors: readonly ListCursor[]): Float64Array {
  const sums = new Float64Array(cursors.length);
  let sum = 0;
  cursors.forEach(({ bound }, at) => {
    sum += bound;
    sums[at] = sum;
  });
  return sums;
}

function anyAccepted(accepted: Uint32Array, from: number, to: number): boolean {
  for (let word = from >>> 5; word < (to + 31) >>> 5; word++) {
    if (accepted[word] !== 0) {
      return true;
    }
  }
  return false;
}

/** Moves the window's documents with at least `needed` points, and at least one, to the candidates and clears the window. */
function takeCandidates(from: number, to: number, needed: number, accepted: Uint32Array | undefined): number {
  const least = Math.max(1, needed);
  const upTo = to - from;
  let found = 0;
  for (let place = 0; place < upTo; place++) {
    const score = windowScores[place] as number;
    if (score >= least) {
      candidateDocuments[found] = from + place;
      candidateScores[found] = score;
      found++;
    }
  }
  windowScores.fill(0, 0, upTo);
  return accepted === undefined ? found : keepAccepted(found, accepted);
}

function keepAccepted(found: number, accepted: Uint32Array): number {
  let kept = 0;
  for (let which = 0; which < found; which++) {
    const document = candidateDocuments[which] as number;
    if (hasBit(accepted, document)) {
      candidateDocuments[kept] = document;
      candidateScores[kept] = candidateScores[which] as number;
      kept++;
    }
  }
  return kept;
}

function hasBit(bits: Uint32Array, document: number): boolean {
  return (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
}
