import { firstNotBelow, type ListCursor } from './list-cursor.ts';
import { chunkShift, chunkSize, halvesOf } from './postings.ts';
import type { WeightedList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';

/**
 * A list in chunks of 65,536 documents (segment.ts): in each, first the documents that have the term once in the body, which are
 * most and are worth what their length says, then the others. No posting depends on the one before, so nothing is decoded.
 */
export class ChunkedCursor implements ListCursor {
  readonly bound: number;
  readonly isDense = false;
  private readonly weight: number;
  private readonly reader: SegmentReader;
  private readonly halves: Uint16Array;
  private readonly starts: Uint32Array;
  private readonly firstStart: number;
  private chunk = -1;
  /** The postings of the chunk that are next, and where each kind ends. */
  private onceAt = 0;
  private onceEnd = 0;
  private otherAt = 0;
  private otherEnd = 0;

  constructor(reader: SegmentReader, { list, weight }: WeightedList, segment: Segment) {
    this.bound = weight * list.bound;
    this.weight = weight;
    this.reader = reader;
    this.halves = halvesOf(segment);
    this.starts = segment.chunkStarts;
    this.firstStart = segment.terms.firstChunks[list.term] as number;
  }

  /** The window must lie within one chunk. */
  addTo(scores: Float64Array, from: number, to: number): void {
    const chunk = from >>> chunkShift;
    if (chunk !== this.chunk) {
      this.open(chunk);
    }
    this.addOnce(scores, from, to);
    this.addOthers(scores, from, to);
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

  private open(chunk: number): void {
    const at = this.firstStart + 2 * chunk;
    this.chunk = chunk;
    this.onceAt = this.starts[at] as number;
    this.onceEnd = this.starts[at + 1] as number;
    this.otherAt = this.onceEnd;
    this.otherEnd = this.onceEnd + (((this.starts[at + 2] as number) - this.onceEnd) >>> 1);
  }

  private addOnce(scores: Float64Array, from: number, to: number): void {
    const { halves, weight, onceEnd: end } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const { once } = impacts;
    const base = this.chunk * chunkSize;
    const first = from - base;
    const last = to - base;
    const bodiesFrom = 2 * stride + base;
    let at = firstNotBelow(halves, this.onceAt, end, first);
    while (at < end) {
      const half = halves[at] as number;
      if (half >= last) {
        break;
      }
      const place = half - first;
      scores[place] = (scores[place] as number) + weight * (once[lengths[bodiesFrom + half] as number] as number);
      at++;
    }
    this.onceAt = at;
  }

  private addOthers(scores: Float64Array, from: number, to: number): void {
    const { halves, weight, otherEnd: end } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const base = this.chunk * chunkSize;
    const first = from - base;
    const last = to - base;
    const packedFrom = end - this.onceEnd;
    let at = firstNotBelow(halves, this.otherAt, end, first);
    while (at < end) {
      const half = halves[at] as number;
      if (half >= last) {
        break;
      }
      const place = half - first;
      const impact = impacts.impactIn(halves[at + packedFrom] as number, lengths, stride, base + half);
      scores[place] = (scores[place] as number) + weight * impact;
      at++;
    }
    this.otherAt = at;
  }

  private impactOf(document: number): number {
    const chunk = document >>> chunkShift;
    if (chunk !== this.chunk) {
      this.open(chunk);
    }
    const { halves, onceEnd, otherEnd } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const half = document & (chunkSize - 1);
    const once = firstNotBelow(halves, this.onceAt, onceEnd, half);
    this.onceAt = once;
    if (once < onceEnd && halves[once] === half) {
      return impacts.once[lengths[2 * stride + document] as number] as number;
    }
    const other = firstNotBelow(halves, this.otherAt, otherEnd, half);
    this.otherAt = other;
    return other < otherEnd && halves[other] === half
      ? impacts.impactIn(halves[other + otherEnd - onceEnd] as number, lengths, stride, document)
      : 0;
  }
}
