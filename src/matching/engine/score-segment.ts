import { lowerBound } from './segment.ts';
import type { PostingList, SegmentReader } from './segment-reader.ts';
import type { TopDocuments } from './top-documents.ts';

/** A posting list with its whole-number weight in the query. */
export type WeightedList = { list: PostingList; weight: number };

type Cursor = {
  documents: Uint32Array;
  impacts: Uint16Array;
  weight: number;
  /** The most the list can add to a score. */
  bound: number;
  at: number;
  end: number;
};

const windowSize = 4_096;
/**
 * Lists are looked up instead of walked while together they are worth at most this share of the threshold. Up to all of it would be
 * exact, too, but then almost every document stays a candidate and looking up costs more than walking (measured: 2.0 ms against 0.9).
 */
const leftOutShare = 0.15;

/** Reused by every search: searching is synchronous. All zero between two searches. */
const windowScores = new Float64Array(windowSize);
const candidateDocuments = new Uint32Array(windowSize);
const candidateScores = new Float64Array(windowSize);

/**
 * Offers a segment's best documents, window by window. MaxScore (Turtle & Flood 1995): lists that even together cannot lift a
 * document to the threshold are not walked; they are only looked up for documents that the other lists brought close enough.
 * Weights and impacts are whole numbers, so sums and bounds are exact and nothing is lost that exhaustive scoring would keep.
 */
export function offerSegment(
  reader: SegmentReader,
  lists: readonly WeightedList[],
  top: TopDocuments,
  exhaustive: boolean,
): void {
  const cursors = lists.map(toCursor).sort((a, b) => a.bound - b.bound);
  const boundsUpTo = sumsOf(cursors);
  let essential = 0;
  for (let from = 0; from < reader.size; from += windowSize) {
    const threshold = exhaustive ? 0 : top.threshold;
    while (essential < cursors.length && (boundsUpTo[essential] ?? 0) < leftOutShare * threshold) {
      essential++;
    }
    if ((boundsUpTo[cursors.length - 1] ?? 0) < threshold || cursors.length === 0) {
      return;
    }
    for (let which = essential; which < cursors.length; which++) {
      addToWindow(cursors[which] as Cursor, from);
    }
    const upTo = Math.min(windowSize, reader.size - from);
    let found = takeCandidates(from, upTo, threshold - (boundsUpTo[essential - 1] ?? 0));
    for (let which = essential - 1; which >= 0 && found > 0; which--) {
      found = lookUp(cursors[which] as Cursor, found, threshold - (boundsUpTo[which - 1] ?? 0));
    }
    offerCandidates(reader, found, top);
  }
}

function toCursor({ list, weight }: WeightedList): Cursor {
  const { documents, impacts, start, end, maxImpact } = list;
  return { documents, impacts, weight, bound: weight * maxImpact, at: start, end };
}

function sumsOf(cursors: readonly Cursor[]): Float64Array {
  const sums = new Float64Array(cursors.length);
  let sum = 0;
  cursors.forEach(({ bound }, at) => {
    sum += bound;
    sums[at] = sum;
  });
  return sums;
}

function addToWindow(cursor: Cursor, from: number): void {
  const { documents, impacts, weight, end } = cursor;
  const to = from + windowSize;
  let { at } = cursor;
  while (at < end) {
    const document = documents[at] as number;
    if (document >= to) {
      break;
    }
    const place = document - from;
    windowScores[place] = (windowScores[place] as number) + weight * (impacts[at] as number);
    at++;
  }
  cursor.at = at;
}

/** Moves the window's documents with at least `needed` points to the candidates and clears the window. */
function takeCandidates(from: number, upTo: number, needed: number): number {
  let found = 0;
  for (let place = 0; place < upTo; place++) {
    const score = windowScores[place] as number;
    if (score > 0) {
      windowScores[place] = 0;
      if (score >= needed) {
        candidateDocuments[found] = from + place;
        candidateScores[found] = score;
        found++;
      }
    }
  }
  return found;
}

/** Adds one list's points to the candidates and keeps those with at least `needed`. */
function lookUp(cursor: Cursor, found: number, needed: number): number {
  const { documents, impacts, weight, end } = cursor;
  let { at } = cursor;
  let kept = 0;
  for (let which = 0; which < found; which++) {
    const document = candidateDocuments[which] as number;
    at = gallop(documents, document, at, end);
    let score = candidateScores[which] as number;
    if (at < end && documents[at] === document) {
      score += weight * (impacts[at] as number);
    }
    if (score >= needed) {
      candidateDocuments[kept] = document;
      candidateScores[kept] = score;
      kept++;
    }
  }
  cursor.at = at;
  return kept;
}

/** Like `lowerBound`, fast when the wanted value is near. */
function gallop(documents: Uint32Array, wanted: number, from: number, end: number): number {
  if (from >= end || (documents[from] as number) >= wanted) {
    return from;
  }
  let low = from;
  let step = 1;
  while (low + step < end && (documents[low + step] as number) < wanted) {
    low += step;
    step *= 2;
  }
  return lowerBound(documents, wanted, low + 1, Math.min(end, low + step));
}

function offerCandidates(reader: SegmentReader, found: number, top: TopDocuments): void {
  const { ids } = reader.segment;
  for (let which = 0; which < found; which++) {
    const score = candidateScores[which] as number;
    const document = candidateDocuments[which] as number;
    if (score >= top.threshold && !reader.isDead(document)) {
      top.offer(ids[document] ?? '', score);
    }
  }
}
