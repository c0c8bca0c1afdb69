import type { ListCursor } from './list-cursor.ts';
import { fieldOfKind, kindCount } from './posting-kinds.ts';
import { chunkShift, halvesOf, kindShift, placeMask } from './postings.ts';
import type { WeightedList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';

/** A list in chunks (postings.ts): walked and searched where it lies, without decoding. */
export class ChunkedCursor implements ListCursor {
  readonly bound: number;
  readonly isDense = false;
  private readonly weight: number;
  private readonly reader: SegmentReader;
  private readonly halves: Uint16Array;
  private readonly starts: Uint32Array;
  private readonly firstStart: number;
  /** By kind: where the lengths of its field begin. */
  private readonly fieldStarts = new Uint32Array(kindCount);

  constructor(reader: SegmentReader, { list, weight }: WeightedList, segment: Segment) {
    this.bound = weight * list.bound;
    this.weight = weight;
    this.reader = reader;
    this.halves = halvesOf(segment);
    this.starts = segment.chunkStarts;
    this.firstStart = segment.terms.firstChunks[list.term] as number;
    for (let kind = 0; kind < kindCount; kind++) {
      this.fieldStarts[kind] = fieldOfKind(kind) * reader.lengthsStride;
    }
  }

  /** The window must be a chunk. Each kind has its own loop, without calls and almost without branches: here time is spent. */
  addTo(scores: Float64Array, from: number): void {
    const { halves, weight, fieldStarts } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const { ofKind } = impacts;
    const which = this.firstStart + (from >>> chunkShift);
    const start = this.starts[which] as number;
    const escapedEnd = (this.starts[which + 1] as number) - (halves[start + 1] as number);
    const kindsEnd = escapedEnd - (halves[start + 1] as number);
    const onceEnd = kindsEnd - (halves[start] as number);
    const bodiesFrom = 2 * stride + from;
    let at = start + 2;
    // Two at a time: reading the second does not wait for the first's score.
    for (; at + 1 < onceEnd; at += 2) {
      const place = halves[at] as number;
      const next = halves[at + 1] as number;
      const points = weight * (ofKind[lengths[bodiesFrom + place] as number] as number);
      const nextPoints = weight * (ofKind[lengths[bodiesFrom + next] as number] as number);
      scores[place] = (scores[place] as number) + points;
      scores[next] = (scores[next] as number) + nextPoints;
    }
    for (; at < onceEnd; at++) {
      const place = halves[at] as number;
      const impact = ofKind[lengths[bodiesFrom + place] as number] as number;
      scores[place] = (scores[place] as number) + weight * impact;
    }
    for (; at < kindsEnd; at++) {
      const half = halves[at] as number;
      const place = half & placeMask;
      const kind = half >>> kindShift;
      const length = lengths[(fieldStarts[kind] as number) + from + place] as number;
      scores[place] = (scores[place] as number) + weight * (ofKind[(kind << 8) | length] as number);
    }
    if (at < escapedEnd) {
      this.addEscaped(scores, from, at, escapedEnd);
    }
  }

  private addEscaped(scores: Float64Array, from: number, start: number, end: number): void {
    const { halves, weight } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    for (let at = start; at < end; at++) {
      const place = halves[at] as number;
      const impact = impacts.impactIn(halves[at + end - start] as number, lengths, stride, from + place);
      scores[place] = (scores[place] as number) + weight * impact;
    }
  }

  lookUp(documents: Uint32Array, scores: Float64Array, found: number, needed: number): number {
    let kept = 0;
    for (let which = 0; which < found; which++) {
      const document = documents[which] as number;
      const score = (scores[which] as number) + this.weight * this.impactOf(document);
      if (score >= needed) {
        documents[kept] = document;
        scores[kept] = score;
        kept++;
      }
    }
    return kept;
  }

  private impactOf(document: number): number {
    const { halves } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const which = this.firstStart + (document >>> chunkShift);
    const place = document & placeMask;
    const start = this.starts[which] as number;
    const escapedEnd = (this.starts[which + 1] as number) - (halves[start + 1] as number);
    const kindsEnd = escapedEnd - (halves[start + 1] as number);
    const onceEnd = kindsEnd - (halves[start] as number);
    let at = placeIn(halves, start + 2, onceEnd, place);
    if (at < 0) {
      at = placeIn(halves, onceEnd, kindsEnd, place);
    }
    if (at >= 0) {
      const kind = (halves[at] as number) >>> kindShift;
      const length = lengths[(this.fieldStarts[kind] as number) + document] as number;
      return impacts.ofKind[(kind << 8) | length] as number;
    }
    at = placeIn(halves, kindsEnd, escapedEnd, place);
    return at < 0 ? 0 : impacts.impactIn(halves[at + escapedEnd - kindsEnd] as number, lengths, stride, document);
  }
}

/** Where a document of the chunk stands between two places; -1 if it does not. */
function placeIn(halves: Uint16Array, from: number, end: number, place: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (((halves[middle] as number) & placeMask) < place) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && ((halves[low] as number) & placeMask) === place ? low : -1;
}
