import { firstNotBelow, type ListCursor } from './list-cursor.ts';
import { chunkShift, chunkSize, halvesOf, startsPerChunk } from './postings.ts';
import type { WeightedList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';

/**
 * A list in chunks of 65,536 documents (postings.ts): in each, first the documents that have the term once in the body, which are
 * most, then those that have it once in the title, both worth what one field's length says; then the others. No posting depends on
 * the one before, so nothing is decoded.
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
  private bodyAt = 0;
  private bodyEnd = 0;
  private titleAt = 0;
  private titleEnd = 0;
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
    const { impacts, lengthsStride: stride } = this.reader;
    this.bodyAt = this.addOnce(scores, from, to, this.bodyAt, this.bodyEnd, impacts.onceInBody, 2 * stride);
    this.titleAt = this.addOnce(scores, from, to, this.titleAt, this.titleEnd, impacts.onceInTitle, 0);
    this.otherAt = this.addOthers(scores, from, to);
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
    const { starts } = this;
    const at = this.firstStart + startsPerChunk * chunk;
    this.chunk = chunk;
    this.bodyAt = starts[at] as number;
    this.bodyEnd = starts[at + 1] as number;
    this.titleAt = this.bodyEnd;
    this.titleEnd = starts[at + 2] as number;
    this.otherAt = this.titleEnd;
    this.otherEnd = this.otherAt + (((starts[at + startsPerChunk] as number) - this.otherAt) >>> 1);
  }

  /** Documents of one kind, worth what the length of a field says. Returns where the next window begins. */
  private addOnce(
    scores: Float64Array,
    from: number,
    to: number,
    start: number,
    end: number,
    worth: Uint16Array,
    fieldFrom: number,
  ): number {
    const { halves, weight } = this;
    const { lengths } = this.reader;
    const base = this.chunk * chunkSize;
    const first = from - base;
    const last = to - base;
    const lengthsFrom = fieldFrom + base;
    let at = firstNotBelow(halves, start, end, first);
    while (at < end) {
      const half = halves[at] as number;
      if (half >= last) {
        break;
      }
      const place = half - first;
      scores[place] = (scores[place] as number) + weight * (worth[lengths[lengthsFrom + half] as number] as number);
      at++;
    }
    return at;
  }

  private addOthers(scores: Float64Array, from: number, to: number): number {
    const { halves, weight, otherEnd: end } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const base = this.chunk * chunkSize;
    const first = from - base;
    const last = to - base;
    const packedFrom = end - this.titleEnd;
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
    return at;
  }

  private impactOf(document: number): number {
    const chunk = document >>> chunkShift;
    if (chunk !== this.chunk) {
      this.open(chunk);
    }
    const { halves, bodyEnd, titleEnd, otherEnd } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const half = document & (chunkSize - 1);
    this.bodyAt = firstNotBelow(halves, this.bodyAt, bodyEnd, half);
    if (this.bodyAt < bodyEnd && halves[this.bodyAt] === half) {
      return impacts.onceInBody[lengths[2 * stride + document] as number] as number;
    }
    this.titleAt = firstNotBelow(halves, this.titleAt, titleEnd, half);
    if (this.titleAt < titleEnd && halves[this.titleAt] === half) {
      return impacts.onceInTitle[lengths[document] as number] as number;
    }
    this.otherAt = firstNotBelow(halves, this.otherAt, otherEnd, half);
    return this.otherAt < otherEnd && halves[this.otherAt] === half
      ? impacts.impactIn(halves[this.otherAt + otherEnd - titleEnd] as number, lengths, stride, document)
      : 0;
  }
}
